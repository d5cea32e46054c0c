import { assertNever } from "./assert-never.ts";
import { compareCodePoints } from "./column.ts";
import { readCalibration } from "./decode-calibration.ts";
import { readEngineering } from "./decode-engineering.ts";
import { readEstimator } from "./decode-estimator.ts";
import { outputCount } from "./estimator.ts";
import type { Feature } from "./feature.ts";
import {
  badNode,
  readInteger,
  readKind,
  readList,
  readNullable,
  readNumber,
  readObject,
  readOneOf,
  readRecord,
  readString,
  type JsonNode,
} from "./json-node.ts";
import { MlError } from "./ml-error.ts";
import {
  MODEL_FORMAT,
  type DecisionRule,
  type Model,
  type Problem,
  type TrainingRecord,
} from "./model-file.ts";
import type { Encoder, Preparation } from "./preparation.ts";

const MODEL_KEYS = [
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
] as const;

/**
 * Reads a `swarm-model/1` file (UTF-8 JSON, as bytes or text) and checks every part of it.
 * @throws MlError bad-model with the path of the first fault.
 */
export function decodeModel(file: Uint8Array | string): Model {
  const document = parseJson(file);
  const root: JsonNode = { value: document, path: "" };
  const format = readRecord(root).format?.value;
  if (format !== MODEL_FORMAT) {
    const found = typeof format === "string" ? `"${format}"` : "no format name";
    throw new MlError("bad-model", `A ${MODEL_FORMAT} file is expected, but this one states ${found}.`);
  }
  // Models without calibration have no such key, so that the files of before it keep their bytes.
  const hasCalibration = readRecord(root).calibration !== undefined;
  const keys = [...MODEL_KEYS, ...(hasCalibration ? (["calibration"] as const) : [])] as const;
  const fields = readObject(root, keys);
  const problem = readOneOf<Problem>(fields.problem, ["binary", "multiclass", "regression"]);
  const preparation = readPreparation(fields.preparation);
  const estimator = readEstimator(fields.estimator, preparation.encoders);
  const classes = readNullable(fields.classes, (node) => readList(node, readString));
  const model: Model = {
    format: MODEL_FORMAT,
    problem,
    target: readString(fields.target),
    features: readList(fields.features, readFeature),
    preparation,
    estimator,
    classes,
    positiveClass: readNullable(fields.positiveClass, readString),
    ...(hasCalibration ? calibrationOf(fields.calibration, { problem, estimator }) : {}),
    decision: readDecision(fields.decision),
    training: readTraining(fields.training),
  };
  checkClasses(model, fields.classes);
  return model;
}

function calibrationOf(
  node: JsonNode,
  { problem, estimator }: Pick<Model, "problem" | "estimator">,
): Pick<Model, "calibration"> {
  if (node.value === null) return {};
  if (problem === "regression") throw badNode(node, "a regression has no probabilities to calibrate");
  return { calibration: readCalibration(node, outputCount(estimator)) };
}

function parseJson(file: Uint8Array | string): unknown {
  try {
    return JSON.parse(
      typeof file === "string" ? file : new TextDecoder("utf-8", { fatal: true }).decode(file),
    );
  } catch (cause) {
    throw new MlError(
      "bad-model",
      "The model file is no JSON text. It was cut off or is another kind of file.",
      {
        cause,
      },
    );
  }
}

function checkClasses(model: Model, node: JsonNode): void {
  const count = model.classes?.length ?? 0;
  const outputs = outputCount(model.estimator);
  const { link } = model.estimator;
  if (model.problem === "regression") {
    if (
      model.classes !== null ||
      outputs !== 1 ||
      link !== "identity" ||
      model.decision.kind !== "identity"
    ) {
      throw badNode(node, "a regression has no classes, one output, link and decision identity");
    }
    return;
  }
  if (model.decision.kind === "identity")
    throw badNode(node, "a classifier needs a decision rule for classes");
  if (model.problem === "binary") {
    const isLinked = link === "logit" || link === "probability";
    if (count !== 2 || outputs !== 1 || !isLinked || model.positiveClass !== model.classes?.[1]) {
      throw badNode(
        node,
        "two classes, the second one positive, one output and link logit or probability are expected",
      );
    }
    return;
  }
  const isLinked = link === "softmax" || link === "probability";
  if (count < 2 || outputs !== count || !isLinked || model.decision.kind !== "argmax") {
    throw badNode(node, "one output per class, link softmax or probability and decision argmax are expected");
  }
}

function readFeature(node: JsonNode): Feature {
  const kind = readKind(node, ["numeric", "boolean", "date", "categorical"]);
  switch (kind) {
    case "numeric":
    case "boolean":
      return { kind, name: readString(readObject(node, ["kind", "name"]).name) };
    case "date": {
      const { name, order } = readObject(node, ["kind", "name", "order"]);
      return {
        kind,
        name: readString(name),
        order: readOneOf(order, ["year-first", "month-first", "day-first"]),
      };
    }
    case "categorical": {
      const { name, categories } = readObject(node, ["kind", "name", "categories"]);
      return { kind, name: readString(name), categories: readList(categories, readString) };
    }
    default:
      return assertNever(kind);
  }
}

