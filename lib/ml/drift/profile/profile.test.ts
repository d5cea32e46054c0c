import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFrame, sliceRows, type Frame } from "../../frame/frame.ts";
import { frameFromRows } from "../../frame/frame-rows.ts";
import { createRandom } from "../../random.ts";
import type { Column } from "../../score/column.ts";
import { compareCategories, compareNumbers } from "../compare-columns.ts";
import { buildReferenceProfile } from "./build-reference-profile.ts";
import { OTHER_CATEGORIES } from "./compare-with-profile.ts";
import { createDriftAccumulator } from "./drift-accumulator.ts";
import type { ReferenceProfile } from "./reference-profile.ts";

const numbers = (values: readonly number[], name = "x") =>
  ({ kind: "numeric", name, values: Float64Array.from(values) }) as const;
const texts = (values: readonly (string | null)[], name = "kind") => {
  const dictionary = [...new Set(values.filter((value) => value !== null))];
  const codes = Int32Array.from(values, (value) => (value === null ? -1 : dictionary.indexOf(value)));
  return { kind: "categorical", name, dictionary, codes } as const;
};

function compare(reference: Column, current: Column, options: { resolution?: number } = {}) {
  const profile = buildReferenceProfile(createFrame([reference]), options);
  const accumulator = createDriftAccumulator(profile);
  accumulator.add(createFrame([current]));
  return accumulator.report();
}

function numericDrift(reference: Column, current: Column, options: { resolution?: number } = {}) {
  const comparison = compare(reference, current, options).columns[0]?.comparison;
  if (comparison?.kind !== "numeric") throw new Error("no comparison of numbers");
  return comparison;
}

function normals(count: number, seed: number, shift = 0): number[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.normal() + shift);
}

const cell = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ min: -10, max: 10, noNaN: true }),
  fc.constant(Number.NaN),
);
const sample = fc
  .array(cell, { minLength: 2, maxLength: 40 })
  .filter((values) => values.some(Number.isFinite));
const word = fc.option(fc.constantFrom("a", "b", "c", "d", "é", "zz"), { nil: null });

describe("numbers compared with a profile that keeps every value", () => {
  it("have the same bins, divergences, KS and Welch as compared with the rows", () => {
    fc.assert(
      fc.property(sample, sample, (before, now) => {
        const rows = compareNumbers(numbers(before), numbers(now));
        const stored = numericDrift(numbers(before), numbers(now));
        expect(stored.edges).toEqual(rows.edges);
        expect(stored.referenceCounts).toEqual(rows.referenceCounts);
        expect(stored.currentCounts).toEqual(rows.currentCounts);
        expect(stored.psi).toBe(rows.psi);
        expect(stored.ks.isExact).toBe(true);
        expect(stored.ks.statistic).toBeCloseTo(rows.ks.statistic, 14);
        expect(stored.ks.largestStatistic).toBeCloseTo(rows.ks.statistic, 14);
        expect(Math.abs(stored.wasserstein - rows.wasserstein)).toBeLessThanOrEqual(
          stored.wassersteinError + 1e-12,
        );
        expect(stored.current.mean).toBeCloseTo(rows.current.mean, 10);
        expect(stored.current.standardDeviation).toBeCloseTo(rows.current.standardDeviation, 5);
        expect(stored.current.missingShare).toBe(rows.current.missingShare);
      }),
    );
  });
});

