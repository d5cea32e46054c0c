import { beforeAll, describe, expect, it } from "vitest";
import { cellText, frameFromRows } from "#lib/ml/index.ts";
import type { ToolDefinition } from "#core/contract/tool-definition.ts";
import { engineerFeatures } from "#tools/data/engineer-features.ts";
import { loadDataset } from "#tools/data/load-dataset.ts";
import { splitTrainTest } from "#tools/data/split-train-test.ts";
import { exportModelTool } from "#tools/deployment/export-model.ts";
import { createToolBench, type ToolBench } from "#tools/engine/tool-bench.testing.ts";
import { analyzeErrorsTool } from "#tools/evaluation/analyze-errors.ts";
import { buildReferenceProfileTool } from "#tools/evaluation/build-reference-profile.ts";
import { compareModelsTool } from "#tools/evaluation/compare-models.ts";
import { detectDrift } from "#tools/evaluation/detect-drift.ts";
import { estimatePerformanceTool } from "#tools/evaluation/estimate-performance.ts";
import { evaluateModelTool } from "#tools/evaluation/evaluate-model.ts";
import { explainPrediction } from "#tools/evaluation/explain-prediction.ts";
import { calibrateModelTool } from "#tools/training/calibrate-model.ts";
import { crossValidateTool } from "#tools/training/cross-validate.ts";
import { recommendModel } from "#tools/training/recommend-model.ts";
import { smokeTest } from "#tools/training/smoke-test.ts";
import { trainClassifier } from "#tools/training/train-classifier.ts";
import { trainRegressor } from "#tools/training/train-regressor.ts";
import { tuneHyperparameters } from "#tools/training/tune-hyperparameters.ts";
import { TYPED_REFUSALS } from "../hostile/hostile-chain.testing.ts";
import { numberRows, type Row, storedFrame } from "./outside-libraries.testing.ts";

const target = "y";

/** Every tool that came after the first chain, on one table; what was refused, by tool, and what crashed. */
async function callAll(bench: ToolBench, dataset: string): Promise<{ refused: string[]; crashed: string[] }> {
  const refused: string[] = [];
  const crashed: string[] = [];
  const call = async <Output>(tool: ToolDefinition, input: object): Promise<Output | undefined> => {
    const outcome = await bench.call(tool, input);
    if (outcome.ok) return outcome.output as Output; // each caller states what the tool's schema describes
    const { code, message } = outcome.failure;
    const said = `${tool.name}: ${message}`;
    if (TYPED_REFUSALS.includes(code) && message.length > 20 && !/NaN|undefined/.test(message))
      refused.push(said);
    else crashed.push(`${code} ${said}`);
    return undefined;
  };
  await call(recommendModel, { dataset, target });
  const whole = { train: dataset, validation: dataset, test: dataset };
  const parts = (await call<typeof whole>(splitTrainTest, { dataset, target })) ?? whole;
  const { train, validation, test } = parts;
  const isAmount =
    bench.facts["data"] !== undefined && JSON.stringify(bench.facts["data"]).includes('"regression"');
  await call(smokeTest, {
    train,
    validation,
    target,
    problemType: isAmount ? "regression" : "classification",
  });
  for (const algorithm of ["gradient-boosting", "linear"]) {
    await call(crossValidateTool, { train, target, algorithm, folds: 3 });
  }
  await call(tuneHyperparameters, { train, validation, target, algorithm: "linear", trials: 1, folds: 2 });
  await call(engineerFeatures, { train, validation, test, target });
  const models: string[] = [];
  for (const algorithm of ["gradient-boosting", "linear"]) {
    const input = { train, validation, target, algorithm };
    const { model } =
      (await call<{ model: string }>(isAmount ? trainRegressor : trainClassifier, input)) ?? {};
    if (model === undefined) continue;
    models.push(model);
    await call(evaluateModelTool, { model, test, resamples: 20 });
    if (!isAmount) await call(calibrateModelTool, { model, calibration: validation });
    await call(explainPrediction, { model, data: test, rowNumbers: [0] });
    await call(explainPrediction, { model, rows: [{}] });
    await call(analyzeErrorsTool, { model, test });
    await call(estimatePerformanceTool, { model, reference: test, current: validation });
    for (const format of ["onnx", "xgboost-json", "lightgbm-text"]) {
      await call(exportModelTool, { model, format, sample: test });
    }
  }
  if (models.length === 2) await call(compareModelsTool, { models, test, resamples: 50 });
  const profile = await call<{ artifact: string }>(buildReferenceProfileTool, { dataset: train, target });
  if (profile !== undefined) await call(detectDrift, { profile: profile.artifact, current: test, target });
  await call(detectDrift, { reference: train, current: test, target, multivariate: true });
  return { refused, crashed };
}

