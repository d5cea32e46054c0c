import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TreeEnsemble } from "../../score/estimator.ts";
import { marginFunction } from "../../score/margins.ts";
import type { Matrix } from "../../score/preparation.ts";
import { probeMatrix } from "../probe-matrix.ts";
import { sampleColumns, sampleEnsemble } from "../sample-ensembles.testing.ts";
import { exportXgboost } from "./export-xgboost.ts";
import { importXgboost } from "./import-xgboost.ts";
import { singleAbove, singleBelow, singleText } from "./single-precision.ts";

describe("importXgboost", () => {
  const tree = {
    split_indices: [0, 0, 1, 0, 0],
    split_conditions: [0.1, 1, 0, 2, 3],
    split_type: [0, 0, 1, 0, 0],
    left_children: [1, -1, 3, -1, -1],
    right_children: [2, -1, 4, -1, -1],
    default_left: [1, 0, 0, 0, 0],
    sum_hessian: [10, 4, 6, 2, 4],
    loss_changes: [5, 0, 2, 0, 0],
    categories: [1, 3],
    categories_nodes: [2],
    categories_segments: [0],
    categories_sizes: [2],
  };
  const file = (name: string) =>
    JSON.stringify({
      learner: {
        feature_names: ["x", "c"],
        learner_model_param: { base_score: "5E-1", num_class: "0" },
        objective: { name },
        gradient_booster: { name: "gbtree", model: { trees: [tree], tree_info: [0] } },
      },
    });

  it("compares in float32, below the condition, with listed categories on XGBoost's right side", () => {
    const { ensemble, featureNames } = importXgboost(file("reg:squarederror"));
    expect(featureNames).toEqual(["x", "c"]);
    const single = Math.fround(0.1);
    const matrix = {
      rowCount: 6,
      columns: [
        { name: "x", source: "x", levels: null, values: Float64Array.of(single - 1e-8, 0.1, NaN, 1, 1, 1) },
        { name: "c", source: "c", levels: null, values: Float64Array.of(0, 0, 0, 1, 2, NaN) },
      ],
    };
    expect(Array.from(marginFunction(ensemble)(matrix)[0]!)).toEqual([1.5, 2.5, 1.5, 3.5, 2.5, 3.5]);
  });

  it("turns the base score of a probability into log-odds and refuses what it does not know", () => {
    expect(importXgboost(file("binary:logistic")).ensemble.base).toEqual([0]);
    expect(() => importXgboost(file("rank:pairwise"))).toThrow(/objective.name/);
    expect(() => importXgboost("{}")).toThrow(/"learner" is missing/);
  });
});

const links = [
  { link: "identity", outputs: 1 },
  { link: "logit", outputs: 1 },
  { link: "log", outputs: 1 },
  { link: "softmax", outputs: 3 },
] as const;
const seeds = fc.integer({ min: 0, max: 1e6 });
const rowsOf = (ensemble: TreeEnsemble): Matrix =>
  probeMatrix(ensemble, sampleColumns, { rowCount: 300, seed: 1 });

describe("exportXgboost", () => {
  it.each(links)("comes back with margins equal to the last bit from float32 numbers: $link", (kind) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const ensemble = sampleEnsemble({ ...kind, seed, precision: "single" });
        const back = importXgboost(exportXgboost(ensemble, sampleColumns));
        expect(back.ensemble.link).toBe(kind.link);
        const rows = rowsOf(ensemble);
        expect(marginFunction(back.ensemble)(rows)).toEqual(marginFunction(ensemble)(rows));
      }),
      { numRuns: 20 },
    );
  });

  it("sends every float32 input to the same leaf, whatever doubles the thresholds are", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const drawn = sampleEnsemble({ seed });
        // Whole leaf values are float32 already, so that a difference can only come from another leaf.
        const trees = drawn.trees.map((tree) => ({ ...tree, value: tree.value.map((_, node) => node) }));
        const ensemble = { ...drawn, base: [0], trees };
        const back = importXgboost(exportXgboost(ensemble, sampleColumns)).ensemble;
        const rows = rowsOf(ensemble);
        expect(marginFunction(back)(rows)).toEqual(marginFunction(ensemble)(rows));
      }),
      { numRuns: 50 },
    );
  });

  it("writes the same bytes again after an import", () => {
    const text = exportXgboost(sampleEnsemble({ seed: 3, precision: "single" }), sampleColumns);
    const { ensemble } = importXgboost(text);
    expect(exportXgboost(ensemble, sampleColumns)).toBe(text);
  });

  it("gives forests of probabilities as plain numbers, one target per class", () => {
    const ensemble = sampleEnsemble({ seed: 4, link: "probability", outputs: 3, precision: "single" });
    const back = importXgboost(exportXgboost(ensemble, sampleColumns)).ensemble;
    expect(back).toMatchObject({ link: "identity", outputs: 3 });
    const rows = rowsOf(ensemble);
    expect(marginFunction(back)(rows)).toEqual(marginFunction(ensemble)(rows));
  });

  it("changes names that XGBoost refuses and keeps them apart", () => {
    const columns = ["a[1]", "a<1_", "a_1_"].map((name) => ({ name, levels: null }));
    const text = exportXgboost({ ...sampleEnsemble({ seed: 1 }), trees: [] }, columns);
    expect(importXgboost(text).featureNames).toEqual(["a_1_", "a_1__2", "a_1__3"]);
  });

  it("refuses numbers that float32 cannot hold, and a model without columns", () => {
    const ensemble = sampleEnsemble({ seed: 1 });
    expect(() => exportXgboost({ ...ensemble, base: [1e300] }, sampleColumns)).toThrow(
      /Tree 0 holds 1e\+300/,
    );
    expect(() => exportXgboost(ensemble, [])).toThrow(/reads no column/);
  });
});

describe("float32 neighbours", () => {
  const singles = fc.float({ noNaN: true, noDefaultInfinity: true });

  it("turn <= t into < t' and back", () => {
    fc.assert(
      fc.property(singles, fc.double({ min: -1e38, max: 1e38, noNaN: true }), (value, threshold) => {
        expect(value < singleAbove(threshold)).toBe(value <= threshold);
        expect(singleBelow(singleAbove(value)) === value || Math.abs(value) > 3.4e38).toBe(true);
      }),
    );
  });

  it("are written so that reading them gives the same number", () => {
    fc.assert(
      fc.property(singles, (value) => {
        const text = singleText(value);
        expect(Math.fround(Number(text)) === value).toBe(true);
        expect(text).toMatch(/^-?\d(\.\d{1,8})?e[+-]\d+$/);
      }),
    );
  });
});
