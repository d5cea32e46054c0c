import { assertNever } from "../../score/assert-never.ts";
import { outputCount, type Estimator, type Link } from "../../score/estimator.ts";
import type { Model } from "../../score/model-file.ts";
import { encodeOnnx } from "./encode-onnx.ts";
import { createGraphBuilder, type GraphBuilder, type OnnxValue } from "./onnx-graph.ts";
import { addLinear } from "./onnx-linear.ts";
import { addInputs, unreadableFeatures, type PreparedParts } from "./onnx-preparation.ts";
import { addTreeEnsemble } from "./onnx-trees.ts";

/**
 * An ONNX file, or why there is none. `notCarried` names what the file leaves to its user: it predicts without it, and
 * nothing that it does predict is changed by it.
 */
export type OnnxExport =
  | {
      readonly kind: "exported";
      readonly bytes: Uint8Array;
      readonly inputs: readonly OnnxValue[];
      readonly outputs: readonly OnnxValue[];
      readonly carried: readonly string[];
      readonly notCarried: readonly string[];
    }
  | { readonly kind: "refused"; readonly reasons: readonly string[] };

/** What this export knows of; a model with anything more could not be carried without being changed. */
const KNOWN_PARTS: ReadonlySet<string> = new Set<keyof Model>([
  "format",
  "problem",
  "target",
  "features",
  "preparation",
  "estimator",
  "classes",
  "positiveClass",
  "decision",
  "training",
]);

/**
 * Writes a model with its preparation as ONNX (opset 21, ai.onnx.ml 5), computed in float64 throughout. One input per
 * raw feature, each of shape [rows, 1]: numbers and booleans as double with NaN for missing, categories as text with ""
 * for missing. Outputs are those of the Open Inference Protocol server: `prediction` [rows]; for classes also
 * `probability` [rows] and `probabilities` [rows, classes].
 *
 * Refused, by name: date features (ONNX has no dates), estimators without an ONNX operator, models without features,
 * calibration. Thresholds per group are not carried: the file then gives probabilities and no `prediction`.
 */
export function exportOnnx(model: Model): OnnxExport {
  const reasons = [
    ...unreadableFeatures(model),
    ...unknownParts(model),
    ...unknownEstimator(model.estimator),
    ...engineeredColumns(model),
  ];
  if (reasons.length > 0) return { kind: "refused", reasons };
  const graph = createGraphBuilder();
  const inputs = addInputs(graph, model);
  const margins = addMargins(graph, model, inputs);
  const values = addLink(graph, model.estimator.link, margins);
  const outputs = addOutputs(graph, model, values);
  const finished = graph.finish("swarm-model");
  const bytes = encodeOnnx(finished, {
    target: model.target,
    problem: model.problem,
    ...(model.classes === null ? {} : { classes: JSON.stringify(model.classes) }),
  });
  return {
    kind: "exported",
    bytes,
    inputs: finished.inputs,
    outputs: finished.outputs,
    carried: [...carriedPreparation(model), `estimator ${model.estimator.kind}`, ...outputs.carried],
    notCarried: outputs.notCarried,
  };
}

function unknownParts(model: Model): string[] {
  return Object.entries(model)
    .filter(([key, value]) => !KNOWN_PARTS.has(key) && value !== null && value !== undefined)
    .map(([key]) => `The model's ${key} has no counterpart in this export.`);
}

function engineeredColumns({ preparation }: Model): string[] {
  return (preparation.engineering?.steps ?? []).map(
    ({ kind, outputs }) =>
      `The engineered column "${outputs.join('", "')}" (${kind}) is not written as ONNX.`,
  );
}

function unknownEstimator(estimator: Estimator): string[] {
  const { kind } = estimator;
  if (kind === "tree-ensemble" || kind === "linear" || kind === "constant") return [];
  return [`An estimator of kind ${kind} has no ONNX operator here.`];
}

function carriedPreparation({ preparation }: Model): string[] {
  const { encoders } = preparation;
  const imputed = encoders.some((encoder) => encoder.kind === "numeric" && encoder.impute !== null);
  const scaled = encoders.some(
    (encoder) => encoder.kind !== "categorical" && (encoder.center !== 0 || encoder.scale !== 1),
  );
  return [
    ...(imputed ? ["imputation"] : []),
    ...(scaled ? ["scaling"] : []),
    ...(encoders.some((encoder) => encoder.kind === "missing-indicator") ? ["missing indicators"] : []),
    ...(encoders.some((encoder) => encoder.kind === "categorical") ? ["category encoding"] : []),
  ];
}