describe("numbers compared with a profile of quantiles", () => {
  it("have the same PSI, and distances within the stated bounds", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: -2, max: 2, noNaN: true }),
        (seed, shift) => {
          const [before, now] = [numbers(normals(600, seed)), numbers(normals(500, seed + 1, shift))];
          const rows = compareNumbers(before, now);
          const stored = numericDrift(before, now, { resolution: 40 });
          expect(stored.psi).toBe(rows.psi);
          expect(stored.ks.isExact).toBe(false);
          expect(stored.ks.statistic).toBeLessThanOrEqual(rows.ks.statistic + 1e-12);
          expect(stored.ks.largestStatistic).toBeGreaterThanOrEqual(rows.ks.statistic - 1e-12);
          expect(stored.ks.largestStatistic - stored.ks.statistic).toBeLessThan(0.08);
          expect(Math.abs(stored.wasserstein - rows.wasserstein)).toBeLessThanOrEqual(
            stored.wassersteinError,
          );
          // The widest gaps are those to the least and the largest value.
          expect(stored.wassersteinError).toBeLessThan(0.3);
          expect(stored.welch?.p).toBeCloseTo(rows.welch?.p ?? Number.NaN, 8);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("categories compared with a profile", () => {
  it("have the same numbers as compared with the rows, unseen categories included", () => {
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 30 }),
        fc.array(word, { minLength: 1, maxLength: 30 }),
        (before, now) => {
          const comparison = compare(texts(before), texts(now)).columns[0]?.comparison;
          expect(comparison).toEqual(compareCategories(texts(before), texts(now)));
        },
      ),
    );
  });

  it("beyond the listed ones are compared together and not called new", () => {
    const before = texts([...Array.from({ length: 40 }, () => "usual"), "rare 1", "rare 2"]);
    const profile = buildReferenceProfile(createFrame([before]), { maximalCategories: 1 });
    const accumulator = createDriftAccumulator(profile);
    accumulator.add(createFrame([texts(["usual", "rare 1", "never seen"])]));
    const { columns, findings } = accumulator.report();
    expect(columns[0]?.comparison).toMatchObject({
      categories: [OTHER_CATEGORIES, "usual"],
      referenceCounts: [2, 40],
      currentCounts: [2, 1],
      newCategories: [],
    });
    expect(findings[0]).toMatchObject({ kind: "new-categories", rows: 2 });
  });

  it("stay in bounded memory when every row brings a new one, whatever the order of the rows", () => {
    const profile = buildReferenceProfile(createFrame([texts(["a"])]));
    const fresh = Array.from({ length: 2500 }, (_, row) => `new ${row}`);
    const report = (values: readonly string[]) => {
      const accumulator = createDriftAccumulator(profile);
      for (let start = 0; start < values.length; start += 500) {
        accumulator.add(createFrame([texts(values.slice(start, start + 500))]));
      }
      return accumulator.report();
    };
    const forwards = report(fresh);
    expect(report(fresh.toReversed())).toEqual(forwards);
    const { comparison } = forwards.columns[0]!;
    expect(comparison.kind === "categorical" && comparison.newCategories).toHaveLength(1001);
    expect(forwards.findings[0]).toMatchObject({ kind: "new-categories", rows: 2500 });
  });
});

const row = fc.record({ x: cell, kind: word, flag: fc.option(fc.boolean(), { nil: null }) });

function frameOf(rows: readonly { x: number; kind: string | null; flag: boolean | null }[]): Frame {
  return createFrame([
    numbers(rows.map(({ x }) => x)),
    texts(rows.map(({ kind }) => kind)),
    {
      kind: "boolean",
      name: "flag",
      values: Uint8Array.from(rows, ({ flag }) => (flag === null ? 255 : Number(flag))),
    },
  ]);
}

describe("a stream compared with a profile", () => {
  it("gives the same report however it is cut into parts and in whatever order they are merged", () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 3, maxLength: 30 }),
        fc.array(row, { minLength: 1, maxLength: 40 }),
        fc.array(fc.nat(40), { maxLength: 4 }),
        fc.constantFrom(10, 1000),
        (before, now, cuts, resolution) => {
          const profile = buildReferenceProfile(frameOf(before), { resolution });
          const whole = createDriftAccumulator(profile);
          whole.add(frameOf(now));
          const ends = [0, ...cuts.map((cut) => Math.min(cut, now.length)), now.length].toSorted(
            (a, b) => a - b,
          );
          const parts = ends.slice(1).map((end, index) => {
            const part = createDriftAccumulator(profile);
            part.add(frameOf(now.slice(ends[index], end)));
            return part;
          });
          const [last, ...others] = parts.toReversed();
          for (const part of others) last?.merge(part);
          expect(last?.report()).toEqual(whole.report());
        },
      ),
    );
  });

  it("is refused to be merged with one of another profile", () => {
    const [left, right] = [1, 2].map((seed) =>
      createDriftAccumulator(buildReferenceProfile(createFrame([numbers(normals(20, seed))]))),
    );
    expect(() => left?.merge(right!)).toThrow(/different profiles/);
  });

  it("is compared the same after the profile went through JSON", () => {
    const profile = buildReferenceProfile(
      createFrame([
        numbers(normals(3000, 1)),
        texts(["a", "b", null, ...Array.from({ length: 2997 }, () => "c")]),
      ]),
    );
    // The text is the profile that was just written.
    const read = JSON.parse(JSON.stringify(profile)) as ReferenceProfile;
    expect(read).toEqual(profile);
    const report = (one: ReferenceProfile) => {
      const accumulator = createDriftAccumulator(one);
      accumulator.add(createFrame([numbers(normals(500, 2))]));
      return accumulator.report();
    };
    expect(report(read)).toEqual(report(profile));
  });

  it("needs rows before it can report", () => {
    const accumulator = createDriftAccumulator(buildReferenceProfile(createFrame([numbers([1, 2])])));
    expect(() => accumulator.report()).toThrow(/No row has been added/);
  });
});