function readPreparation(node: JsonNode): Preparation {
  const hasEngineering = readRecord(node).engineering !== undefined;
  const keys = ["target", ...(hasEngineering ? (["engineering"] as const) : []), "encoders"] as const;
  const fields = readObject(node, keys);
  return {
    target: readOneOf(fields.target, ["trees", "linear"]),
    // Models without engineered columns keep the bytes they always had.
    ...(hasEngineering ? { engineering: readEngineering(fields.engineering) } : {}),
    encoders: readList(fields.encoders, readEncoder),
  };
}

function readEncoder(node: JsonNode): Encoder {
  const kind = readKind(node, ["numeric", "missing-indicator", "date-part", "categorical"]);
  switch (kind) {
    case "numeric": {
      const fields = readObject(node, ["kind", "name", "column", "impute", "center", "scale"]);
      return { kind, ...readNames(fields), ...readScaling(fields), impute: readImpute(fields.impute) };
    }
    case "missing-indicator": {
      const fields = readObject(node, ["kind", "name", "column", "center", "scale"]);
      return { kind, ...readNames(fields), ...readScaling(fields) };
    }
    case "date-part": {
      const fields = readObject(node, ["kind", "name", "column", "part", "impute", "center", "scale"]);
      const part = readOneOf(fields.part, [
        "epoch-day",
        "year",
        "month",
        "day-of-month",
        "day-of-week",
        "hour",
      ]);
      return { kind, ...readNames(fields), part, ...readScaling(fields), impute: readImpute(fields.impute) };
    }
    case "categorical": {
      const fields = readObject(node, ["kind", "name", "column", "levels", "missingLevel", "otherLevel"]);
      const levels = readList(fields.levels, readString);
      const readLevel = (level: JsonNode): number | null => {
        const index = readNullable(level, (value) => readInteger(value, 0));
        if (index !== null && index >= levels.length) throw badNode(level, "an index of levels is expected");
        return index;
      };
      return {
        kind,
        ...readNames(fields),
        levels,
        missingLevel: readLevel(fields.missingLevel),
        otherLevel: readLevel(fields.otherLevel),
      };
    }
    default:
      return assertNever(kind);
  }
}

function readNames(fields: { readonly name: JsonNode; readonly column: JsonNode }) {
  return { name: readString(fields.name), column: readString(fields.column) };
}

function readScaling(fields: { readonly center: JsonNode; readonly scale: JsonNode }) {
  const scale = readNumber(fields.scale);
  if (scale === 0) throw badNode(fields.scale, "a scale other than 0 is expected");
  return { center: readNumber(fields.center), scale };
}

function readImpute(node: JsonNode): number | null {
  return readNullable(node, readNumber);
}

function readDecision(node: JsonNode): DecisionRule {
  const kind = readKind(node, ["threshold", "group-thresholds", "argmax", "identity"]);
  switch (kind) {
    case "threshold":
      return { kind, value: readNumber(readObject(node, ["kind", "value"]).value) };
    case "group-thresholds": {
      const fields = readObject(node, ["kind", "columns", "thresholds", "fallback"]);
      return {
        kind,
        columns: readList(fields.columns, (column) => {
          const { feature, bands } = readObject(column, ["feature", "bands"]);
          const limits = readNullable(bands, (list) => readList(list, readNumber));
          return { feature: readFeature(feature), bands: limits };
        }),
        thresholds: readSorted(fields.thresholds, readNumber),
        fallback: readNumber(fields.fallback),
      };
    }
    case "argmax":
    case "identity":
      readObject(node, ["kind"]);
      return { kind };
    default:
      return assertNever(kind);
  }
}

function readTraining(node: JsonNode): TrainingRecord {
  const keys = ["algorithm", "seed", "parameters", "rowCount", "dataFingerprint", "notes"] as const;
  const fields = readObject(node, keys);
  return {
    algorithm: readString(fields.algorithm),
    seed: readNumber(fields.seed),
    parameters: readSorted(fields.parameters, readParameter),
    rowCount: readInteger(fields.rowCount, 0),
    dataFingerprint: readString(fields.dataFingerprint),
    notes: readList(fields.notes, readString),
  };
}

/** The members of an object with free keys, sorted by key so that the order of writing leaves no trace. */
function readSorted<Item>(node: JsonNode, read: (node: JsonNode) => Item): Record<string, Item> {
  const entries = Object.entries(readRecord(node)).map(([key, value]) => [key, read(value)] as const);
  return Object.fromEntries(entries.toSorted(([left], [right]) => compareCodePoints(left, right)));
}

function readParameter(node: JsonNode): string | number | boolean | null {
  const { value } = node;
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  return readNumber(node);
}
