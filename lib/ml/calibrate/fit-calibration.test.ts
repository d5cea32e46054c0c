import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rankingMetrics, rankScores } from "../metrics/ranking-metrics.ts";
import { applyCalibration, logOdds, valueOnCurve } from "../score/calibration.ts";
import { reference } from "./calibration-reference.testing.ts";
import { fitCalibration } from "./fit-calibration.ts";
import { fitIsotonic } from "./fit-isotonic.ts";
import { fitPlatt } from "./fit-platt.ts";
import { fitTemperature } from "./fit-temperature.ts";

const { scores, labels, probabilities } = reference;

/** Probabilities a millionth apart, with outcomes of both kinds that go with them somewhat. */
const outcomes = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 999_999 }), fc.boolean()), { minLength: 8, maxLength: 60 })
  .map((rows) => ({
    probability: Float64Array.from(rows, ([part]) => part / 1e6),
    labels: Float64Array.from(rows, ([, isPositive]) => (isPositive ? 1 : 0)),
  }))
  .filter((rows) => rows.labels.includes(0) && rows.labels.includes(1));

const auc = (probability: Float64Array, truth: Float64Array) =>
  rankingMetrics({ ranking: rankScores(probability), labels: truth, weights: null }).auc;

describe("Platt's sigmoid", () => {
  it("equals scikit-learn's, with and without weights", () => {
    for (const [weights, wanted] of [
      [null, reference.platt],
      [reference.weights, reference.weightedPlatt],
    ] as const) {
      const { slope, intercept } = fitPlatt({ scores, labels, weights });
      expect(slope).toBeCloseTo(wanted[0]!, 6);
      expect(intercept).toBeCloseTo(wanted[1]!, 6);
    }
  });

  it("moves with the scores: shifted and stretched scores give the same probabilities", () => {
    const plain = fitPlatt({ scores, labels, weights: null });
    const other = fitPlatt({ scores: scores.map((score) => 1e4 * score + 1e6), labels, weights: null });
    expect(other.slope * 1e4).toBeCloseTo(plain.slope, 8);
    expect(other.intercept + other.slope * 1e6).toBeCloseTo(plain.intercept, 8);
  });

  it("stays finite where the classes are told apart, and refuses what has no order", () => {
    const parted = fitPlatt({ scores, labels: scores.map((score) => (score > 0 ? 1 : 0)), weights: null });
    expect(Number.isFinite(parted.slope) && parted.slope > 0).toBe(true);
    expect(() => fitPlatt({ scores: scores.map(() => 1), labels, weights: null })).toThrow(
      /same probability/,
    );
    expect(() => fitPlatt({ scores, labels: scores.map(() => 1), weights: null })).toThrow(/both outcomes/);
  });
});

describe("the isotonic curve", () => {
  it("equals scikit-learn's IsotonicRegression with weights, its points and its predictions", () => {
    const curve = fitIsotonic({ scores: probabilities, labels, weights: reference.weights });
    expect(curve.inputs).toEqual(reference.isotonic.inputs);
    for (const [index, output] of reference.isotonic.outputs.entries()) {
      expect(curve.outputs[index]).toBeCloseTo(output, 12);
    }
    for (const [index, wanted] of reference.predictions.entries()) {
      expect(valueOnCurve(curve, index / 8)).toBeCloseTo(wanted, 12);
    }
  });

  it("never falls, stays between 0 and 1 and keeps the mean, whatever the rows are", () => {
    fc.assert(
      fc.property(outcomes, fc.double({ min: 0, max: 1, noNaN: true }), (rows, at) => {
        const curve = fitIsotonic({ scores: rows.probability, labels: rows.labels, weights: null });
        const points = [0, 0.2, at, at + 1e-9, 0.8, 1].toSorted((left, right) => left - right);
        const values = points.map((point) => valueOnCurve(curve, point));
        expect(values.every((value, index) => index === 0 || value >= values[index - 1]!)).toBe(true);
        expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
        const fitted = rows.probability.map((value) => valueOnCurve(curve, value));
        const sum = (list: Float64Array) => list.reduce((total, value) => total + value, 0);
        expect(sum(fitted)).toBeCloseTo(sum(rows.labels), 8);
      }),
    );
  });

  it("ignores rows of weight 0 and refuses to do without any", () => {
    const weights = probabilities.map((_, row) => (row < 10 ? 1 : 0));
    const some = { scores: probabilities.slice(0, 10), labels: labels.slice(0, 10), weights: null };
    expect(fitIsotonic({ scores: probabilities, labels, weights })).toEqual(fitIsotonic(some));
    expect(() => fitIsotonic({ scores: probabilities, labels, weights: weights.map(() => 0) })).toThrow(
      /no rows/,
    );
  });
});

