import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hasReference, readReference, REFERENCE } from "../fixtures/shared-reference.ts";
import { getColumn } from "../frame/frame.ts";
import { frameFromRows } from "../frame/frame-rows.ts";
import { readCsv } from "../frame/read-csv.ts";
import { trainModel } from "../learn/train-model.ts";
import { importXgboost } from "../model/import-xgboost.ts";
import { createRandom } from "../random.ts";
import { compileTrees, goesLeft } from "../score/compiled-trees.ts";
import type { Tree, TreeEnsemble } from "../score/estimator.ts";
import { marginFunction } from "../score/margins.ts";
import type { Matrix } from "../score/preparation.ts";
import { explainModel, explainRows } from "./explain-model.ts";
import { treeShap } from "./tree-shap.ts";

const FEATURES = 4;

/** A random tree over four features, the last one categorical, with covers that add up. */
function randomTree(seed: number, depth: number): Tree {
  const random = createRandom(seed);
  const tree = {
    feature: [] as number[],
    threshold: [] as number[],
    categories: [] as (number[] | null)[],
    missingLeft: [] as (0 | 1)[],
    left: [] as number[],
    right: [] as number[],
    value: [] as number[],
    cover: [] as number[],
    gain: [] as number[],
  };
  const grow = (level: number, cover: number): number => {
    const node = tree.feature.length;
    const isLeaf = level === depth || random.uniform() < 0.2;
    const feature = random.integer(FEATURES);
    tree.feature.push(isLeaf ? -1 : feature);
    tree.threshold.push(feature === FEATURES - 1 ? 0 : random.integer(5));
    tree.categories.push(
      !isLeaf && feature === FEATURES - 1 ? [random.integer(3), 3 + random.integer(3)] : null,
    );
    tree.missingLeft.push(random.uniform() < 0.5 ? 1 : 0);
    tree.left.push(-1);
    tree.right.push(-1);
    tree.value.push(isLeaf ? random.normal() : 0);
    tree.cover.push(cover);
    tree.gain.push(0);
    if (!isLeaf) {
      const share = random.uniform();
      tree.left[node] = grow(level + 1, cover * share);
      tree.right[node] = grow(level + 1, cover * (1 - share));
    }
    return node;
  };
  grow(0, 100);
  return tree;
}

function ensembleOf(trees: readonly Tree[]): TreeEnsemble {
  return {
    kind: "tree-ensemble",
    link: "identity",
    outputs: 1,
    base: [0.5],
    inputPrecision: "double",
    trees,
  };
}

function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  return {
    rowCount: rows.length,
    columns: Array.from({ length: FEATURES }, (_, index) => ({
      name: `f${index}`,
      source: `f${index}`,
      levels: null,
      values: Float64Array.from(rows, (row) => row[index]!),
    })),
  };
}

/** The value of the game when only the features in `known` (a bit set) are known: unknown splits follow the covers. */
function gameValue(ensemble: TreeEnsemble, row: Float64Array, known: number): number {
  const trees = compileTrees(ensemble);
  const walk = (node: number): number => {
    const feature = trees.feature[node]!;
    if (feature < 0) return trees.value[node]!;
    const [left, right] = [trees.left[node]!, trees.right[node]!];
    if ((known >> feature) & 1) return walk(goesLeft(trees, node, row[feature]!) ? left : right);
    const cover = trees.cover[node]!;
    const shares = cover > 0 ? [trees.cover[left]! / cover, trees.cover[right]! / cover] : [0.5, 0.5];
    return shares[0]! * walk(left) + shares[1]! * walk(right);
  };
  return ensemble.base[0]! + trees.roots.reduce((sum, root) => sum + walk(root), 0);
}

/** Shapley values by their definition, over all subsets of features. */
function bruteForce(ensemble: TreeEnsemble, row: Float64Array): number[] {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  return Array.from({ length: FEATURES }, (_, feature) => {
    let value = 0;
    for (let subset = 0; subset < 1 << FEATURES; subset++) {
      if ((subset >> feature) & 1) continue;
      const size = subset.toString(2).replaceAll("0", "").length;
      const weight = (factorial(size) * factorial(FEATURES - 1 - size)) / factorial(FEATURES);
      value +=
        weight * (gameValue(ensemble, row, subset | (1 << feature)) - gameValue(ensemble, row, subset));
    }
    return value;
  });
}

const cell = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 5 }) },
  { weight: 1, arbitrary: fc.constant(NaN) },
);

