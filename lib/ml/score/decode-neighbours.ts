import type { NearestNeighboursEstimator, NeighbourColumn } from "./estimator.ts";
import {
  badNode,
  readInteger,
  readList,
  readNullable,
  readObject,
  readOneOf,
  readString,
  type JsonNode,
} from "./json-node.ts";
import { decodeIntegers, decodeNumbers, isPacked } from "./packed-numbers.ts";
import type { Encoder } from "./preparation.ts";

const KEYS = [
  "kind",
  "link",
  "outputs",
  "neighbours",
  "weighting",
  "rowCount",
  "columns",
  "targets",
  "rowWeights",
] as const;

/** Reads and checks the training rows that a nearest-neighbours estimator keeps. */
export function readNearestNeighbours(
  node: JsonNode,
  encoders: readonly Encoder[],
): NearestNeighboursEstimator {
  const fields = readObject(node, KEYS);
  const link = readOneOf(fields.link, ["identity", "probability"]);
  const outputs = readInteger(fields.outputs, 1);
  const rowCount = readInteger(fields.rowCount, 1);
  const neighbours = readInteger(fields.neighbours, 1);
  if (neighbours > rowCount) throw badNode(fields.neighbours, `at most the ${rowCount} rows are expected`);
  const columns = readList(fields.columns, (column) => column);
  if (columns.length !== encoders.length) {
    throw badNode(fields.columns, `${encoders.length} columns are expected, one per encoder`);
  }
  const classCount = outputs === 1 ? 2 : outputs;
  return {
    kind: "nearest-neighbours",
    link,
    outputs,
    neighbours,
    weighting: readOneOf(fields.weighting, ["uniform", "distance"]),
    rowCount,
    columns: columns.map((column, index) => readColumn(column, encoders[index]!, rowCount)),
    targets: readPacked(fields.targets, rowCount, (value) =>
      link === "identity"
        ? Number.isFinite(value)
        : Number.isInteger(value) && value >= 0 && value < classCount,
    ),
    rowWeights: readNullable(fields.rowWeights, (item) =>
      readPacked(item, rowCount, (value) => value > 0 && value < Infinity),
    ),
  };
}

function readColumn(node: JsonNode, encoder: Encoder, rowCount: number): NeighbourColumn {
  const fields = readObject(node, ["levels", "values"]);
  const levels = readNullable(fields.levels, (item) => readInteger(item, 1));
  const wanted = encoder.kind === "categorical" ? encoder.levels.length : null;
  if (levels !== wanted) throw badNode(fields.levels, `${wanted} is expected, as its encoder has`);
  if (levels === null) return { levels, values: readPacked(fields.values, rowCount, Number.isFinite) };
  const values = readString(fields.values);
  if (!isPacked(values, rowCount * 4) || decodeIntegers(values).some((code) => code < -1 || code >= levels)) {
    throw badNode(fields.values, `base64 of ${rowCount} int32 level indices is expected`);
  }
  return { levels, values };
}

function readPacked(node: JsonNode, count: number, isValid: (value: number) => boolean): string {
  const text = readString(node);
  if (!isPacked(text, count * 8) || !decodeNumbers(text).every(isValid)) {
    throw badNode(node, `base64 of ${count} valid float64 numbers is expected`);
  }
  return text;
}