const sound = numberRows(240, { seed: 1, gaps: 0.05 });
const withCells = (cells: (row: number, given: Row) => Row): Row[] =>
  sound.map((row, place) => cells(place, row));

const TABLES: readonly [string, Row[]][] = [
  ["constants and blanks", withCells((_, row) => ({ same: 5, word: "w", none: null, y: row["y"]! }))],
  ["a class of one row", withCells((place, row) => ({ ...row, y: place === 9 ? "lone" : row["y"]! }))],
  ["three rows", sound.slice(0, 3).map((row, place) => ({ ...row, y: place === 0 ? "yes" : "no" }))],
  [
    "infinities",
    withCells((place, row) => ({ ...row, a: place % 7 === 0 ? Number.POSITIVE_INFINITY : row["a"]! })),
  ],
  ["amounts too large to square", withCells((_, row) => ({ ...row, y: Number(row["c"]) * 1e305 }))],
  [
    "names that break programs",
    withCells((_, { a, b, c, d, y }) => ({
      constructor: a!,
      'he said "x", ok': b!,
      "[x]<1>{}": c!,
      größe: d!,
      y: y!,
    })),
  ],
];

describe("every later tool, on a table with", () => {
  it.each(TABLES)("%s, answers or says what to do", async (_, rows) => {
    const bench = createToolBench();
    const names = Object.keys(rows[0]!);
    const cell = (value: Row[string] | undefined): string =>
      value == null ? "" : JSON.stringify(String(value)).replaceAll('\\"', '""');
    const lines = [names, ...rows.map((row) => names.map((name) => row[name]))].map((line) =>
      line.map(cell).join(","),
    );
    const source = await bench.file("table.csv", `${lines.join("\n")}\n`);
    const { dataset } = await bench.succeed<{ dataset: string }>(loadDataset, { source, target });
    const { crashed } = await callAll(bench, dataset);
    expect(crashed).toEqual([]);
  });

  it("a column named __proto__ and a target named prediction trains on both and exports them", async () => {
    const bench = createToolBench();
    const lines = sound.map(({ a, b, y }) => `${a ?? ""},${b ?? ""},${String(y)}`);
    const source = await bench.file("table.csv", `__proto__,constructor,prediction\n${lines.join("\n")}\n`);
    const load = { source, target: "prediction" };
    const { dataset } = await bench.succeed<{ dataset: string }>(loadDataset, load);
    const split = { dataset, target: "prediction" };
    const parts = await bench.succeed<Record<"train" | "validation" | "test", string>>(splitTrainTest, split);
    const { train, validation, test } = parts;
    const trained = await bench.succeed<{ model: string; features: string[] }>(trainClassifier, {
      train,
      validation,
      target: "prediction",
    });
    expect(trained.features).toEqual(["__proto__", "constructor"]);
    const { model } = trained;
    const answered = await bench.succeed<{
      rows: { prediction: string; contributions: { feature: string; value: unknown }[] }[];
    }>(explainPrediction, { model, data: test, rowNumbers: [0, 1, 2, 3] });
    const [stored] = (await storedFrame(bench, test)).columns;
    for (const [row, { contributions }] of answered.rows.entries()) {
      const { value } = contributions.find(({ feature }) => feature === "__proto__")!;
      expect(value).toBe(cellText(stored!, row) === null ? null : Number(cellText(stored!, row)));
    }
    const exported = { model, format: "onnx", sample: test };
    const { proof } = await bench.succeed<{ proof: { inputs: string[] } }>(exportModelTool, exported);
    expect(proof.inputs).toEqual(["__proto__", "constructor"]);
  });
});

