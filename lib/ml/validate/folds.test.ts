import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameFromRows } from "../frame/frame-rows.ts";
import { createRandom } from "../random.ts";
import { makeFolds, type Fold, type FoldStrategy } from "./folds.ts";

const rowsOf = (count: number, seed: number) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => ({
    label: random.uniform() < 0.3 ? "yes" : "no",
    group: `g${random.integer(20)}`,
    time: random.integer(60),
  }));
};

const strategies: FoldStrategy[] = [
  { kind: "random" },
  { kind: "stratified", column: "label" },
  { kind: "grouped", column: "group" },
  { kind: "stratified-grouped", column: "label", group: "group" },
];

const setup = fc.record({
  count: fc.integer({ min: 120, max: 300 }),
  seed: fc.integer(),
  folds: fc.integer({ min: 2, max: 6 }),
  repeats: fc.integer({ min: 1, max: 3 }),
});

describe("makeFolds", () => {
  it.each(strategies)(
    "tests every row exactly once per repeat and never trains on it ($kind)",
    (strategy) => {
      fc.assert(
        fc.property(setup, ({ count, seed, folds, repeats }) => {
          const made = makeFolds(frameFromRows(rowsOf(count, seed)), { strategy, folds, repeats, seed });
          expect(made).toHaveLength(folds * repeats);
          for (let repeat = 0; repeat < repeats; repeat++) {
            const tested = made.filter((fold) => fold.repeat === repeat).flatMap((fold) => [...fold.test]);
            expect(tested.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, row) => row));
          }
          for (const { train, test } of made) {
            const inTest = new Set(test);
            expect(train.length + test.length).toBe(count);
            expect(train.some((row) => inTest.has(row))).toBe(false);
          }
        }),
        { numRuns: 30 },
      );
    },
  );

  it("keeps every group on one side, and the shares of classes as even as whole groups allow", () => {
    fc.assert(
      fc.property(setup, ({ count, seed, folds }) => {
        const rows = rowsOf(count, seed);
        for (const strategy of strategies.slice(2)) {
          for (const { train, test } of makeFolds(frameFromRows(rows), { strategy, folds, seed })) {
            const trained = new Set(Array.from(train, (row) => rows[row]!.group));
            expect(Array.from(test).some((row) => trained.has(rows[row]!.group))).toBe(false);
          }
        }
      }),
      { numRuns: 30 },
    );
    const share = (rows: ReturnType<typeof rowsOf>, { test }: Fold) =>
      Array.from(test).filter((row) => rows[row]!.label === "yes").length / test.length;
    // Groups whose classes differ: without strata a fold can hold hardly any positive row.
    const rows = Array.from({ length: 400 }, (_, row) => ({
      group: `g${row % 40}`,
      label: row % 40 < 12 ? "yes" : "no",
      time: row,
    }));
    const folds = makeFolds(frameFromRows(rows), { strategy: strategies[3]!, folds: 4, seed: 3 });
    for (const fold of folds) expect(Math.abs(share(rows, fold) - 0.3)).toBeLessThan(0.05);
  });

  it("gives every fold the shares of the classes", () => {
    const rows = rowsOf(503, 1);
    const positives = rows.filter((row) => row.label === "yes").length;
    for (const { test } of makeFolds(frameFromRows(rows), { strategy: strategies[1]!, folds: 5, seed: 1 })) {
      const here = Array.from(test).filter((row) => rows[row]!.label === "yes").length;
      expect(Math.abs(here - positives / 5)).toBeLessThanOrEqual(1);
      expect([100, 101]).toContain(test.length);
    }
  });

  it("never trains on the future, nor on what lies within the gap, and keeps rows of one moment together", () => {
    fc.assert(
      fc.property(setup, fc.integer({ min: 0, max: 5 }), ({ count, seed, folds }, gap) => {
        const rows = rowsOf(count, seed);
        const strategy = { kind: "time-ordered", column: "time", gap } as const;
        const made = makeFolds(frameFromRows(rows), { strategy, folds, seed });
        const tested = new Set<number>();
        for (const { train, test } of made) {
          const latest = Math.max(...Array.from(train, (row) => rows[row]!.time));
          const earliest = Math.min(...Array.from(test, (row) => rows[row]!.time));
          expect(latest).toBeLessThan(earliest);
          expect(earliest - latest).toBeGreaterThanOrEqual(gap);
          for (const row of test) {
            expect(tested.has(row)).toBe(false);
            tested.add(row);
          }
        }
        const sizes = made.map(({ train }) => train.length);
        expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
        const first = Math.min(...Array.from(tested, (row) => rows[row]!.time));
        expect(tested.size).toBe(rows.filter(({ time }) => time >= first).length);
      }),
      { numRuns: 40 },
    );
  });

  it("counts the gap in days where the column holds dates", () => {
    const rows = Array.from({ length: 100 }, (_, day) => ({
      when: new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10),
    }));
    const strategy = { kind: "time-ordered", column: "when", gap: 7 } as const;
    for (const { train, test } of makeFolds(frameFromRows(rows), { strategy, folds: 4, seed: 0 })) {
      expect(test[0]! - train[train.length - 1]!).toBe(7);
    }
  });

  it("gives the same folds for the same seed, others for another", () => {
    const frame = frameFromRows(rowsOf(100, 2));
    const of = (seed: number) => makeFolds(frame, { strategy: strategies[0]!, repeats: 2, seed });
    expect(of(4)).toEqual(of(4));
    expect(of(4)).not.toEqual(of(5));
    expect(of(4)[0]!.test).not.toEqual(of(4)[5]!.test);
  });

  it.each([
    [{ strategy: { kind: "random" }, folds: 1 }, "folds"],
    [{ strategy: { kind: "random" }, repeats: 0 }, "repeats"],
    [{ strategy: { kind: "time-ordered", column: "time" }, repeats: 2 }, "time has one order"],
    [{ strategy: { kind: "time-ordered", column: "label" } }, "need dates or numbers"],
    [{ strategy: { kind: "time-ordered", column: "time", gap: 1000 } }, "smaller gap"],
    [{ strategy: { kind: "grouped", column: "label" } }, "2 groups, too few for 5 folds"],
    [{ strategy: { kind: "stratified", column: "nope" } }, 'no column "nope"'],
  ] as const)("refuses %j", (options, part) => {
    const frame = frameFromRows(rowsOf(60, 3));
    expect(() => makeFolds(frame, { ...options, seed: 0 })).toThrow(new RegExp(part));
  });

  it("refuses fewer rows than folds, and rows without a time by their number", () => {
    expect(() => makeFolds(frameFromRows(rowsOf(3, 1)), { strategy: { kind: "random" }, seed: 0 })).toThrow(
      /3 rows are too few for 5 random folds/,
    );
    const holes = frameFromRows([{ time: 1 }, { time: null }, { time: 3 }]);
    expect(() => makeFolds(holes, { strategy: { kind: "time-ordered", column: "time" }, seed: 0 })).toThrow(
      /Row 2 has no time/,
    );
  });
});
