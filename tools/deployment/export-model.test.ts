import { describe, expect, it } from "vitest";
import { encodeModel, frameFromRows, importXgboost, type Model, trainModel } from "#lib/ml/index.ts";
import { sampleModel, sampleRows } from "#lib/ml/model/onnx/sample-models.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { exportModelTool } from "./export-model.ts";

interface Output {
  artifact: string;
  file: string;
  columns: { name: string; levels: string[] | null }[];
  carried: string[];
  notCarried: string[];
  proof: {
    kind: string;
    tolerance?: number;
    nodes?: number;
    probes?: { rows: number; rowsApart: number };
    sample?: { rows: number; rowsApart: number } | null;
  };
}

async function benchWith(model: Model) {
  const bench = createToolBench();
  return { bench, model: await bench.context.seedArtifact(encodeModel(model)) };
}

const trees = sampleModel({ problem: "binary", estimator: "tree-ensemble", seed: 1 });

describe("export_model", () => {
  it.each(["xgboost-json", "lightgbm-text"])(
    "writes %s and proves it by the margins of the file read back",
    async (format) => {
      const { bench, model } = await benchWith(trees);
      const sample = await bench.seed(sampleRows(200, 1));
      const output = await bench.succeed<Output>(exportModelTool, { model, format, sample });
      expect(output.proof).toMatchObject({
        kind: "margins",
        probes: { rows: 1000, rowsApart: 0 },
        sample: { rows: 200, rowsApart: 0 },
      });
      expect(output.columns.map(({ name }) => name)).toEqual(["age", "prediction", "city", "member"]);
      expect(output.columns[2]?.levels).toHaveLength(70);
      expect(output.notCarried.join(" ")).toMatch(/preparation.*decision rule \(threshold\)/);
      expect(bench.context.bytesOf(output.file).length).toBeGreaterThan(1000);
    },
  );

  it("says which rows lie closer to a threshold than single precision can tell", async () => {
    const close = [0.1, 0.1 + 2 ** -56];
    const rows = Array.from({ length: 40 }, (_, row) => ({
      x: close[row % 2]!,
      label: row % 2 === 0 ? "no" : "yes",
    }));
    const training = frameFromRows(rows);
    const { model } = trainModel({
      training,
      target: "label",
      algorithm: "decision-tree",
      features: ["x"],
      seed: 0,
    });
    const { bench, model: digest } = await benchWith(model);
    const sample = await bench.seed(training);
    const output = await bench.succeed<Output>(exportModelTool, {
      model: digest,
      format: "xgboost-json",
      sample,
    });
    expect(output.proof.sample?.rowsApart).toBe(20);
    expect(output.notCarried.join(" ")).toContain("20 of 40 sample rows lie so close to a threshold");
  });

  it("writes ONNX, says that its structure alone was checked, and gives the same bytes again", async () => {
    const { bench, model } = await benchWith(trees);
    const first = await bench.succeed<Output>(exportModelTool, { model, format: "onnx" });
    expect(first.proof).toMatchObject({ kind: "structure", inputs: ["age", "prediction", "city", "member"] });
    expect(first).toMatchObject({ notCarried: [], columns: [] });
    const second = await bench.succeed<Output>(exportModelTool, { model, format: "onnx" });
    expect(second.artifact).toBe(first.artifact);
  });

  it("keeps a file that the importer reads", async () => {
    const { bench, model } = await benchWith(trees);
    const { file } = await bench.succeed<Output>(exportModelTool, { model, format: "xgboost-json" });
    const text = new TextDecoder().decode(bench.context.bytesOf(file));
    expect(importXgboost(text).featureNames).toEqual(["age", "prediction", "city", "member"]);
  });

  it("refuses by name what a format cannot hold", async () => {
    const linear = await benchWith(sampleModel({ problem: "binary", estimator: "linear", seed: 1 }));
    const failure = await linear.bench.fail(exportModelTool, { model: linear.model, format: "xgboost-json" });
    expect(failure).toMatchObject({
      code: "invalid-input",
      message: expect.stringContaining("of kind linear; xgboost-json holds trees. Export it as onnx"),
    });
    const dated = sampleModel({ problem: "binary", estimator: "linear", seed: 1 });
    const features: Model["features"] = [
      ...dated.features.filter(({ name }) => name !== "age"),
      { kind: "date", name: "age", order: "year-first" },
    ];
    const { bench, model } = await benchWith({ ...dated, features });
    expect(await bench.fail(exportModelTool, { model, format: "onnx" })).toMatchObject({
      message: expect.stringContaining('Feature "age" is a date'),
    });
  });
});
