import { describe, expect, it } from "vitest";
import type { Model } from "../../score/model-file.ts";
import { checkOnnx } from "./check-onnx.ts";
import { exportOnnx } from "./export-onnx.ts";
import { sampleModel } from "./sample-models.testing.ts";

const estimators = ["tree-ensemble", "linear", "constant"] as const;
const problems = ["binary", "multiclass", "regression"] as const;
const kinds = problems.flatMap((problem) => estimators.map((estimator) => ({ problem, estimator })));

function exported(model: Model) {
  const result = exportOnnx(model);
  if (result.kind === "refused") throw new Error(result.reasons.join(" "));
  return result;
}

describe("exportOnnx", () => {
  it.each(kinds)(
    "writes a graph in which everything is given before it is taken: $estimator, $problem",
    (kind) => {
      const { bytes, inputs, outputs, notCarried } = exported(sampleModel({ ...kind, seed: 1 }));
      const outline = checkOnnx(bytes);
      expect(outline.inputs).toEqual(["age", "prediction", "city", "member"]);
      expect(outline.inputs).toEqual(inputs.map((input) => input.name));
      expect(outline.outputs).toEqual(outputs.map((output) => output.name));
      expect(notCarried).toEqual([]);
    },
  );

  it("gives the same bytes for the same model, and others for another", () => {
    const [model, other] = [1, 2].map((seed) =>
      sampleModel({ problem: "binary", estimator: "tree-ensemble", seed }),
    );
    expect(exported(model!).bytes).toEqual(exported(model!).bytes);
    expect(exported(other!).bytes).not.toEqual(exported(model!).bytes);
  });

  it("keeps an output apart from a feature of the same name", () => {
    const model = sampleModel({ problem: "binary", estimator: "linear", seed: 1 });
    expect(exported(model).outputs.map((output) => output.name)).toEqual([
      "prediction_2",
      "probability",
      "probabilities",
    ]);
  });

  it("takes numbers and flags as double, categories as text, one column each", () => {
    const { inputs } = exported(sampleModel({ problem: "binary", estimator: "tree-ensemble", seed: 1 }));
    expect(inputs.map(({ type, shape }) => [type, shape])).toEqual([
      ["double", [null, 1]],
      ["double", [null, 1]],
      ["string", [null, 1]],
      ["double", [null, 1]],
    ]);
  });

  it("says which parts of the preparation it carries", () => {
    expect(exported(sampleModel({ problem: "binary", estimator: "linear", seed: 1 })).carried).toEqual([
      "imputation",
      "scaling",
      "missing indicators",
      "category encoding",
      "estimator linear",
      "probabilities",
      "decision rule",
    ]);
  });

  it("leaves thresholds per group to the user and gives no prediction then", () => {
    const model = sampleModel({ problem: "binary", estimator: "linear", seed: 1 });
    const decision: Model["decision"] = {
      kind: "group-thresholds",
      columns: [],
      thresholds: {},
      fallback: 0.5,
    };
    const { outputs, notCarried } = exported({ ...model, decision });
    expect(outputs.map((output) => output.name)).toEqual(["probability", "probabilities"]);
    expect(notCarried).toEqual([expect.stringContaining("thresholds per group")]);
  });

  it("refuses dates, and names each", () => {
    const model = sampleModel({ problem: "binary", estimator: "linear", seed: 1 });
    const features = model.features.map((feature) =>
      feature.name === "age" ? ({ kind: "date", name: "age", order: "year-first" } as const) : feature,
    );
    expect(exportOnnx({ ...model, features })).toEqual({
      kind: "refused",
      reasons: ['Feature "age" is a date, which ONNX does not know.'],
    });
  });

  it("refuses what it does not know rather than leave it out: a part of a model, no features", () => {
    const model = sampleModel({ problem: "binary", estimator: "constant", seed: 1 });
    const extended = { ...model, recalibration: { kind: "isotonic" } };
    expect(exportOnnx(extended)).toMatchObject({
      kind: "refused",
      reasons: [expect.stringContaining("recalibration")],
    });
    const bare = { ...model, features: [], preparation: { target: "trees", encoders: [] } } as const;
    expect(exportOnnx(bare)).toMatchObject({
      kind: "refused",
      reasons: [expect.stringContaining("no features")],
    });
  });
});

describe("checkOnnx", () => {
  it("refuses a file that is cut off or holds nothing", () => {
    const { bytes } = exported(sampleModel({ problem: "binary", estimator: "linear", seed: 1 }));
    expect(() => checkOnnx(bytes.slice(0, bytes.length / 2))).toThrow(/ONNX file/);
    expect(() => checkOnnx(new Uint8Array())).toThrow(/no output/);
  });

  it("names a value that nothing gives", () => {
    const { bytes } = exported(sampleModel({ problem: "binary", estimator: "linear", seed: 1 }));
    const text = Buffer.from(bytes).toString("latin1");
    // Renames the value only where it is given first: at the end of the node's own outputs.
    const broken = Buffer.from(text.replace("Sigmoid/", "Sigmoud/"), "latin1");
    expect(() => checkOnnx(broken)).toThrow(/takes "Sigmoid\/\d+", which nothing before it gives/);
  });
});