describe("the temperature", () => {
  it("has the least log loss of all", () => {
    const margins = [new Float64Array(30), probabilities.map(logOdds)];
    const best = fitTemperature({ margins, labels });
    const loss = (temperature: number) => {
      const [calibrated] = applyCalibration({ kind: "temperature", temperature }, [probabilities]);
      return calibrated!.reduce(
        (sum, value, row) => sum - Math.log(labels[row] === 1 ? value : 1 - value),
        0,
      );
    };
    for (const factor of [0.5, 0.99, 1.01, 2]) expect(loss(best)).toBeLessThan(loss(best * factor));
  });

  it("takes back a known sharpening of two classes and of more", () => {
    const odds = Array.from({ length: 200 }, (_, row) => -3 + (6 * row) / 199);
    const share = (value: number) => 1 / (1 + Math.exp(-value));
    // Each odds occurs as often with either outcome as it says, a thousandfold, so the truth is temperature 1.
    const truth = odds.flatMap((value) => {
      const positives = Math.round(1000 * share(value));
      return Array.from({ length: 1000 }, (_, index) => ({
        value: 2.5 * value,
        label: index < positives ? 1 : 0,
      }));
    });
    const margins = Float64Array.from(truth, ({ value }) => value);
    const truths = Float64Array.from(truth, ({ label }) => label);
    const zeros = new Float64Array(truth.length);
    expect(fitTemperature({ margins: [zeros, margins], labels: truths })).toBeCloseTo(2.5, 2);
    const split = [margins.map((value) => -value / 2), margins.map((value) => value / 2)];
    expect(fitTemperature({ margins: split, labels: truths })).toBeCloseTo(2.5, 2);
  });

  it("stops where the classes are told apart, and is refused where the margins run against the labels", () => {
    const margins = [new Float64Array(30), scores];
    expect(fitTemperature({ margins, labels: scores.map((score) => (score > 0 ? 1 : 0)) })).toBe(0.01);
    expect(() => fitTemperature({ margins, labels: scores.map((score) => (score > 0 ? 0 : 1)) })).toThrow(
      /do not go with the outcomes/,
    );
  });
});

describe("a calibration", () => {
  it("by Platt or temperature never changes the order of rows, so the AUC stays", () => {
    fc.assert(
      fc.property(outcomes, fc.constantFrom("platt", "temperature"), (rows, method) => {
        const request = {
          probabilities: [rows.probability],
          labels: rows.labels,
          input: "log-odds",
        } as const;
        let calibration;
        try {
          calibration = fitCalibration(method, request);
        } catch (error) {
          expect(String(error)).toMatch(/against the outcomes|do not go with|same probability/);
          return;
        }
        // A steep sigmoid may round neighbours together at 0 and 1, but never the other way round.
        const [calibrated] = applyCalibration(calibration, request.probabilities);
        const order = Array.from(rows.probability.keys()).toSorted(
          (left, right) => rows.probability[left]! - rows.probability[right]!,
        );
        for (const [place, row] of order.entries()) {
          if (place > 0) expect(calibrated![row]).toBeGreaterThanOrEqual(calibrated![order[place - 1]!]!);
        }
        if (calibrated!.every((value) => value > 1e-9 && value < 1 - 1e-9)) {
          expect(auc(calibrated!, rows.labels)).toBe(auc(rows.probability, rows.labels));
        }
      }),
    );
  });

  it("of several classes gives shares that sum to 1, evenly where every class is ruled out", () => {
    const even = { inputs: [0, 1], outputs: [0, 0] };
    const zero = applyCalibration({ kind: "isotonic", curves: [even, even, even] }, [
      Float64Array.of(0.2),
      Float64Array.of(0.3),
      Float64Array.of(0.5),
    ]);
    expect(zero.map(([value]) => value)).toEqual([1 / 3, 1 / 3, 1 / 3]);
    const shares = [0.2, 0.3, 0.5].map((part) =>
      probabilities.map((value) => (part * (1 + value)) / 2 + 0.1),
    );
    const truth = probabilities.map((_, row) => row % 3);
    for (const method of ["isotonic", "temperature"] as const) {
      const request = { probabilities: shares, labels: truth, input: "probability" } as const;
      try {
        const applied = applyCalibration(fitCalibration(method, request), shares);
        for (const row of truth.keys()) {
          expect(applied.reduce((sum, values) => sum + values[row]!, 0)).toBeCloseTo(1, 12);
        }
      } catch (error) {
        expect(String(error)).toContain("do not go with");
      }
    }
  });

  it("of forests' zeros and ones stays finite", () => {
    const extreme = Float64Array.of(0, 0, 0, 1, 1, 1, 0.5, 0, 1, 0.4);
    const truth = Float64Array.of(0, 0, 1, 1, 0, 1, 1, 0, 1, 0);
    for (const input of ["probability", "log-odds"] as const) {
      for (const method of ["platt", "isotonic", "temperature"] as const) {
        const request = { probabilities: [extreme], labels: truth, input };
        const [calibrated] = applyCalibration(fitCalibration(method, request), [extreme]);
        expect(calibrated!.every((value) => value >= 0 && value <= 1)).toBe(true);
      }
    }
  });
});
