import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
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
