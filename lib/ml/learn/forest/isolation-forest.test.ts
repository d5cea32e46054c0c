import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { treeShap } from "../../explain/tree-shap.ts";
import { frameFromRows } from "../../frame/frame-rows.ts";
import { createRandom } from "../../random.ts";
import type { Matrix } from "../../score/preparation.ts";
import { decodeIsolationForest, encodeIsolationForest } from "./encode-isolation-forest.ts";
import { findAnomalies } from "./find-anomalies.ts";
import { levels, matrixOf, numbers } from "./forest.testing.ts";
import { scoreAnomalies, trainIsolationForest } from "./isolation-forest.ts";

interface Fixture {
  readonly isolation: {
    readonly x: readonly (readonly number[])[];
    readonly planted: number;
    readonly scores: readonly number[];
  };
}

// Written by fixtures/generate.py: 380 usual rows, 20 planted ones, and scikit-learn's scores with 1,000 trees.
const { isolation } = JSON.parse(
  readFileSync(new URL("fixtures/forest.json", import.meta.url), "utf8"),
) as Fixture;
const planted = matrixOf(
  ...["a", "b", "c"].map((name, index) =>
    numbers(
      name,
      isolation.x.map((row) => row[index]!),
    ),
  ),
);

function score(
  matrix: Matrix,
  options: { trees?: number; sampleSize?: number; seed?: number } = {},
): number[] {
  return Array.from(scoreAnomalies(trainIsolationForest(matrix, { seed: 0, ...options }), matrix));
}

/** Rank correlation of values without ties. */
function spearman(left: readonly number[], right: readonly number[]): number {
  const ranks = (values: readonly number[]): number[] => {
    const order = Array.from(values.keys()).toSorted((a, b) => values[a]! - values[b]!);
    const rank: number[] = [];
    for (const [place, row] of order.entries()) rank[row] = place;
    return rank;
  };
  const [a, b] = [ranks(left), ranks(right)];
  const squares = a.reduce((sum, rank, row) => sum + (rank - b[row]!) ** 2, 0);
  return 1 - (6 * squares) / (a.length * (a.length ** 2 - 1));
}

describe("an isolation forest", () => {
  it("ranks rows as scikit-learn's does, with scores close to its", () => {
    const scores = score(planted, { trees: 1000 });
    expect(spearman(scores, isolation.scores)).toBeGreaterThan(0.98);
    const largest = scores.reduce(
      (most, value, row) => Math.max(most, Math.abs(value - isolation.scores[row]!)),
      0,
    );
    expect(largest).toBeLessThan(0.02);
    expect(spearman(score(planted), isolation.scores)).toBeGreaterThan(0.9);
  });

  it("gives scores about 0.5 where nothing stands out, and much more to what does", () => {
    const random = createRandom(1);
    const usual = Array.from({ length: 500 }, () => random.uniform());
    const alone = [...usual.slice(1), 40];
    const flat = score(matrixOf(numbers("x", usual)));
    const scores = score(matrixOf(numbers("x", alone)));
    expect(flat.reduce((sum, value) => sum + value, 0) / 500).toBeCloseTo(0.5, 1);
    expect(Math.max(...scores.slice(0, -1))).toBeLessThan(0.7);
    expect(scores.at(-1)).toBeGreaterThan(0.75);
  });

  it("finds rare levels and missing cells unusual, too", () => {
    const codes = Array.from({ length: 400 }, (_, row) => (row === 7 ? 5 : row === 9 ? NaN : row % 3));
    const few = Array.from({ length: 400 }, (_, row) => (row === 9 ? NaN : 1));
    const scores = score(matrixOf(levels("c", codes, 6), numbers("n", few)));
    const order = Array.from(scores.keys()).toSorted((a, b) => scores[b]! - scores[a]!);
    expect(order.slice(0, 2).toSorted((a, b) => a - b)).toEqual([7, 9]);
  });

  it("keeps its scores when it is written and read, to the last bit and byte", () => {
    const forest = trainIsolationForest(planted, { trees: 20, seed: 3 });
    const bytes = encodeIsolationForest(forest);
    const read = decodeIsolationForest(bytes);
    expect(scoreAnomalies(read, planted)).toEqual(scoreAnomalies(forest, planted));
    expect(encodeIsolationForest(read)).toEqual(bytes);
    expect(encodeIsolationForest(trainIsolationForest(planted, { trees: 20, seed: 3 }))).toEqual(bytes);
    expect(encodeIsolationForest(trainIsolationForest(planted, { trees: 20, seed: 4 }))).not.toEqual(bytes);
  });

  it("refuses files and columns that are not its own, saying what is wrong", () => {
    const forest = trainIsolationForest(planted, { trees: 2, seed: 0 });
    expect(() => decodeIsolationForest("{")).toThrow(/no JSON text/);
    expect(() => decodeIsolationForest(JSON.stringify({ ...forest, sampleSize: 0 }))).toThrow(/sampleSize/);
    expect(() => decodeIsolationForest(JSON.stringify({ ...forest, columns: ["a"] }))).toThrow(/feature\[/);
    expect(() => scoreAnomalies(forest, matrixOf(planted.columns[0]!))).toThrow(/knows the columns a, b, c/);
    expect(() => trainIsolationForest(matrixOf(numbers("x", [])), { seed: 0 })).toThrow(/no rows/);
    expect(() => trainIsolationForest(planted, { seed: 0, trees: 0 })).toThrow(/"trees" is 0/);
  });

  it("can say which columns make a row unusual", () => {
    const random = createRandom(2);
    const draw = () => Array.from({ length: 300 }, () => random.normal());
    const odd = draw();
    odd[5] = 30;
    const matrix = matrixOf(numbers("usual", draw()), numbers("odd", odd));
    const { ensemble } = trainIsolationForest(matrix, { seed: 0, trees: 50 });
    const { values } = treeShap(ensemble, matrix);
    expect(values[0]![5 * 2 + 1]).toBeLessThan(-1);
    expect(Math.abs(values[0]![5 * 2]!)).toBeLessThan(1);
  });

  it("takes any table without a crash: scores lie between 0 and 1", () => {
    const cell = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, 0, 1));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, fc.constantFrom(NaN, 0, 1, 2)), { minLength: 1, maxLength: 20 }),
        (rows) => {
          const matrix = matrixOf(
            numbers(
              "a",
              rows.map(([a]) => a),
            ),
            numbers(
              "b",
              rows.map(([, b]) => b),
            ),
            levels(
              "c",
              rows.map(([, , c]) => c),
              3,
            ),
          );
          for (const value of score(matrix, { trees: 5, sampleSize: 8 }))
            expect(value > 0 && value <= 1).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("looking for anomalies in a table", () => {
  const random = createRandom(4);
  const rows = Array.from({ length: 300 }, (_, row) => ({
    id: `row ${row}`,
    amount: row === 17 ? 900 : 10 + random.normal(),
    kind: row % 2 === 0 ? "a" : "b",
    same: 1,
  }));

  it("lists the most unusual rows first and says which columns were of no use", () => {
    const found = findAnomalies(frameFromRows(rows), { seed: 0, maximalRows: 3 });
    expect(found.rows).toHaveLength(3);
    expect(found.rows[0]!.row).toBe(17);
    expect(found.rows[0]!.score).toBe(Math.max(...found.scores));
    expect(found.dropped.map(({ column }) => column)).toEqual(["same"]);
  });

  it("judges by the stated columns alone", () => {
    const found = findAnomalies(frameFromRows(rows), { seed: 0, columns: ["kind"] });
    expect(found.rows[0]!.score).toBeLessThan(0.6);
  });
});