describe("treeShap", () => {
  it("gives the Shapley values of their definition, with repeated features, categories and missing values", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 1, maxLength: 4 }),
        (seeds, rows) => {
          const ensemble = ensembleOf(seeds.map((seed) => randomTree(seed, 6)));
          const { expected, values } = treeShap(ensemble, matrixOf(rows));
          expect(expected[0]).toBeCloseTo(gameValue(ensemble, new Float64Array(FEATURES), 0), 10);
          for (const [index, row] of rows.entries()) {
            const exact = bruteForce(ensemble, Float64Array.from(row));
            for (const [feature, value] of exact.entries()) {
              expect(values[0]![index * FEATURES + feature]).toBeCloseTo(value, 10);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("adds up to the margin for deep trees of one feature and for trees without splits", () => {
    const stump = randomTree(1, 0);
    const { expected, values } = treeShap(ensembleOf([stump]), matrixOf([[1, 2, 3, 4]]));
    expect(expected[0]).toBe(0.5 + stump.value[0]!);
    expect(Array.from(values[0]!)).toEqual([0, 0, 0, 0]);
  });
});

const random = createRandom(3);
const rows = Array.from({ length: 400 }, (_, row) => {
  const age = 20 + Math.floor(50 * random.uniform());
  const city = ["Bonn", "Lyon", "Rome"][row % 3]!;
  const value = age / 10 + (city === "Rome" ? 2 : 0) + 0.3 * random.normal();
  return {
    age: row % 9 === 0 ? null : age,
    city: row % 13 === 0 ? null : city,
    noise: random.normal(),
    since: `2024-0${1 + (row % 9)}-1${row % 10}`,
    amount: value,
    outcome: value > 5 ? "yes" : "no",
    grade: value > 6 ? "high" : value > 4 ? "mid" : "low",
  };
});
const frame = frameFromRows(rows);
const choices = (["outcome", "grade", "amount"] as const).flatMap((target) =>
  (["gradient-boosting", "linear", "baseline"] as const).map((algorithm) => ({ target, algorithm })),
);

describe("explainModel", () => {
  it.each(choices)(
    "adds up to the margin and speaks of raw features: $algorithm for $target",
    ({ target, algorithm }) => {
      const features = ["age", "city", "noise", "since"];
      const { model } = trainModel({ training: frame, target, algorithm, features, seed: 0, parameters: {} });
      const explanation = explainModel(model, frame, { maximalRows: 50, seed: 1 });
      expect(explanation.additivity.holds).toBe(true);
      expect(explanation.features).toEqual(features);
      expect(explanation.rows).toHaveLength(50);
      expect(explanation.contributions).toHaveLength(target === "grade" ? 3 : 1);
      if (algorithm === "baseline") return;
      expect(
        explanation.importance
          .slice(0, 2)
          .map(({ feature }) => feature)
          .toSorted(),
      ).toEqual(["age", "city"]);
      const [first] = explainRows(model, [rows[explanation.rows[0]!]!]);
      const output = first![0]!;
      const place = features.indexOf("age");
      const age = output.contributions.find(({ feature }) => feature === "age");
      expect(age?.contribution).toBeCloseTo(explanation.contributions[0]![place]!, 12);
      expect(output.margin).toBeCloseTo(explanation.margins[0]![0]!, 12);
      const total = output.contributions.reduce(
        (sum, { contribution }) => sum + contribution,
        output.expected,
      );
      expect(total).toBeCloseTo(output.margin, 9);
    },
  );

  it("gives linear contributions as coefficient times distance from the mean", () => {
    const { model } = trainModel({
      training: frame,
      target: "amount",
      algorithm: "linear",
      features: ["noise", "city"],
      seed: 0,
    });
    const explanation = explainModel(model, frame);
    if (model.estimator.kind !== "linear") expect.unreachable();
    const noise = getColumn(frame, "noise");
    if (noise.kind !== "numeric") expect.unreachable();
    const mean = noise.values.reduce((sum, value) => sum + value, 0) / frame.rowCount;
    const scale = Math.sqrt(
      noise.values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / frame.rowCount,
    );
    const coefficient = model.estimator.outputs[0]!.terms[0]![0]!;
    expect(explanation.contributions[0]![0]).toBeCloseTo(
      (coefficient * (noise.values[0]! - mean)) / scale,
      10,
    );
    const sums = explanation.contributions[0]!.reduce(
      (sum, value, index) => (index % 2 === 1 ? sum + value : sum),
      0,
    );
    expect(sums / frame.rowCount).toBeCloseTo(0, 10);
  });
});

interface ShapCase {
  readonly model: string;
  readonly rows: string;
  readonly features: readonly string[];
  readonly margin: readonly (number | readonly number[])[];
  readonly contribs_float64: readonly (readonly number[] | readonly (readonly number[])[])[];
}

describe.skipIf(!hasReference)("SHAP of the shared XGBoost models", () => {
  const { cases } = hasReference
    ? readReference<{ readonly cases: Readonly<Record<string, ShapCase>> }>("shap/expected.json")
    : { cases: {} };

  it.each(Object.entries(cases))("%s equals the float64 reference to 1e-9", async (_, expected) => {
    const { ensemble } = importXgboost(readFileSync(`${REFERENCE}/shap/${expected.model}`, "utf8"));
    const { frame: given } = await readCsv({ path: `${REFERENCE}/shap/${expected.rows}` });
    const width = expected.features.length;
    const matrix: Matrix = {
      rowCount: given.rowCount,
      columns: expected.features.map((name) => {
        const column = getColumn(given, name);
        return {
          name,
          source: name,
          levels: null,
          values: column.kind === "numeric" ? column.values : new Float64Array(0),
        };
      }),
    };
    const { expected: base, values } = treeShap(ensemble, matrix);
    const margins = marginFunction(ensemble)(matrix);
    for (let row = 0; row < given.rowCount; row++) {
      for (let output = 0; output < ensemble.outputs; output++) {
        const wanted = [expected.contribs_float64[row]!].flat(ensemble.outputs > 1 ? 1 : 0)[
          output
        ] as number[];
        const theirMargin = [expected.margin[row]!].flat()[output]!;
        for (let feature = 0; feature <= width; feature++) {
          const actual = feature < width ? values[output]![row * width + feature]! : base[output]!;
          expect(Math.abs(actual - wanted[feature]!)).toBeLessThanOrEqual(
            1e-9 * Math.max(1, Math.abs(wanted[feature]!)),
          );
        }
        expect(Math.abs(margins[output]![row]! - theirMargin)).toBeLessThan(2e-5);
      }
    }
  });
});
