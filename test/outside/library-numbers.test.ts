import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolds } from "#lib/ml/validate/folds.ts";
import { frameFromRows } from "#lib/ml/index.ts";
import { fairnessAudit } from "#tools/compliance/fairness-audit.ts";
import { splitTrainTest } from "#tools/data/split-train-test.ts";
import { exportModelTool } from "#tools/deployment/export-model.ts";
import { createToolBench, type ToolBench } from "#tools/engine/tool-bench.testing.ts";
import { detectDrift } from "#tools/evaluation/detect-drift.ts";
import { evaluateModelTool } from "#tools/evaluation/evaluate-model.ts";
import { explainPrediction } from "#tools/evaluation/explain-prediction.ts";
import { calibrateModelTool } from "#tools/training/calibrate-model.ts";
import { crossValidateTool } from "#tools/training/cross-validate.ts";
import { trainClassifier } from "#tools/training/train-classifier.ts";
import {
  askLibraries,
  binaryAnswers,
  hasLibraries,
  nastyRows,
  numberRows,
  type Row,
  storedFrame,
} from "./outside-libraries.testing.ts";

const isHere = await hasLibraries();
type Numbers = Record<string, number>;

interface Trained {
  bench: ToolBench;
  model: string;
  train: string;
  validation: string;
  test: string;
}

async function trained(rows: readonly Row[], more: object = {}): Promise<Trained> {
  const bench = createToolBench({ seed: 3 });
  const dataset = await bench.seed(rows);
  const parts = await bench.succeed<Omit<Trained, "bench" | "model">>(splitTrainTest, {
    dataset,
    target: "y",
  });
  const { train, validation } = parts;
  const input = { train, validation, target: "y", ...more };
  const { model } = await bench.succeed<{ model: string }>(trainClassifier, input);
  return { ...parts, bench, model };
}

