import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hasReference, readReference, REFERENCE } from "../fixtures/shared-reference.ts";
import { getColumn } from "../frame/frame.ts";
import { readCsv } from "../frame/read-csv.ts";
import { importXgboost } from "../model/xgboost/import-xgboost.ts";
import { marginFunction } from "../score/margins.ts";
import type { TreeEnsemble } from "../score/estimator.ts";
import type { Matrix } from "../score/preparation.ts";
import { coalitionGame } from "./coalition-game.ts";
import { interventionalTreeShap } from "./interventional-tree-shap.ts";
import { kernelShap } from "./kernel-shap.ts";
import {
  bruteForce,
  bruteInteraction,
  ensembleOf,
  FEATURES,
  gameValue,
  matrixOf,
  randomTree,
} from "./tree-games.testing.ts";
import { treeShap } from "./tree-shap.ts";
import { treeShapInteractions } from "./tree-shap-interactions.ts";

const cell = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 5 }) },
  { weight: 1, arbitrary: fc.constant(NaN) },
);
const row = fc.tuple(cell, cell, cell, cell);
const seeds = fc.array(fc.integer(), { minLength: 1, maxLength: 3 });

describe("interventionalTreeShap", () => {
  it("gives the Shapley values of the mean margin over the background, by their definition", () => {
    fc.assert(
      fc.property(
        seeds,
        row,
        fc.array(row, { minLength: 1, maxLength: 4 }),
        (treeSeeds, explained, background) => {
          const ensemble = ensembleOf(treeSeeds.map((seed) => randomTree(seed, 6)));
          const margins = marginFunction(ensemble);
          const value = (known: number): number => {
            const mixed = background.map((other) =>
              other.map((own, feature) => ((known >> feature) & 1 ? explained[feature]! : own)),
            );
            return margins(matrixOf(mixed))[0]!.reduce((sum, one) => sum + one, 0) / background.length;
          };
          const { expected, values } = interventionalTreeShap(ensemble, matrixOf([explained]), {
            background: matrixOf(background),
          });
          expect(expected[0]).toBeCloseTo(value(0), 10);
          for (const [feature, share] of bruteForce(value).entries()) {
            expect(values[0]![feature]).toBeCloseTo(share, 10);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("takes columns made from one feature as one player", () => {
    const ensemble = ensembleOf([randomTree(5, 6), randomTree(6, 6)]);
    const asOne = (matrix: Matrix): Matrix => ({
      ...matrix,
      columns: matrix.columns.map((column, index) => (index === 1 ? { ...column, source: "f0" } : column)),
    });
    const rows = asOne(matrixOf([[1, 4, 2, 3]]));
    const background = asOne(
      matrixOf([
        [4, 1, 0, 5],
        [2, 3, 5, 0],
      ]),
    );
    const { values } = interventionalTreeShap(ensemble, rows, { background });
    const game = coalitionGame({ matrix: rows, background, predict: marginFunction(ensemble), outputs: 1 });
    const exact = kernelShap(game, { seed: 0 });
    expect(values[0]).toHaveLength(3);
    for (const [player, share] of values[0]!.entries())
      expect(share).toBeCloseTo(exact.values[0]![player]!, 12);
  });

  it("refuses an empty background", () => {
    const ensemble = ensembleOf([randomTree(1, 2)]);
    const request = () =>
      interventionalTreeShap(ensemble, matrixOf([[1, 2, 3, 4]]), { background: matrixOf([]) });
    expect(request).toThrow(/background has no rows/);
  });
});

describe("treeShapInteractions", () => {
  it("gives the interaction values of their definition, symmetric, with rows that sum to the SHAP values", () => {
    fc.assert(
      fc.property(seeds, fc.array(row, { minLength: 1, maxLength: 3 }), (treeSeeds, rows) => {
        const ensemble = ensembleOf(treeSeeds.map((seed) => randomTree(seed, 6)));
        const [interactions] = treeShapInteractions(ensemble, matrixOf(rows));
        const { values } = treeShap(ensemble, matrixOf(rows));
        for (const [place, explained] of rows.entries()) {
          const game = (known: number) => gameValue(ensemble, Float64Array.from(explained), known);
          for (let left = 0; left < FEATURES; left++) {
            const line = interactions!.subarray((place * FEATURES + left) * FEATURES).subarray(0, FEATURES);
            expect(line.reduce((sum, share) => sum + share, 0)).toBeCloseTo(
              values[0]![place * FEATURES + left]!,
              10,
            );
            for (let right = 0; right < FEATURES; right++) {
              if (left === right) continue;
              expect(line[right]).toBeCloseTo(bruteInteraction(game, left, right), 10);
              expect(line[right]).toBe(interactions![(place * FEATURES + right) * FEATURES + left]);
            }
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

/** A tree that splits on every feature in turn and gives the path a value at its end. */
function longTree(features: number) {
  const nodes = 2 * features + 1;
  const isInner = (node: number): boolean => node % 2 === 0 && node < nodes - 1;
  const list = <Item>(make: (node: number) => Item): Item[] =>
    Array.from({ length: nodes }, (_, node) => make(node));
  return {
    feature: list((node) => (isInner(node) ? node / 2 : -1)),
    threshold: list(() => 0.5),
    categories: list(() => null),
    missingLeft: list((): 0 | 1 => 0),
    left: list((node) => (isInner(node) ? node + 1 : -1)),
    right: list((node) => (isInner(node) ? node + 2 : -1)),
    value: list((node) => (isInner(node) ? 0 : Math.sin(node))),
    cover: list((node) => (isInner(node) || node === nodes - 1 ? 1000 - node : 2)),
    gain: list(() => 0),
  };
}

it("paths over more features than a pattern has bits add up to the margin, with both kinds of TreeSHAP", () => {
  const features = 40;
  const ensemble = ensembleOf([longTree(features)]);
  const matrixFrom = (rows: readonly (readonly number[])[]): Matrix => ({
    rowCount: rows.length,
    columns: Array.from({ length: features }, (_, index) => ({
      name: `f${index}`,
      source: `f${index}`,
      levels: null,
      values: Float64Array.from(rows, (values) => values[index]!),
    })),
  });
  const ones = Array.from({ length: features }, () => 1);
  const matrix = matrixFrom([ones, ones.map((_, index) => (index === 35 ? 0 : 1))]);
  const background = matrixFrom([ones.map(() => 0), ones.map((_, index) => (index < 33 ? 1 : 0)), ones]);
  const margins = marginFunction(ensemble)(matrix)[0]!;
  for (const { expected, values } of [
    treeShap(ensemble, matrix),
    interventionalTreeShap(ensemble, matrix, { background }),
  ]) {
    for (const [place, margin] of margins.entries()) {
      const own = values[0]!.subarray(place * features, (place + 1) * features);
      expect(own.reduce((sum, value) => sum + value, expected[0]!)).toBeCloseTo(margin, 9);
    }
  }
});

interface ShapCase {
  readonly model: string;
  readonly rows: string;
  readonly features: readonly string[];
  readonly interactions_first_5?: readonly (readonly (readonly number[])[])[];
  readonly interventional_first_10?: readonly (readonly number[])[];
  readonly interventional_tolerance?: number;
}

async function readMatrix(file: string, features: readonly string[]): Promise<Matrix> {
  const { frame } = await readCsv({ path: `${REFERENCE}/shap/${file}` });
  return {
    rowCount: frame.rowCount,
    columns: features.map((name) => {
      const column = getColumn(frame, name);
      if (column.kind !== "numeric") expect.unreachable();
      return { name, source: name, levels: null, values: column.values };
    }),
  };
}

describe.skipIf(!hasReference)("the shared reference models", () => {
  const { cases } = hasReference
    ? readReference<{ readonly cases: Readonly<Record<string, ShapCase>> }>("shap/expected.json")
    : { cases: {} };
  it("abalone: interventional values are those of all 256 coalitions, and the file's up to its own rounding", async () => {
    const shapCase = cases.abalone!;
    const { ensemble } = importXgboost(readFileSync(`${REFERENCE}/shap/${shapCase.model}`, "utf8"));
    const matrix = await readMatrix(shapCase.rows, shapCase.features);
    const background = await readMatrix("abalone.background.csv", shapCase.features);
    const { values } = interventionalTreeShap(ensemble, matrix, { background });
    const enumerated = (predict: (rows: Matrix) => Float64Array[]) =>
      kernelShap(
        { ...coalitionGame({ matrix, background, predict, outputs: 1 }), rowCount: 10 },
        { seed: 0 },
      );
    const distance = (left: ArrayLike<number>, right: readonly number[]) =>
      right.reduce((most, value, place) => Math.max(most, Math.abs(left[place]! - value)), 0);
    const exact = enumerated(marginFunction(ensemble));
    expect(exact.standardErrors).toBeNull();
    expect(distance(values[0]!, Array.from(exact.values[0]!).slice(0, 80))).toBeLessThanOrEqual(1e-9);
    // The last number of each row is the expected value.
    const width = shapCase.features.length;
    const stated = shapCase.interventional_first_10!.flatMap((line) => line.slice(0, width));
    expect(distance(values[0]!, stated)).toBeLessThanOrEqual(shapCase.interventional_tolerance!);
    // The file's margins were summed in single precision, as xgboost does; so summed, the values are the same.
    const single = enumerated(singleMargins(ensemble));
    expect(distance(single.values[0]!, stated)).toBeLessThanOrEqual(1e-9);
  });
});

function singleMargins(ensemble: TreeEnsemble) {
  const steps = ensemble.trees.map((tree) => marginFunction({ ...ensemble, base: [0], trees: [tree] }));
  return (rows: Matrix): Float64Array[] => {
    const sums = new Float32Array(rows.rowCount).fill(ensemble.base[0]!);
    for (const step of steps) {
      for (const [row, value] of step(rows)[0]!.entries()) sums[row]! += Math.fround(value);
    }
    return [Float64Array.from(sums)];
  };
}
