import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { treeShap } from "#lib/ml/explain/tree-shap.ts";
import { frameFromRows, frameToRows } from "#lib/ml/frame/frame-rows.ts";
import { readCsv } from "#lib/ml/frame/read-csv.ts";
import { sliceRows } from "#lib/ml/frame/frame.ts";
import { DATA, hasReference } from "#lib/ml/fixtures/shared-reference.ts";
import { trainModel } from "#lib/ml/learn/train-model.ts";
import { exportLightgbm } from "#lib/ml/model/lightgbm/export-lightgbm.ts";
import { exportOnnx } from "#lib/ml/model/onnx/export-onnx.ts";
import { sampleModel, sampleRows } from "#lib/ml/model/onnx/sample-models.testing.ts";
import { probeMatrix } from "#lib/ml/model/probe-matrix.ts";
import { sampleColumns, sampleEnsemble } from "#lib/ml/model/sample-ensembles.testing.ts";
import { treeFileColumns } from "#lib/ml/model/tree-file-column.ts";
import { exportXgboost } from "#lib/ml/model/xgboost/export-xgboost.ts";
import { importXgboost } from "#lib/ml/model/xgboost/import-xgboost.ts";
import { applyPreparation } from "#lib/ml/score/apply-preparation.ts";
import { marginFunction } from "#lib/ml/score/margins.ts";
import type { TreeEnsemble } from "#lib/ml/score/estimator.ts";
import type { Model } from "#lib/ml/score/model-file.ts";
import type { Matrix } from "#lib/ml/score/preparation.ts";
import { createScorer } from "#lib/ml/score/scorer.ts";
import { hasOutsideTool } from "./outside-tool.ts";

const python = process.env.SWARM_PYTHON ?? "python3";
const hasPackages = async (...names: string[]) =>
  hasOutsideTool(python, ["-c", `import numpy, ${names.join(", ")}`], `pip install ${names.join(" ")}`);
const [hasXgboost, hasLightgbm, hasOnnx] = [
  await hasPackages("xgboost"),
  await hasPackages("lightgbm"),
  await hasPackages("onnx", "onnxruntime"),
];

const kinds = [
  { link: "identity", outputs: 1 },
  { link: "logit", outputs: 1 },
  { link: "log", outputs: 1 },
  { link: "softmax", outputs: 3 },
  { link: "probability", outputs: 1 },
  { link: "probability", outputs: 3 },
] as const;

