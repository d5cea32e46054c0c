import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Model } from "#lib/ml/score/model-file.ts";
import { sampleModels } from "../sample-model.testing.ts";
import { wantsExplanation } from "./explain-request.ts";
import { answerRequest } from "./routes.ts";
import { loadServedModel } from "./served-model.ts";

function serving(kind: keyof typeof sampleModels, isReady = true) {
  const file = new TextEncoder().encode(JSON.stringify(sampleModels[kind]));
  const model = loadServedModel(file, { name: "credit", digest: hash("sha256", file, "hex") });
  const routes = { model, maxRows: 5, isReady: () => isReady, printMetrics: () => "metrics\n" };
  return {
    model,
    ask: (method: string, path: string, body: unknown = "", headers: Record<string, string> = {}) => {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(text);
      const answer = answerRequest({ method, path, headers, body: bytes }, routes);
      const isJson = answer.contentType === "application/json";
      return { ...answer, json: isJson ? (JSON.parse(answer.body) as Record<string, unknown>) : {} };
    },
  };
}

const infer = "/v2/models/credit/infer";
const tensor = (name: string, datatype: string, data: unknown[]) => ({
  name,
  datatype,
  shape: [data.length],
  data,
});

describe("the server's own paths", () => {
  it("says that it is healthy and which model it serves", () => {
    const { ask, model } = serving("binary");
    expect(ask("GET", "/health").json).toEqual({
      status: "ok",
      model: { name: "credit", digest: model.digest },
    });
  });

  it("predicts a class with its probabilities for each row of a two-class model", () => {
    const { ask } = serving("binary");
    const rows = [
      { income: 6000, housing: "own", has_guarantor: true, applied: "2026-06-01" },
      { income: 1000, housing: "rent" },
    ];
    const answer = ask("POST", "/predict", { rows });
    expect(answer.status).toBe(200);
    expect(answer.rows).toBe(2);
    expect(answer.json.predictions).toMatchObject([{ prediction: "no" }, { prediction: "yes" }]);
    const [first] = answer.json.predictions as {
      probability: number;
      probabilities: Record<string, number>;
    }[];
    expect(first?.probability).toBeCloseTo(1 / (1 + Math.exp(0.5 + 4.5 + 0.4 + 0.8)), 12);
    expect(first?.probabilities.no).toBeCloseTo(1 - (first?.probability ?? 0), 12);
  });

  it("predicts values alone for a regression", () => {
    const { ask } = serving("regression");
    const answer = ask("POST", "/predict", { rows: [{ rooms: 5 }, { rooms: null }] });
    expect(answer.json.predictions).toEqual([{ prediction: 140 }, { prediction: 80 }]);
  });

  it.each([
    ["no body", "", "empty"],
    ["text that is no JSON", "{rows", "not JSON"],
    ["bytes that are no UTF-8", Uint8Array.of(0xff, 0xfe), "UTF-8"],
    ["a list", [], "must be a JSON object"],
    ["rows that are no list", { rows: {} }, '"rows" must be a list'],
    ["a misspelt member", { row: [] }, 'Unknown member "row"'],
    ["a row that is no object", { rows: [3] }, "Row 0 is not an object"],
    ["a field that the model has not", { rows: [{}, { incme: 1 }] }, 'Row 1: the model has no input "incme"'],
    ["a field of a wrong type", { rows: [{ income: "much" }] }, 'field "income" must be a number'],
    ["a list as a field", { rows: [{ housing: ["own"] }] }, 'field "housing" must be a text'],
    ["a date that is none", { rows: [{ applied: "soon" }] }, 'field "applied" must be a date'],
    ["more rows than allowed", { rows: [{}, {}, {}, {}, {}, {}] }, "at most 5"],
    ["a field called __proto__", '{"rows":[{"__proto__":1}]}', 'no input "__proto__"'],
  ])("answers 400 for %s and says what is wrong", (_, body, message) => {
    const answer = serving("binary").ask("POST", "/predict", body);
    expect(answer.status).toBe(400);
    expect(answer.json.error).toContain(message);
  });

  it("names the field at fault beside the message", () => {
    const { ask } = serving("binary");
    expect(ask("POST", "/predict", { rows: [{ income: "much" }] }).json.field).toBe("income");
    expect(ask("POST", "/predict", { rows: [{ incme: 1 }] }).json.field).toBe("incme");
  });

  it("gives the row at fault beside the field", () => {
    const answer = serving("binary").ask("POST", "/predict", { rows: [{}, { income: "much" }] });
    expect(answer.json).toMatchObject({ field: "income", row: 1 });
    expect(serving("binary").ask("POST", "/predict", { rows: [{}, 3] }).json.row).toBe(1);
  });

  it.each(["binary", "multiclass", "regression"] as const)(
    "explains a %s prediction when asked: what is expected and the contributions add up to the margin",
    (kind) => {
      const { ask, model } = serving(kind);
      const [input] = model.inputs;
      const rows = [{ [input?.name ?? ""]: 4 }, { [input?.name ?? ""]: 2 }];
      const plain = ask("POST", "/predict", { rows }).json.predictions as object[];
      const answer = ask("POST", "/predict", { rows, explain: true });
      expect(answer.status).toBe(200);
      type Explained = {
        output: string;
        expected: number;
        margin: number;
        contributions: { feature: string; contribution: number }[];
      };
      const explained = answer.json.predictions as { prediction: unknown; explanation: Explained[] }[];
      for (const [row, { explanation, ...rest }] of explained.entries()) {
        expect(rest).toEqual(plain[row]);
        expect(explanation).toHaveLength(kind === "multiclass" ? 3 : 1);
        for (const { expected, margin, contributions } of explanation) {
          const sum = contributions.reduce((total, { contribution }) => total + contribution, expected);
          expect(sum).toBeCloseTo(margin, 9);
        }
      }
      if (kind === "regression") expect(explained[0]?.explanation[0]?.margin).toBe(140);
    },
  );

  it("gives no explanation that does not add up to the prediction", () => {
    const incomplete = sampleModels.multiclass;
    // Contributions are differences from training means: with a mean of 1e300 the row itself is rounded away.
    const broken: Model = {
      ...incomplete,
      estimator: { ...incomplete.estimator, means: [[1e300]] } as Model["estimator"],
    }; // a linear estimator with another mean is one
    const bytes = new TextEncoder().encode(JSON.stringify(broken));
    const other = loadServedModel(bytes, { name: "m", digest: hash("sha256", bytes, "hex") });
    expect(() => other.explain([{ petal_length: 1 }])).toThrow(/do not add up/);
  });

  it("explains nothing unless asked, and refuses what is no switch or too many rows", () => {
    const { ask } = serving("binary");
    expect(ask("POST", "/predict", { rows: [{}], explain: false }).body).not.toContain("explanation");
    expect(ask("POST", "/predict", { rows: [{}], explain: "yes" }).json.error).toContain("true or false");
    expect(() => wantsExplanation(true, 101)).toThrow(/at most 100/);
  });

  it("does not repeat the value of a field that it refuses", () => {
    const answer = serving("binary").ask("POST", "/predict", { rows: [{ income: "secret text" }] });
    expect(answer.body).not.toContain("secret");
  });

  it("answers 404 for an unknown path and 405 with the allowed method for a wrong one", () => {
    const { ask } = serving("binary");
    expect(ask("GET", "/nothing/of/mine")).toMatchObject({ status: 404, route: "other" });
    expect(ask("GET", "/predict")).toMatchObject({ status: 405, headers: { allow: "POST" } });
    expect(ask("DELETE", infer)).toMatchObject({ status: 405, headers: { allow: "POST" } });
  });

  it("prints its counters as text", () => {
    expect(serving("binary").ask("GET", "/metrics")).toMatchObject({ status: 200, body: "metrics\n" });
  });
});