function expectNear(given: object, wanted: Numbers, tolerance: number): void {
  for (const [name, value] of Object.entries(wanted)) {
    const own = (given as Record<string, unknown>)[name]; // a report's members by name
    expect(typeof own, name).toBe("number");
    expect(Math.abs(Number(own) - value), `${name}: ${String(own)} and ${value}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(value)),
    );
  }
}

const LEARNERS = ["gradient-boosting", "linear", "nearest-neighbours", "random-forest"];

describe.skipIf(!isHere)("scikit-learn", () => {
  it.each(LEARNERS)("measures a %s as evaluate_model does, on rows with gaps and ties", async (algorithm) => {
    const { bench, model, test } = await trained(nastyRows(1500, 1), { algorithm });
    const { values } = await bench.succeed<{ values: Numbers }>(evaluateModelTool, {
      model,
      test,
      resamples: 0,
    });
    const answers = binaryAnswers(await bench.model(model), await storedFrame(bench, test));
    expectNear(values, askLibraries<Numbers>("metrics", answers), 1e-12);
  });

  it("calibrates by Platt's sigmoid to the very probabilities of calibrate_model", async () => {
    const { bench, model, validation, test } = await trained(nastyRows(1500, 2));
    const input = { model, calibration: validation, method: "platt" };
    const after = await bench.succeed<{ model: string }>(calibrateModelTool, input);
    const before = await bench.model(model);
    const held = binaryAnswers(before, await storedFrame(bench, validation));
    const rows = await storedFrame(bench, test);
    const later = binaryAnswers(before, rows).probability;
    const wanted = askLibraries<number[]>("calibrated", { ...held, later });
    const given = binaryAnswers(await bench.model(after.model), rows).probability;
    for (const [row, value] of wanted.entries()) expect(given[row]).toBeCloseTo(value, 9);
  });

  it("predicts every row as cross_validate does when it learns from the same folds", async () => {
    const rows = numberRows(600, { seed: 4, gaps: 0 });
    const bench = createToolBench({ seed: 4 });
    const train = await bench.seed(rows);
    const { outOfFold } = await bench.succeed<{ outOfFold: string }>(crossValidateTool, {
      train,
      target: "y",
      algorithm: "linear",
    });
    const strategy = { kind: "stratified", column: "y" } as const;
    const folds = makeFolds(frameFromRows(rows), { strategy, seed: 4 }).map((fold) => ({
      train: [...fold.train],
      test: [...fold.test],
    }));
    const wanted = askLibraries<number[]>("folds", {
      rows: rows.map(({ a, b, c, d }) => [a, b, c, d]),
      actual: rows.map(({ y }) => (y === "yes" ? 1 : 0)),
      folds,
    });
    const { columns } = await storedFrame(bench, outOfFold);
    const predictions = columns.find(({ name }) => name === "probability of yes");
    if (predictions?.kind !== "numeric") throw new Error("no out-of-fold probabilities");
    for (const [row, value] of wanted.entries()) expect(predictions.values[row]).toBeCloseTo(value, 7);
  });
});

interface Audit {
  attributes: {
    attribute: string;
    groups: { label: string; count: number; rates: Numbers }[];
    numbers: Numbers;
    toOverall: Numbers;
    strata: { stratum: string; audit: { numbers: Numbers } }[];
  }[];
}

describe.skipIf(!isHere)("fairlearn", () => {
  it("audits groups as fairness_audit does: tiny ones, missing ones, and within a control feature", async () => {
    const { bench, model, test } = await trained(nastyRows(2500, 5), { protected: ["group", "region"] });
    const input = { model, test, protected: ["group", "region"], controlFeatures: ["word"], resamples: 0 };
    await bench.succeed(fairnessAudit, input);
    const report = await bench.report<Audit>("fairness.json");
    const answers = binaryAnswers(await bench.model(model), await storedFrame(bench, test));
    expect(report.attributes.map(({ attribute }) => attribute)).toEqual(["group", "region"]);
    for (const { attribute, groups, numbers, toOverall, strata } of report.attributes) {
      const wanted = askLibraries<
        Record<"groups" | "within", Record<string, Numbers>> & Record<string, Numbers>
      >("fairness", {
        ...answers,
        groups: answers.rows.map((row) => row[attribute] ?? "(missing)"),
        control: answers.rows.map((row) => row["word"]),
      });
      expect(groups.map(({ label }) => label).toSorted()).toEqual(Object.keys(wanted.groups).toSorted());
      for (const { label, count, rates } of groups)
        expectNear({ ...rates, count }, wanted.groups[label]!, 1e-12);
      expectNear(numbers, wanted["numbers"]!, 1e-12);
      expectNear(toOverall, wanted["toOverall"]!, 1e-12);
      const within = strata.map(({ stratum, audit }) => [
        stratum,
        audit.numbers["demographicParityDifference"],
      ]);
      expectNear(Object.fromEntries(within) as Numbers, wanted.within as unknown as Numbers, 1e-12);
    }
  });
});

interface DriftReport {
  columns: {
    column: string;
    comparison: {
      ks: { statistic: number; asymptoticP: number };
      wasserstein: number;
      mannWhitney: { p: number };
      welch: { p: number };
    };
  }[];
}

describe.skipIf(!isHere)("scipy", () => {
  it("compares columns as detect_drift does, with ties and gaps", async () => {
    const bench = createToolBench();
    const [older, newer] = [
      nastyRows(900, 6),
      nastyRows(700, 7).map((row) => ({ ...row, size: Number(row["size"]) + 0.3 })),
    ];
    const given = { reference: await bench.seed(older), current: await bench.seed(newer), target: "y" };
    await bench.succeed(detectDrift, given);
    const report = await bench.report<DriftReport>("drift.json");
    for (const name of ["size", "rounded"]) {
      const numbers = (rows: readonly Row[]) =>
        rows.map((row) => row[name]).filter((value) => value !== null);
      const wanted = askLibraries<Numbers>("drift", { reference: numbers(older), current: numbers(newer) });
      const { ks, wasserstein, mannWhitney, welch } = report.columns.find(
        ({ column }) => column === name,
      )!.comparison;
      expectNear(
        { ks: ks.statistic, ksP: ks.asymptoticP, wasserstein, mannWhitneyP: mannWhitney.p, welchP: welch.p },
        wanted,
        1e-9,
      );
    }
  });
});

interface Explained {
  rows: { contributions: { feature: string; contribution: number }[] }[];
}

const NAMES = ["a", "b", "c", "d"];
const inOrder = ({ rows }: Explained): number[][] =>
  rows.map(({ contributions }) =>
    NAMES.map((name) => contributions.find(({ feature }) => feature === name)!.contribution),
  );

function largestDifference(
  given: readonly (readonly number[])[],
  wanted: readonly (readonly number[])[],
): number {
  expect(given.map((row) => row.length)).toEqual(wanted.map((row) => row.length));
  return Math.max(
    ...given.flatMap((row, place) => row.map((value, at) => Math.abs(value - wanted[place]![at]!))),
  );
}

describe.skipIf(!isHere)("shap", () => {
  const cells = (rows: readonly Row[]) => rows.map((row) => NAMES.map((name) => row[name] ?? Number.NaN));
  const asJson = (rows: readonly Row[]) => rows.map((row) => NAMES.map((name) => row[name] ?? null));

  it("explains exported files as explain_prediction explains the model, by both kinds of TreeSHAP", async () => {
    const parameters = { rounds: 25, learningRate: 0.2 };
    const { bench, model } = await trained(numberRows(900, { seed: 8, gaps: 0.1 }), { parameters });
    const background = numberRows(30, { seed: 9, gaps: 0.1 });
    const rows = numberRows(25, { seed: 10, gaps: 0.1 });
    const folder = await bench.context.artifacts.scratch();
    const files: Record<string, string> = {};
    for (const format of ["xgboost-json", "lightgbm-text"]) {
      const { artifact } = await bench.succeed<{ artifact: string }>(exportModelTool, { model, format });
      const path = join(folder, format === "xgboost-json" ? "model.json" : "model.txt");
      await writeFile(path, await bench.context.artifacts.read(artifact));
      files[format.split("-")[0]!] = path;
    }
    const wanted = askLibraries<Record<"lightgbm" | "xgboost" | "interventional", number[][]>>("tree_shap", {
      ...files,
      rows: asJson(rows),
      background: asJson(background),
    });
    const own = inOrder(await bench.succeed<Explained>(explainPrediction, { model, rows }));
    expect(largestDifference(own, wanted.lightgbm)).toBeLessThan(1e-7);
    expect(largestDifference(own, wanted.xgboost)).toBeLessThan(2e-6);
    const interventional = await bench.succeed<Explained>(explainPrediction, {
      model,
      rows,
      method: "tree-interventional",
      background: await bench.seed(background),
    });
    expect(largestDifference(inOrder(interventional), wanted.interventional)).toBeLessThan(2e-6);
    expect(cells(rows).flat().some(Number.isNaN)).toBe(true);
  });

  it("explains scikit-learn's nearest neighbours by KernelExplainer as explain_prediction explains ours", async () => {
    const { bench, model, train } = await trained(numberRows(500, { seed: 11, gaps: 0 }), {
      algorithm: "nearest-neighbours",
    });
    const known = binaryAnswers(await bench.model(model), await storedFrame(bench, train));
    const background = numberRows(15, { seed: 12, gaps: 0 });
    const rows = numberRows(6, { seed: 13, gaps: 0 });
    const own = await bench.succeed<Explained>(explainPrediction, {
      model,
      rows,
      background: await bench.seed(background),
    });
    const wanted = askLibraries<number[][]>("kernel_shap", {
      known: cells(known.rows),
      labels: known.actual,
      background: cells(background),
      rows: cells(rows),
    });
    expect(largestDifference(inOrder(own), wanted)).toBeLessThan(1e-9);
  });
});
