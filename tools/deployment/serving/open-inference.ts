import { assertNever } from "#lib/ml/score/assert-never.ts";
import type { Feature } from "#lib/ml/score/feature.ts";
import type { ScoredRow } from "#lib/ml/score/scorer.ts";
import { RequestFault } from "./answer.ts";
import { isObject, readJsonObject, refuseUnknownMembers, shorten } from "./read-json.ts";
import { wantsExplanation } from "./explain-request.ts";
import type { ServedExplanation, ServedModel } from "./served-model.ts";
import { readInputTensor } from "./tensor.ts";

/** A tensor of an answer. */
export interface OutputTensor {
  name: string;
  datatype: "FP64" | "BYTES";
  shape: number[];
  data: (string | number)[];
  parameters?: Readonly<Record<string, string>>;
}

export interface InferResponse {
  model_name: string;
  model_version: string;
  id?: string;
  outputs: OutputTensor[];
}

/** The one version of a packaged model: its digest says which. */
const VERSION = "1";

/** `GET /v2` of the Open Inference Protocol. */
export function serverMetadata() {
  return { name: "swarm-serve", version: "1", extensions: [] };
}

/** `GET /v2/models/{name}`: which tensors go in and out. */
export function modelMetadata(model: ServedModel) {
  return {
    name: model.name,
    versions: [VERSION],
    platform: "swarm-model",
    inputs: model.inputs.map((input) => ({ name: input.name, datatype: datatypeOf(input), shape: [-1] })),
    outputs: outputTensors(model, []).map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape: [-1, ...shape.slice(1)],
    })),
    parameters: { digest: model.digest },
  };
}

/**
 * `POST /v2/models/{name}/infer`: one tensor per column, all of the same number of rows; columns that are left out
 * count as missing values. With the parameter `explain` two tensors more come back: `contributions`, of shape
 * [rows, outputs, features], and `expected`, [rows, outputs], which add up to each row's margins.
 */
export function infer(model: ServedModel, body: Uint8Array, maxRows: number): InferResponse {
  const request = readJsonObject(body);
  refuseUnknownMembers(request, ["id", "parameters", "inputs", "outputs"]);
  const { id, inputs } = request;
  if (id !== undefined && typeof id !== "string") throw new RequestFault(400, '"id" must be a text.', "id");
  if (!Array.isArray(inputs) || inputs.length === 0) {
    throw new RequestFault(400, '"inputs" must be a list of at least one tensor.', "inputs");
  }
  const rows = rowsFromTensors(model, inputs, maxRows);
  const tensors = outputTensors(model, model.score(rows));
  if (wantsExplanation(explainParameter(request.parameters), rows.length)) {
    tensors.push(...explanationTensors(model.explain(rows), rows.length));
  }
  const outputs = selectOutputs(tensors, request.outputs);
  return {
    model_name: model.name,
    model_version: VERSION,
    ...(id === undefined ? {} : { id }),
    outputs,
  };
}

function rowsFromTensors(model: ServedModel, inputs: unknown[], maxRows: number): Record<string, unknown>[] {
  const tensors = inputs.map(readInputTensor);
  const count = tensors[0]?.values.length ?? 0;
  if (count > maxRows)
    throw new RequestFault(400, `${count} rows were sent; send at most ${maxRows} at a time.`);
  const seen = new Set<string>();
  for (const { name, values } of tensors) {
    const fault = !model.inputs.some((input) => input.name === name)
      ? "is no input of the model"
      : seen.has(name)
        ? "was sent twice"
        : values.length !== count
          ? `holds ${values.length} rows where the first tensor holds ${count}`
          : undefined;
    if (fault !== undefined) throw new RequestFault(400, `Input "${shorten(name)}" ${fault}.`, name);
    seen.add(name);
  }
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(tensors.map(({ name, values }) => [name, values[row]])),
  );
}

function outputTensors(model: ServedModel, rows: readonly ScoredRow[]): OutputTensor[] {
  const count = rows.length;
  const prediction: OutputTensor = {
    name: "prediction",
    datatype: model.problem === "regression" ? "FP64" : "BYTES",
    shape: [count],
    data: rows.map((row) => row.prediction),
  };
  if (model.problem === "regression") return [prediction];
  const classifications = rows.filter((row) => row.kind !== "regression");
  return [
    prediction,
    {
      name: "probability",
      datatype: "FP64",
      shape: [count],
      data: classifications.map((row) => row.probability),
    },
    {
      name: "probabilities",
      datatype: "FP64",
      shape: [count, model.classes.length],
      data: classifications.flatMap((row) => model.classes.map((label) => row.probabilities[label] ?? 0)),
      parameters: { classes: JSON.stringify(model.classes) },
    },
  ];
}

function explainParameter(parameters: unknown): unknown {
  if (parameters === undefined) return undefined;
  if (!isObject(parameters)) throw new RequestFault(400, '"parameters" must be an object.', "parameters");
  return parameters.explain;
}

function explanationTensors(explanation: ServedExplanation, count: number): OutputTensor[] {
  const { features, outputs, expected, space } = explanation;
  const rows = Array.from({ length: count }, (_, row) => row);
  const names = { space, outputs: JSON.stringify(outputs) };
  return [
    {
      name: "contributions",
      datatype: "FP64",
      shape: [count, outputs.length, features.length],
      data: rows.flatMap((row) =>
        outputs.flatMap((_, output) =>
          features.map((__, feature) => explanation.contribution(row, output, feature)),
        ),
      ),
      parameters: { ...names, features: JSON.stringify(features) },
    },
    {
      name: "expected",
      datatype: "FP64",
      shape: [count, outputs.length],
      data: rows.flatMap(() => [...expected]),
      parameters: names,
    },
  ];
}

function selectOutputs(all: OutputTensor[], wanted: unknown): OutputTensor[] {
  if (wanted === undefined) return all;
  if (!Array.isArray(wanted)) throw new RequestFault(400, '"outputs" must be a list.', "outputs");
  return wanted.map((item: unknown, index) => {
    const name = isObject(item) ? item.name : undefined;
    const tensor = all.find((one) => one.name === name);
    if (tensor === undefined) {
      const known = all.map((one) => one.name).join(", ");
      throw new RequestFault(
        400,
        `outputs[${index}] names no output of the model; known: ${known}.`,
        "outputs",
      );
    }
    return tensor;
  });
}

function datatypeOf(feature: Feature): string {
  switch (feature.kind) {
    case "numeric":
      return "FP64";
    case "boolean":
      return "BOOL";
    case "categorical":
    case "date":
      return "BYTES";
    default:
      return assertNever(feature);
  }
}
