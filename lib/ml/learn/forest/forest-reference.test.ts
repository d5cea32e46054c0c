import { describe, expect, it } from "vitest";
import { hasReference, prepareReference } from "../../fixtures/shared-reference.ts";
import { readFileSync } from "node:fs";
import { multiclassMetrics } from "../../metrics/multiclass-metrics.ts";
import { rankingMetrics, rankScores } from "../../metrics/ranking-metrics.ts";
import { regressionMetrics } from "../../metrics/regression-metrics.ts";
import type { Problem } from "../../score/model-file.ts";
import { fit, matrixOf, numbers, predict } from "./forest.testing.ts";

interface TreeCase {
  readonly task: Problem;
  readonly parameters: Readonly<Record<string, number>>;
  readonly x: readonly (readonly (number | null)[])[];
  readonly y: readonly number[];
  readonly weights: readonly number[] | null;
  readonly probes: readonly (readonly (number | null)[])[];
  readonly expected: readonly (number | readonly number[])[];
  readonly leaves: number;
}

// Written by fixtures/generate.py with scikit-learn.
const { trees } = JSON.parse(readFileSync(new URL("fixtures/forest.json", import.meta.url), "utf8")) as {
  readonly trees: Readonly<Record<string, TreeCase>>;
};

function columnsOf(rows: readonly (readonly (number | null)[])[]) {
  const names = ["a", "b", "c", "d"];
  return matrixOf(
    ...names.map((name, index) =>
      numbers(
        name,
        rows.map((row) => row[index] ?? NaN),
      ),
    ),
  );
}

describe("a single tree", () => {
  it.each(Object.entries(trees))("predicts what scikit-learn's does: %s", (_, about) => {
    const { task, parameters, x, y, weights, probes, expected, leaves } = about;
    const grown = fit(
      columnsOf(x),
      { target: y, problem: task },
      {
        algorithm: "decision-tree",
        stated: parameters,
        ...(weights === null ? {} : { weights: Float64Array.from(weights) }),
      },
    );
    const { feature } = grown.ensemble.trees[0]!;
    expect(feature.filter((column) => column < 0)).toHaveLength(leaves);
    const outputs = predict(grown, columnsOf(probes));
    for (const [row, answer] of expected.entries()) {
      const shares = typeof answer === "number" ? [answer] : task === "binary" ? answer.slice(1) : answer;
      for (const [output, share] of shares.entries()) expect(outputs[output]![row]).toBeCloseTo(share, 9);
    }
  });
});

/** Large sets get fewer trees than the reference's 200, to save time; lib/ml/bench/measure-forest.ts grows them all. */
const SETS = [
  ["abalone", 200],
  ["adult", 60],
  ["bike_hour", 40],
  ["california_housing", 40],
  ["compas", 200],
  ["credit_default", 120],
  ["iris", 200],
] as const;

describe.skipIf(!hasReference)("a random forest on the shared reference sets", () => {
  it.each(SETS)(
    "scores at or above the suggested bar: %s with %i trees",
    async (name, treeCount) => {
      const { reference, train, test, trainTarget, testTarget } = await prepareReference(name, "trees");
      const problem = reference.task;
      const stated = { trees: treeCount, minimalLeafRows: problem === "regression" ? 2 : 1 };
      const outputs = predict(fit(train, { target: trainTarget, problem }, { stated }), test).map((output) =>
        Float64Array.from(output),
      );
      const classes = reference.classes ?? [];
      const measured =
        problem === "binary"
          ? rankingMetrics({ ranking: rankScores(outputs[0]!), labels: testTarget, weights: null }).auc
          : problem === "regression"
            ? regressionMetrics({ actual: testTarget, predicted: outputs[0]! }).rmse
            : multiclassMetrics({
                labels: testTarget,
                predicted: testTarget,
                probabilities: outputs,
                classes,
              }).logLoss;
      const { at_least: least = -Infinity, at_most: most = Infinity } =
        reference.models.random_forest.suggested_bar;
      expect(measured).toBeGreaterThanOrEqual(least);
      expect(measured).toBeLessThanOrEqual(most);
    },
    60_000,
  );
});
