import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { getColumn } from "../frame/frame.ts";
import { frameFromRows } from "../frame/frame-rows.ts";
import { trainModel } from "../learn/train-model.ts";
import { createRandom } from "../random.ts";
import { explainModel } from "./explain-model.ts";
import { explainedOutputs, explainRows } from "./explain-rows.ts";
import { bruteForce, ensembleOf, FEATURES, gameValue, matrixOf, randomTree } from "./tree-games.testing.ts";
import { treeShap } from "./tree-shap.ts";

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
            const exact = bruteForce((known) => gameValue(ensemble, Float64Array.from(row), known));
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
      const raw = rows[explanation.rows[0]!]!;
      const output = explainedOutputs(explainRows(model, [raw]), 0, raw)[0]!;
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

  it("adds up where a linear model meets a missing number that nothing stands in for", () => {
    const { model } = trainModel({
      training: frame,
      target: "amount",
      algorithm: "linear",
      features: ["noise", "city"],
      seed: 0,
    });
    const encoders = model.preparation.encoders.map((encoder) =>
      encoder.kind === "numeric" ? { ...encoder, impute: null } : encoder,
    );
    const bare = { ...model, preparation: { ...model.preparation, encoders } };
    const explanation = explainRows(bare, [{ city: "Rome" }, { city: null }, { noise: 1 }]);
    expect(explanation.additivity).toMatchObject({ holds: true });
    if (model.estimator.kind !== "linear") expect.unreachable();
    const [noise] = model.estimator.outputs[0]!.terms;
    expect(explanation.contributions[0]![0]).toBeCloseTo(-noise![0]! * model.estimator.means[0]![0]!, 12);
  });
});