describe("the Open Inference Protocol", () => {
  it("describes the server and the model's tensors", () => {
    const { ask } = serving("binary");
    expect(ask("GET", "/v2").json).toEqual({ name: "swarm-serve", version: "1", extensions: [] });
    expect(ask("GET", "/v2/models/credit").json).toMatchObject({
      name: "credit",
      versions: ["1"],
      inputs: [
        { name: "income", datatype: "FP64", shape: [-1] },
        { name: "housing", datatype: "BYTES", shape: [-1] },
        { name: "has_guarantor", datatype: "BOOL", shape: [-1] },
        { name: "applied", datatype: "BYTES", shape: [-1] },
      ],
      outputs: [
        { name: "prediction", datatype: "BYTES", shape: [-1] },
        { name: "probability", datatype: "FP64", shape: [-1] },
        { name: "probabilities", datatype: "FP64", shape: [-1, 2] },
      ],
    });
  });

  it("answers as /predict does for the same rows", () => {
    const { ask } = serving("binary");
    const direct = ask("POST", "/predict", {
      rows: [
        { income: 6000, housing: "own", has_guarantor: true },
        { income: 1000, housing: "rent", has_guarantor: null },
      ],
    }).json.predictions as { prediction: string; probability: number }[];
    const answer = ask("POST", infer, {
      id: "call-1",
      inputs: [
        tensor("income", "INT64", [6000, 1000]),
        { name: "housing", datatype: "BYTES", shape: [2, 1], data: [["own"], ["rent"]] },
        tensor("has_guarantor", "BOOL", [true, null]),
      ],
    });
    expect(answer.json).toMatchObject({ model_name: "credit", model_version: "1", id: "call-1" });
    const [prediction, probability, probabilities] = answer.json.outputs as {
      data: unknown[];
      shape: number[];
    }[];
    expect(prediction?.data).toEqual(direct.map((row) => row.prediction));
    expect(probability?.data).toEqual(direct.map((row) => row.probability));
    expect(probabilities?.shape).toEqual([2, 2]);
  });

  it("adds the contributions as tensors when the parameter explain asks for them", () => {
    const { ask, model } = serving("multiclass");
    const inputs = [tensor("petal_length", "FP64", [1, 7])];
    const answer = ask("POST", infer, { inputs, parameters: { explain: true } });
    const outputs = answer.json.outputs as {
      name: string;
      shape: number[];
      data: number[];
      parameters?: Record<string, string>;
    }[];
    const contributions = outputs.find(({ name }) => name === "contributions");
    const expected = outputs.find(({ name }) => name === "expected");
    expect(contributions).toMatchObject({
      shape: [2, 3, 1],
      parameters: { features: '["petal_length"]', outputs: JSON.stringify(model.classes) },
    });
    expect(expected?.shape).toEqual([2, 3]);
    // Margins of the last class: petal_length - 4.
    expect((expected?.data[2] ?? 0) + (contributions?.data[2] ?? 0)).toBeCloseTo(-3, 12);
    expect((expected?.data[5] ?? 0) + (contributions?.data[5] ?? 0)).toBeCloseTo(3, 12);
    expect(ask("POST", infer, { inputs, parameters: 3 }).json.error).toContain("must be an object");
  });

  it("gives one probability per class and row for many classes", () => {
    const answer = serving("multiclass").ask("POST", infer, {
      inputs: [tensor("petal_length", "FP32", [1, 3.9, 7])],
      outputs: [{ name: "prediction" }, { name: "probabilities" }],
    });
    const outputs = answer.json.outputs as { name: string; shape: number[]; data: unknown[] }[];
    expect(outputs.map((output) => output.name)).toEqual(["prediction", "probabilities"]);
    expect(outputs[0]?.data).toEqual(["setosa", "versicolor", "virginica"]);
    expect(outputs[1]?.shape).toEqual([3, 3]);
    expect(outputs[1]?.data).toHaveLength(9);
  });

  it.each([
    ["no inputs", { inputs: [] }, '"inputs" must be a list'],
    [
      "an unknown tensor",
      { inputs: [tensor("incme", "FP64", [1])] },
      'Input "incme" is no input of the model',
    ],
    [
      "a tensor sent twice",
      { inputs: [tensor("income", "FP64", [1]), tensor("income", "FP64", [1])] },
      "twice",
    ],
    ["an unknown datatype", { inputs: [tensor("income", "COMPLEX", [1])] }, "datatype must be one of"],
    ["a value of another type", { inputs: [tensor("income", "INT64", [1.5])] }, "value 0 is no INT64"],
    ["a negative unsigned value", { inputs: [tensor("income", "UINT8", [-1])] }, "value 0 is no UINT8"],
    [
      "a shape that does not fit",
      { inputs: [{ ...tensor("income", "FP64", [1, 2]), shape: [3] }] },
      "the shape says 3 values",
    ],
    ["a matrix", { inputs: [{ ...tensor("income", "FP64", [1, 2]), shape: [1, 2] }] }, "[rows, 1]"],
    [
      "columns of different length",
      { inputs: [tensor("income", "FP64", [1, 2]), tensor("housing", "BYTES", ["own"])] },
      "holds 1 rows where the first tensor holds 2",
    ],
    [
      "an unknown output",
      { inputs: [tensor("income", "FP64", [1])], outputs: [{ name: "x" }] },
      "outputs[0]",
    ],
    ["too many rows", { inputs: [tensor("income", "FP64", [1, 2, 3, 4, 5, 6])] }, "at most 5"],
    ["an unknown member", { inputs: [tensor("income", "FP64", [1])], imputs: 1 }, 'Unknown member "imputs"'],
  ])("answers 400 in the protocol's shape for %s", (_, body, message) => {
    const answer = serving("binary").ask("POST", infer, body);
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.json)).toEqual(["error"]);
    expect(answer.json.error).toContain(message);
  });

  it("answers 404 for another model or version, and takes version 1", () => {
    const { ask } = serving("binary");
    const inputs = { inputs: [tensor("income", "FP64", [1])] };
    expect(ask("POST", "/v2/models/other/infer", inputs).status).toBe(404);
    expect(ask("POST", "/v2/models/%E0%A4%A/infer", inputs).status).toBe(404);
    expect(ask("GET", "/v2/models/credit/versions/2").status).toBe(404);
    expect(ask("POST", "/v2/models/credit/versions/1/infer", inputs).status).toBe(200);
  });

  it("refuses binary tensors, which it does not speak", () => {
    const answer = serving("binary").ask("POST", infer, "{}", { "inference-header-content-length": "2" });
    expect(answer.status).toBe(400);
    expect(answer.json.error).toContain("Binary tensor data is not supported");
  });

  it("stays live but is not ready while it shuts down", () => {
    const { ask } = serving("binary", false);
    expect(ask("GET", "/v2/health/live").status).toBe(200);
    expect(ask("GET", "/v2/health/ready").status).toBe(503);
    expect(ask("GET", "/v2/models/credit/ready").status).toBe(503);
    expect(ask("GET", "/health").status).toBe(503);
    expect(ask("POST", "/predict", { rows: [{}] }).status).toBe(200);
  });
});

describe("loading", () => {
  it("refuses a model file that is not the one that was packaged", () => {
    const file = new TextEncoder().encode(JSON.stringify(sampleModels.binary));
    expect(() => loadServedModel(file, { name: "m", digest: "0".repeat(64) })).toThrow(/was packaged/);
  });
});
