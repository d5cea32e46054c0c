import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { deLongTest, midranks } from "./delong.ts";
import { holmAdjusted } from "./holm.ts";
import { mcNemarTest } from "./mcnemar.ts";
import { correctedTTest, pairedTTest, signedRankTest } from "./paired-tests.ts";

// Reference values: numpy and scipy 1.17; DeLong's from the structural components over all pairs of rows.
const LABELS = [
  0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 1,
  1, 1, 0, 1,
];
const FIRST = [
  -0.11, 0.11, 0.06, -0.43, 0.88, 1.36, -0.75, 0.86, 0.12, -0.64, 2.8, 1.56, -0.4, 0.07, 0.58, -0.19, 0.68,
  -0.07, 0.67, 1.44, 0.12, 1.0, -0.46, 0.93, -0.39, -0.58, -0.2, 0.9, 1.15, -1.32, -0.79, 1.45, -1.19, 0.34,
  -0.1, 2.06, 1.49, 0.47, -0.37, 0.55,
];
const SECOND = [
  1.5, -0.4, -0.3, 0.4, 0.6, 0.5, -1.2, 0.4, -0.4, 0.8, 2.4, 1.1, 0.8, -0.3, 1.3, -0.1, 0.9, -1.3, 0.7, -1.0,
  -1.7, 0.5, -1.1, 0.9, 2.3, -1.1, -0.7, 0.7, 1.1, -0.8, -0.6, 1.7, 0.2, -0.6, -0.1, 1.4, -0.0, 0.8, -1.0,
  1.5,
];

describe("deLongTest", () => {
  const scores = {
    labels: LABELS,
    first: Float64Array.from(FIRST),
    second: Float64Array.from(SECOND),
  };

  it("agrees with the definition over all pairs of rows, ties included", () => {
    const test = deLongTest(scores);
    expect(test.aucs[0]).toBeCloseTo(0.6432225063938619, 12);
    expect(test.aucs[1]).toBeCloseTo(0.6982097186700768, 12);
    expect(test.standardError).toBeCloseTo(0.10255921894660688, 12);
    expect(test.z).toBeCloseTo(-0.5361508486608269, 11);
    expect(test.p).toBeCloseTo(0.5918542998811047, 11);
  });

  it("does not depend on the scale of the scores, and changes only its sign with the order", () => {
    const test = deLongTest(scores);
    const scaled = deLongTest({ ...scores, first: scores.first.map((value) => Math.exp(3 * value)) });
    expect(scaled.p).toBeCloseTo(test.p, 12);
    const swapped = deLongTest({ ...scores, first: scores.second, second: scores.first });
    expect(swapped.difference).toBeCloseTo(-test.difference, 14);
    expect(swapped.p).toBeCloseTo(test.p, 12);
  });

  it("sees no difference between models that rank alike", () => {
    const second = scores.first.map((value) => 2 * value + 1);
    expect(deLongTest({ ...scores, second })).toMatchObject({
      difference: 0,
      standardError: 0,
      z: null,
      p: 1,
    });
  });

  it("calls a difference by chance about as often as its level says", () => {
    const random = createRandom(3);
    let calls = 0;
    for (let round = 0; round < 400; round++) {
      const labels = Array.from({ length: 120 }, () => (random.uniform() < 0.4 ? 1 : 0));
      const signal = labels.map((label) => label + random.normal());
      const noisy = () => Float64Array.from(signal, (value) => value + random.normal());
      if (deLongTest({ labels, first: noisy(), second: noisy() }).p < 0.05) calls++;
    }
    expect(calls / 400).toBeGreaterThan(0.02);
    expect(calls / 400).toBeLessThan(0.09);
  });

  it("refuses rows with fewer than two of a class", () => {
    expect(() => deLongTest({ ...scores, labels: LABELS.map((_, row) => (row === 0 ? 1 : 0)) })).toThrow(
      /1 positive and 39 negative/,
    );
  });
});