interface Answer {
  /** One list per output. */
  readonly margins: readonly (readonly number[])[];
  readonly contributions: readonly (readonly number[])[];
  readonly outputs: Readonly<Record<string, readonly unknown[]>>;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "swarm-formats-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function ask(format: string, content: string | Uint8Array, question: object): Promise<Answer> {
  const file = join(folder, `${files++}.${format === "xgboost-json" ? "json" : format}`);
  await writeFile(file, content);
  const ran = spawnSync(python, [fileURLToPath(new URL("predict-with-libraries.py", import.meta.url))], {
    input: JSON.stringify([{ format, file, ...question }]),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (ran.status !== 0) throw new Error(ran.stderr);
  const [answer] = JSON.parse(ran.stdout) as Answer[]; // what the script says that it prints
  return answer!;
}

const columnsOf = (matrix: Matrix) => matrix.columns.map((column) => Array.from(column.values));
const asSingles = (matrix: Matrix): Matrix => ({
  ...matrix,
  columns: matrix.columns.map((column) => ({ ...column, values: column.values.map(Math.fround) })),
});

/** The largest difference relative to max(1, |margin|). */
function largestError(given: Answer["margins"], wanted: readonly Float64Array[]): number {
  expect(given.map((values) => values.length)).toEqual(wanted.map((values) => values.length));
  const errors = wanted.flatMap((margins, output) =>
    Array.from(
      margins,
      (margin, row) => Math.abs(given[output]![row]! - margin) / Math.max(1, Math.abs(margin)),
    ),
  );
  return errors.reduce((most, error) => Math.max(most, error), 0);
}

/** Customers with gaps, many places, and codes that both classes and an amount follow from. */
const customers = Array.from({ length: 1500 }, (_, row) => {
  const age = 18 + ((row * 7919) % 600) / 10;
  const place = `place ${(row * 104_729) % 37}`;
  const amount = age / 7 + (place.endsWith("3") ? 3 : 0) + ((row * 31) % 17) / 5;
  return {
    age: row % 13 === 0 ? null : age,
    place: row % 19 === 0 ? null : place,
    visits: row % 11,
    member: row % 3 === 0,
    amount,
    grade: amount > 10 ? "high" : amount > 7 ? "mid" : "low",
    buys: amount > 8 ? "yes" : "no",
  };
});
const trained = (["buys", "grade", "amount"] as const).map((target) => ({ target }));
function trainOn(target: string, algorithm: "gradient-boosting" | "linear"): Model {
  const training = frameFromRows(customers);
  const features = ["age", "place", "visits", "member"];
  return trainModel({ training, target, algorithm, features, seed: 1 }).model;
}

function boosted(target: string): { ensemble: TreeEnsemble; model: Model; matrix: Matrix } {
  const model = trainOn(target, "gradient-boosting");
  if (model.estimator.kind !== "tree-ensemble") throw new Error("boosting gives trees");
  const frame = frameFromRows(customers);
  const matrix = applyPreparation(model.preparation, frame.columns, frame.rowCount);
  return { ensemble: model.estimator, model, matrix };
}

describe.skipIf(!hasXgboost)("XGBoost itself", () => {
  it.each(kinds)("gives the margins of an exported ensemble: $link, $outputs", async (kind) => {
    const ensemble = sampleEnsemble({ ...kind, seed: 11, rounds: 20 });
    const rows = probeMatrix(ensemble, sampleColumns, { rowCount: 2000, seed: 3 });
    const answer = await ask("xgboost-json", exportXgboost(ensemble, sampleColumns), {
      columns: columnsOf(rows),
    });
    expect(largestError(answer.margins, marginFunction(ensemble)(rows))).toBeLessThan(2e-6);
  });

  it.each(trained)("gives the margins of a model trained here: $target", async ({ target }) => {
    const { ensemble, model, matrix } = boosted(target);
    const rows = asSingles(matrix);
    const text = exportXgboost(ensemble, treeFileColumns(model.preparation));
    const answer = await ask("xgboost-json", text, { columns: columnsOf(rows) });
    expect(largestError(answer.margins, marginFunction(ensemble)(rows))).toBeLessThan(2e-6);
    const back = importXgboost(text).ensemble;
    expect(largestError(answer.margins, marginFunction(back)(rows))).toBeLessThan(2e-6);
  });
});

describe.skipIf(!hasLightgbm)("LightGBM itself", () => {
  it.each(kinds)("gives the very margins of an exported ensemble: $link, $outputs", async (kind) => {
    const ensemble = sampleEnsemble({ ...kind, seed: 12, rounds: 20 });
    const rows = probeMatrix(ensemble, sampleColumns, { rowCount: 2000, seed: 3 });
    const answer = await ask("lightgbm-text", exportLightgbm(ensemble, sampleColumns), {
      columns: columnsOf(rows),
    });
    expect(largestError(answer.margins, marginFunction(ensemble)(rows))).toBeLessThan(1e-12);
  });

  it.each(trained)("gives the very margins of a model trained here: $target", async ({ target }) => {
    const { ensemble, model, matrix } = boosted(target);
    const text = exportLightgbm(ensemble, treeFileColumns(model.preparation));
    const answer = await ask("lightgbm-text", text, { columns: columnsOf(matrix) });
    expect(largestError(answer.margins, marginFunction(ensemble)(matrix))).toBeLessThan(1e-12);
  });

  it("explains an exported ensemble with the contributions that are computed here", async () => {
    const ensemble = sampleEnsemble({ seed: 13, rounds: 20 });
    const rows = probeMatrix(ensemble, sampleColumns, { rowCount: 20, seed: 3 });
    const answer = await ask("lightgbm-text", exportLightgbm(ensemble, sampleColumns), {
      columns: columnsOf(rows),
    });
    const { values } = treeShap(ensemble, rows);
    for (const [row, contributions] of answer.contributions.entries()) {
      for (let column = 0; column < 3; column++) {
        expect(contributions[column]).toBeCloseTo(values[0]![row * 3 + column]!, 6);
      }
    }
  });
});

describe.skipIf(!hasOnnx)("ONNX Runtime", () => {
  type Row = Readonly<Record<string, unknown>>;

  async function compare(model: Model, rows: readonly Row[]): Promise<void> {
    const exported = exportOnnx(model);
    if (exported.kind === "refused") throw new Error(exported.reasons.join(" "));
    const { outputs } = await ask("onnx", exported.bytes, { rows });
    const scored = createScorer(model).scoreRows(rows);
    const [prediction] = exported.outputs;
    const wanted = scored.map((row) => row.prediction);
    if (model.problem === "regression") {
      // The shape was compared by the runtime; regressions are numbers.
      const given = outputs[prediction!.name] as readonly number[];
      expect(largestError([given], [Float64Array.from(wanted as readonly number[])])).toBeLessThan(1e-12);
      return;
    }
    expect(outputs[prediction!.name]).toEqual(wanted);
    const probabilities = outputs.probabilities as readonly (readonly number[])[];
    for (const [row, result] of scored.entries()) {
      if (result.kind === "regression") throw new Error("classes are expected");
      expect(outputs.probability?.[row]).toBeCloseTo(result.probability, 12);
      for (const [index, label] of model.classes!.entries()) {
        expect(probabilities[row]![index]).toBeCloseTo(result.probabilities[label]!, 12);
      }
    }
  }

  const samples = (["binary", "multiclass", "regression"] as const).flatMap((problem) =>
    (["tree-ensemble", "linear", "constant"] as const).map((estimator) => ({ problem, estimator })),
  );
  it.each(samples)(
    "predicts as the scorer does, gaps and unseen categories included: $estimator, $problem",
    (kind) => compare(sampleModel({ ...kind, seed: 14 }), sampleRows(400, 5)),
  );

  it.each(["binary", "multiclass"] as const)("holds a forest's probabilities to 0 and 1: %s", (problem) =>
    compare(
      sampleModel({ problem, estimator: "tree-ensemble", link: "probability", seed: 15 }),
      sampleRows(400, 5),
    ),
  );

  const cases = trained.flatMap(({ target }) =>
    (["gradient-boosting", "linear"] as const).map((algorithm) => ({ target, algorithm })),
  );
  it.each(cases)(
    "predicts as the scorer does for a model trained here: $algorithm, $target",
    ({ target, algorithm }) => compare(trainOn(target, algorithm), customers.slice(0, 400)),
  );

  it.skipIf(!hasReference).each([
    ["adult", "income"],
    ["california_housing", "median_house_value"],
  ])("predicts as the scorer does on %s", async (name, target) => {
    const { frame } = await readCsv({ path: `${DATA}/${name}/${name}.csv` });
    const training = sliceRows(frame, 0, 6000);
    const rows = frameToRows(sliceRows(frame, 6000, 7000));
    for (const algorithm of ["gradient-boosting", "linear"] as const) {
      await compare(trainModel({ training, target, algorithm, seed: 2 }).model, rows);
    }
  });
});