/** The margins, of shape [rows, outputs]. */
function addMargins(graph: GraphBuilder, model: Model, inputs: PreparedParts["inputs"]): string {
  const { estimator } = model;
  const parts = { encoders: model.preparation.encoders, inputs };
  switch (estimator.kind) {
    case "tree-ensemble":
      return addTreeEnsemble(graph, estimator, parts);
    case "linear":
      return addLinear(graph, estimator, parts);
    case "constant":
      return addRepeated(graph, estimator.margins, [...inputs.values()][0]!.name);
    default:
      throw new Error(`the estimator ${estimator.kind} passed the check of what can be carried`);
  }
}

/** The same numbers for each row of an input. */
function addRepeated(graph: GraphBuilder, numbers: readonly number[], input: string): string {
  const count = numbers.length;
  const row = graph.constant({ type: "double", dims: [1, count], values: numbers });
  const rows = graph.node("Shape", [input], { start: 0, end: 1 });
  const width = graph.constant({ type: "int64", dims: [1], values: [count] });
  return graph.node("Expand", [row, graph.node("Concat", [rows, width], { axis: 0 })]);
}

function addLink(graph: GraphBuilder, link: Link, margins: string): string {
  switch (link) {
    case "identity":
      return margins;
    case "log":
      return graph.node("Exp", [margins]);
    case "logit":
      return graph.node("Sigmoid", [margins]);
    case "softmax":
      return graph.node("Softmax", [margins], { axis: 1 });
    case "probability":
      return graph.node("Clip", [margins, graph.number(0), graph.number(1)]);
    default:
      return assertNever(link);
  }
}

interface Outputs {
  readonly carried: readonly string[];
  readonly notCarried: readonly string[];
}

function addOutputs(graph: GraphBuilder, model: Model, values: string): Outputs {
  const secondAxis = graph.constant({ type: "int64", dims: [1], values: [1] });
  const flat = (name: string) => graph.node("Squeeze", [name, secondAxis]);
  const perRow = (name: string, type: OnnxValue["type"] = "double"): OnnxValue => ({
    name,
    type,
    shape: [null],
  });
  if (model.problem === "regression") {
    graph.output(flat(values), perRow("prediction"));
    return { carried: ["predicted values"], notCarried: [] };
  }
  const classes = model.classes ?? [];
  const labels = graph.constant({ type: "string", dims: [classes.length], values: classes });
  const isSingle = outputCount(model.estimator) === 1;
  const probability = isSingle
    ? flat(values)
    : graph.node("ReduceMax", [values, secondAxis], { keepdims: 0 });
  const place = addDecision(graph, model, { probability, values });
  if (place !== null) {
    graph.output(graph.node("Gather", [labels, place], { axis: 0 }), perRow("prediction", "string"));
  }
  graph.output(probability, perRow("probability"));
  const all = isSingle
    ? graph.node("Concat", [graph.node("Sub", [graph.number(1), values]), values], { axis: 1 })
    : values;
  graph.output(all, { name: "probabilities", type: "double", shape: [null, classes.length] });
  const carried = ["probabilities", ...(place === null ? [] : ["decision rule"])];
  const notCarried =
    place === null
      ? [
          "The thresholds per group: the file gives probabilities and no prediction; apply the thresholds to them.",
        ]
      : [];
  return { carried, notCarried };
}

/** The index of the decided class per row; null where the rule cannot be carried. */
function addDecision(
  graph: GraphBuilder,
  { decision, problem }: Model,
  { probability, values }: { readonly probability: string; readonly values: string },
): string | null {
  if (decision.kind === "group-thresholds") return null;
  if (problem === "multiclass") return graph.node("ArgMax", [values], { axis: 1, keepdims: 0 });
  const threshold = decision.kind === "threshold" ? decision.value : 0.5;
  const isPositive = graph.node("GreaterOrEqual", [probability, graph.number(threshold)]);
  return graph.node("Cast", [isPositive], { to: 7 });
}