describe("findings beside the distributions", () => {
  const before = frameFromRows(
    Array.from({ length: 60 }, (_, index) => ({
      amount: index,
      town: "abc"[index % 3],
      size: index % 7,
      note: null,
      gone: 1,
    })),
  );

  it("name new, missing, changed, emptied and first filled columns, numbers out of range and infinite ones", () => {
    const now = createFrame([
      numbers([5, 200, -3, Infinity], "amount"),
      texts(["a", "new", "new", "b"], "town"),
      texts(["large", "large", "small", "small"], "size"),
      numbers([1, 2, 3, 4], "note"),
      numbers([1, 2, 3, 4], "extra"),
    ]);
    const accumulator = createDriftAccumulator(buildReferenceProfile(before));
    accumulator.add(now);
    const { findings, skipped } = accumulator.report();
    expect(findings.map(({ column, kind, rows }) => [column, kind, rows])).toEqual([
      ["amount", "infinite-values", 1],
      ["amount", "out-of-range", 2],
      ["town", "new-categories", 2],
      ["size", "kind-changed", 4],
      ["note", "new-values", 4],
      ["gone", "missing-column", 4],
      ["extra", "new-column", 4],
    ]);
    expect(Object.fromEntries(skipped.map(({ column, reason }) => [column, reason]))).toEqual({
      size: "numeric in the reference but categorical in the current data",
      note: "no value on one side",
      gone: "absent in the current data",
    });
  });

  it("take a part in which a column is empty as missing values, whatever kind it was read as", () => {
    const accumulator = createDriftAccumulator(buildReferenceProfile(before));
    accumulator.add(sliceRows(before, 0, 30));
    accumulator.add(
      createFrame([
        texts([null, null], "amount"),
        ...before.columns
          .slice(1)
          .map((column) => sliceRows({ rowCount: 60, columns: [column] }, 0, 2).columns[0]!),
      ]),
    );
    const { columns, findings } = accumulator.report();
    expect(columns[0]?.comparison.current).toMatchObject({ count: 30, missingShare: 1 - 30 / 32 });
    expect(findings).toEqual([]);
  });
});

describe("a profile", () => {
  it("is the same for the same rows in another order, but for the fingerprint", () => {
    const values = normals(3000, 4);
    const [forwards, backwards] = [values, values.toReversed()].map((one) =>
      buildReferenceProfile(createFrame([numbers(one)])),
    );
    expect(backwards?.columns).toEqual(forwards?.columns);
    expect(backwards?.fingerprint).not.toBe(forwards?.fingerprint);
  });

  it("is refused when its numbers contradict each other, with the column and the reason", () => {
    const profile = buildReferenceProfile(createFrame([numbers(normals(50, 1))]));
    const [column] = profile.columns;
    if (column?.kind !== "numeric") throw new Error("no numbers");
    const wrong = (change: Partial<typeof column>) => () =>
      createDriftAccumulator({ ...profile, columns: [{ ...column, ...change }] });
    expect(wrong({ count: 49 })).toThrow(/column "x": its rows do not add up/);
    expect(wrong({ cuts: column.cuts.toReversed() })).toThrow(/do not ascend/);
    expect(wrong({ equal: column.equal.slice(1) })).toThrow(/differ in length/);
    expect(wrong({ equal: column.equal.map(() => 2) })).toThrow(/counts do not add up/);
    expect(wrong({ edges: [0.123] })).toThrow(/an edge is no cut/);
    expect(() => createDriftAccumulator({ ...profile, columns: [column, column] })).toThrow(/listed twice/);
  });

  it("refuses what it cannot hold: no rows, unknown columns, numbers too large to add", () => {
    expect(() => buildReferenceProfile(createFrame([]))).toThrow(/no row to profile/);
    const frame = createFrame([numbers([1e300, 1])]);
    expect(() => buildReferenceProfile(frame, { columns: ["y"] })).toThrow(/no column "y"/);
    expect(() => buildReferenceProfile(frame)).toThrow(/beyond 1e290/);
    expect(() => buildReferenceProfile(frame, { resolution: 1 })).toThrow(/resolution/);
  });
});
