import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFrame, type Frame } from "../frame/frame.ts";
import { categoricalColumn } from "../frame/column-from-texts.ts";
import { splitRows, type SplitStrategy } from "./split-rows.ts";

function sample(rowCount: number): Frame {
  return createFrame([
    categoricalColumn(
      "class",
      Array.from({ length: rowCount }, (_, row) => (row % 5 === 0 ? "yes" : "no")),
    ),
    categoricalColumn(
      "person",
      Array.from({ length: rowCount }, (_, row) => `p${row % 37}`),
    ),
    {
      kind: "numeric",
      name: "day",
      values: Float64Array.from({ length: rowCount }, (_, row) => (row * 7919) % 101),
    },
  ]);
}

const strategies: readonly SplitStrategy[] = [
  { kind: "random" },
  { kind: "stratified", column: "class" },
  { kind: "grouped", column: "person" },
  { kind: "time-ordered", column: "day" },
];
const shares = { train: 0.6, validation: 0.2, test: 0.2 };

describe("splitRows", () => {
  it.each(strategies)(
    "puts each row in exactly one part and repeats itself for a seed: $kind",
    (strategy) => {
      fc.assert(
        fc.property(fc.integer({ min: 150, max: 600 }), fc.integer(), (rowCount, seed) => {
          const frame = sample(rowCount);
          const split = splitRows(frame, { strategy, shares, seed });
          const rows = [...split.train, ...split.validation, ...split.test];
          expect(rows.toSorted((left, right) => left - right)).toEqual(
            Array.from({ length: rowCount }, (_, row) => row),
          );
          expect(splitRows(frame, { strategy, shares, seed })).toEqual(split);
          expect(split.train.length / rowCount).toBeGreaterThan(0.5);
          expect(split.test.length / rowCount).toBeGreaterThan(0.1);
        }),
        { numRuns: 30 },
      );
    },
  );

  it("gives other rows for another seed", () => {
    const frame = sample(200);
    const first = splitRows(frame, { strategy: { kind: "random" }, shares, seed: 0 });
    const second = splitRows(frame, { strategy: { kind: "random" }, shares, seed: 1 });
    expect(first.fingerprints.test).not.toBe(second.fingerprints.test);
  });

  it("keeps class shares within one row when stratified", () => {
    const frame = sample(1003);
    const split = splitRows(frame, { strategy: { kind: "stratified", column: "class" }, shares, seed: 7 });
    for (const part of ["train", "validation", "test"] as const) {
      const positives = split[part].reduce((count, row) => count + (row % 5 === 0 ? 1 : 0), 0);
      expect(Math.abs(positives - split[part].length / 5)).toBeLessThan(1.5);
    }
  });

  it("keeps the rows of one group together", () => {
    const split = splitRows(sample(500), {
      strategy: { kind: "grouped", column: "person" },
      shares,
      seed: 3,
    });
    const groups = (part: Uint32Array) => [...part].map((row) => row % 37);
    expect(groups(split.train).filter((group) => groups(split.test).includes(group))).toEqual([]);
    expect(groups(split.train).filter((group) => groups(split.validation).includes(group))).toEqual([]);
  });

  it("trains on the past, tests on the future, and cuts no moment in two", () => {
    const split = splitRows(sample(500), {
      strategy: { kind: "time-ordered", column: "day" },
      shares,
      seed: 3,
    });
    const days = (part: Uint32Array) => [...part].map((row) => (row * 7919) % 101);
    expect(Math.max(...days(split.train))).toBeLessThan(Math.min(...days(split.validation)));
    expect(Math.max(...days(split.validation))).toBeLessThan(Math.min(...days(split.test)));
  });

  it("refuses bad shares, columns that hold no time, and parts without rows", () => {
    const frame = sample(10);
    const split = (strategy: SplitStrategy, part = shares) =>
      splitRows(frame, { strategy, shares: part, seed: 0 });
    expect(() => split({ kind: "random" }, { train: 0.5, validation: 0.1, test: 0.1 })).toThrow(
      /add up to 1/,
    );
    expect(() => split({ kind: "time-ordered", column: "class" })).toThrow(/needs dates or numbers/);
    expect(() => split({ kind: "random" }, { train: 0.98, validation: 0.01, test: 0.01 })).toThrow(
      /would be empty/,
    );
    expect(() => split({ kind: "stratified", column: "nope" })).toThrow(/There is no column/);
  });

  it("leaves unwanted parts empty", () => {
    const half = { train: 0.5, validation: 0, test: 0.5 };
    const split = splitRows(sample(100), { strategy: { kind: "random" }, shares: half, seed: 0 });
    expect([split.train.length, split.validation.length, split.test.length]).toEqual([50, 0, 50]);
  });
});
