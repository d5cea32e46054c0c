import type { Feature } from "../../score/feature.ts";
import type { Model } from "../../score/model-file.ts";
import type { CategoricalEncoder, Encoder } from "../../score/preparation.ts";
import type { GraphBuilder, OnnxValue } from "./onnx-graph.ts";

/** What an estimator is built on: the encoders, and the input of each raw feature by its name. */
export interface PreparedParts {
  readonly encoders: readonly Encoder[];
  readonly inputs: ReadonlyMap<string, OnnxValue>;
}

/** Why the features cannot be inputs of an ONNX graph, each by its name; empty when they can. */
export function unreadableFeatures(model: Model): string[] {
  if (model.features.length === 0)
    return ["The model reads no features, so an ONNX file would have no rows to count."];
  const byName = new Map(model.features.map((feature) => [feature.name, feature]));
  const faults = model.preparation.encoders.flatMap((encoder) => {
    const fault = encoderFault(encoder, byName.get(encoder.column));
    return fault === null ? [] : [`Feature "${encoder.column}" ${fault}.`];
  });
  return [...new Set(faults)];
}

function encoderFault(encoder: Encoder, feature: Feature | undefined): string | null {
  if (feature === undefined) return "is encoded but is no input";
  if (feature.kind === "date" || encoder.kind === "date-part") return "is a date, which ONNX does not know";
  if ((feature.kind === "categorical") === (encoder.kind === "categorical")) return null;
  if (encoder.kind === "missing-indicator") return null;
  return `is ${feature.kind} but encoded as ${encoder.kind}`;
}

/** Adds one input per raw feature. */
export function addInputs(graph: GraphBuilder, model: Model): Map<string, OnnxValue> {
  return new Map(
    model.features.map(({ name, kind }) => {
      const type = kind === "categorical" ? ("string" as const) : ("double" as const);
      const input: OnnxValue = { name, type, shape: [null, 1] };
      graph.input(input);
      return [name, input];
    }),
  );
}

/** One prepared column of numbers, [rows, 1], as `applyPreparation` computes it: level indices, NaN for missing. */
export function addColumn(graph: GraphBuilder, encoder: Encoder, { inputs }: PreparedParts): string {
  const { name: input, type } = inputs.get(encoder.column)!;
  switch (encoder.kind) {
    case "numeric": {
      const filled =
        encoder.impute === null
          ? input
          : graph.node("Where", [graph.node("IsNaN", [input]), graph.number(encoder.impute), input]);
      return addScaling(graph, filled, encoder);
    }
    case "missing-indicator": {
      const blank = () => graph.constant({ type: "string", dims: [], values: [""] });
      const isMissing =
        type === "string" ? graph.node("Equal", [input, blank()]) : graph.node("IsNaN", [input]);
      return addScaling(graph, graph.node("Cast", [isMissing], { to: 11 }), encoder);
    }
    case "categorical":
      return addLevelCodes(graph, encoder, { input, none: Number.NaN });
    default:
      throw new Error(`the encoder ${encoder.kind} passed the check of what can be carried`);
  }
}

function addScaling(
  graph: GraphBuilder,
  value: string,
  { center, scale }: { readonly center: number; readonly scale: number },
): string {
  const centered = center === 0 ? value : graph.node("Sub", [value, graph.number(center)]);
  return scale === 1 ? centered : graph.node("Div", [centered, graph.number(scale)]);
}

interface LevelCodes {
  readonly input: string;
  /** The code of a value that is no level. */
  readonly none: number;
}

/** The index of each text's level: double codes when `none` is NaN, else int64. */
export function addLevelCodes(
  graph: GraphBuilder,
  { levels, missingLevel, otherLevel }: CategoricalEncoder,
  { input, none }: LevelCodes,
): string {
  const type = Number.isNaN(none) ? ("double" as const) : ("int64" as const);
  // A blank is missing, whatever the levels say.
  const keys = ["", ...levels.filter((level) => level !== "")];
  const codes = keys.map((key) => (key === "" ? (missingLevel ?? none) : levels.indexOf(key)));
  const dims = [keys.length];
  return graph.learnedNode("LabelEncoder", [input], {
    keys_tensor: { type: "string", dims, values: keys },
    values_tensor: { type, dims, values: codes },
    default_tensor: { type, dims: [1], values: [otherLevel ?? none] },
  });
}