describe("an artifact of the wrong kind, or a number that makes no sense,", () => {
  let bench: ToolBench;
  let given: Record<"data" | "held" | "model" | "report", string>;
  beforeAll(async () => {
    bench = createToolBench();
    const data = await bench.seed(frameFromRows(sound));
    const held = await bench.seed(numberRows(120, { seed: 2, gaps: 0 }));
    const { model } = await bench.succeed<{ model: string }>(trainClassifier, {
      train: data,
      validation: held,
      target,
    });
    const { artifact } = await bench.succeed<{ artifact: string }>(evaluateModelTool, { model, test: held });
    given = { data, held, model, report: artifact };
  });

  const CALLS: readonly [string, ToolDefinition, (all: typeof given) => object, RegExp][] = [
    [
      "a report as model",
      exportModelTool,
      ({ report }) => ({ model: report, format: "onnx" }),
      /swarm-model/,
    ],
    [
      "a table as model",
      calibrateModelTool,
      ({ data, held }) => ({ model: data, calibration: held }),
      /model file/,
    ],
    ["a model as table", crossValidateTool, ({ model }) => ({ train: model, target }), /Parquet/],
    ["a report as table", analyzeErrorsTool, ({ model, report }) => ({ model, test: report }), /Parquet/],
    [
      "a report as profile",
      detectDrift,
      ({ report, held }) => ({ profile: report, current: held, target }),
      /build_reference_profile/,
    ],
    [
      "a metrics report as cross-validation",
      compareModelsTool,
      ({ report, model }) => ({ crossValidations: [report, model] }),
      /cross_validate/,
    ],
    [
      "a thousand million folds",
      crossValidateTool,
      ({ data }) => ({ train: data, target, folds: 1e9 }),
      /folds/,
    ],
    [
      "no trials",
      tuneHyperparameters,
      ({ data, held }) => ({ train: data, validation: held, target, trials: 0 }),
      /trials/,
    ],
    [
      "negative rounds",
      crossValidateTool,
      ({ data }) => ({ train: data, target, parameters: { rounds: -5 } }),
      /"rounds" is -5; it must be an integer from 1/,
    ],
    [
      "a parameter that no learner has",
      tuneHyperparameters,
      ({ data, held }) => ({ train: data, validation: held, target, parameters: { depth: 3 } }),
      /no parameter "depth". It has: rounds/,
    ],
    [
      "rows the model was trained on",
      calibrateModelTool,
      ({ model, data }) => ({ model, calibration: data }),
      /held-out/,
    ],
    [
      "the target as a feature",
      crossValidateTool,
      ({ data }) => ({ train: data, target, features: ["y"] }),
      /target/,
    ],
    [
      "a row that is not there",
      explainPrediction,
      ({ model, held }) => ({ model, data: held, rowNumbers: [9999] }),
      /no row 9999/,
    ],
    [
      "text in a field of numbers",
      explainPrediction,
      ({ model }) => ({ model, rows: [{ a: "many" }] }),
      /field "a" must be a number/,
    ],
  ];
  it.each(CALLS)("%s, is refused in words", async (_, tool, input, words) => {
    const refusal = await bench.fail(tool, input(given));
    expect(TYPED_REFUSALS).toContain(refusal.code);
    expect(refusal.message).toMatch(words);
  });
});