describe("mcNemarTest", () => {
  const withCounts = (onlyFirst: number, onlySecond: number) => {
    const both = 50;
    const first = [
      ...Array(onlyFirst).fill(1),
      ...Array(onlySecond).fill(0),
      ...Array(both).fill(1),
    ] as number[];
    const second = [
      ...Array(onlyFirst).fill(0),
      ...Array(onlySecond).fill(1),
      ...Array(both).fill(1),
    ] as number[];
    return mcNemarTest(first, second);
  };

  it("agrees with the exact binomial test", () => {
    expect(withCounts(3, 12)).toMatchObject({ onlyFirst: 3, onlySecond: 12, method: "exact" });
    expect(withCounts(3, 12).p).toBeCloseTo(0.03515625, 12);
    expect(withCounts(0, 5).p).toBeCloseTo(0.0625, 12);
    expect(withCounts(7, 7).p).toBe(1);
    expect(withCounts(0, 0).p).toBe(1);
    expect(withCounts(400, 520).p / 8.549170923883781e-5).toBeCloseTo(1, 8);
  });

  it("uses the corrected chi-squared law for many rows", () => {
    expect(withCounts(600, 700).method).toBe("chi-squared");
    expect(withCounts(600, 700).p).toBeCloseTo(0.006036981097798615, 12);
  });
});

describe("paired tests of means and ranks", () => {
  const few = Float64Array.of(
    0.493,
    0.389,
    -0.291,
    0.181,
    -1.698,
    -0.831,
    0.663,
    -1.829,
    1.147,
    -1.446,
    1.057,
    -0.545,
  );

  it("agree with scipy", () => {
    const test = pairedTTest(few)!;
    expect(test.t).toBeCloseTo(-0.7465455754256782, 12);
    expect(test.p).toBeCloseTo(0.4709930192709947, 9);
    expect(test.degreesOfFreedom).toBe(11);
    const ranks = signedRankTest(few);
    expect(ranks).toMatchObject({ positiveRanks: 31, negativeRanks: 47, method: "exact" });
    expect(ranks.p).toBeCloseTo(0.5693359375, 12);
    const tied = signedRankTest(Float64Array.of(1, 1, -1, 2, 2, -2, 3, 0, 0, 4, -1, 5));
    expect(tied).toMatchObject({ negativeRanks: 11, count: 10, method: "normal" });
    expect(tied.p).toBeCloseTo(0.089632994267889, 10);
  });

  it("widen the variance for folds that share training rows (Nadeau and Bengio 2003)", () => {
    const test = correctedTTest(Float64Array.of(0.02, 0.01, 0.03, -0.01, 0.02), {
      trainRows: 400,
      testRows: 100,
    })!;
    expect(test.difference).toBeCloseTo(0.014, 14);
    expect(test.standardError).toBeCloseTo(0.010173494974687903, 12);
    expect(test.p).toBeCloseTo(0.24080150290275065, 9);
  });

  it("have nothing to say of one difference, and no doubt where none varies", () => {
    expect(pairedTTest(Float64Array.of(1))).toBeNull();
    expect(pairedTTest(Float64Array.of(0, 0, 0))).toMatchObject({ p: 1, t: null });
    expect(pairedTTest(Float64Array.of(2, 2, 2))).toMatchObject({ p: 0, low: 2, high: 2 });
    expect(signedRankTest(Float64Array.of(0, 0))).toMatchObject({ count: 0, p: 1 });
  });
});

describe("midranks", () => {
  it("add up to the ranks without ties, and follow the order of the values", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 30 }), (values) => {
        const ranks = midranks(Float64Array.from(values));
        expect(ranks.reduce((sum, rank) => sum + rank, 0)).toBeCloseTo(
          (values.length * (values.length + 1)) / 2,
          9,
        );
        for (const [i, left] of values.entries()) {
          for (const [j, right] of values.entries()) {
            if (left < right) expect(ranks[i]!).toBeLessThan(ranks[j]!);
            if (left === right) expect(ranks[i]).toBe(ranks[j]);
          }
        }
      }),
    );
  });
});

describe("holmAdjusted", () => {
  it("multiplies the smallest by the number of tests, the next by one less, never falling", () => {
    const adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.005]);
    for (const [index, value] of [0.03, 0.06, 0.06, 0.02].entries())
      expect(adjusted[index]).toBeCloseTo(value, 12);
    expect(holmAdjusted([0.6, 0.7])).toEqual([1, 1]);
  });

  it("never makes a value smaller, and keeps their order", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (values) => {
        const adjusted = holmAdjusted(values);
        for (const [index, value] of values.entries()) {
          expect(adjusted[index]!).toBeGreaterThanOrEqual(value);
          expect(adjusted[index]!).toBeLessThanOrEqual(1);
          for (const [other, second] of values.entries()) {
            if (value < second) expect(adjusted[index]!).toBeLessThanOrEqual(adjusted[other]!);
          }
        }
      }),
    );
  });
});
