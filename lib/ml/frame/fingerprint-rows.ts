import { createHash } from "node:crypto";
import { assertNever } from "../score/assert-never.ts";
import { compareCodePoints, MISSING_BOOLEAN, type Column } from "../score/column.ts";
import type { Frame } from "./frame.ts";

const BATCH_ROWS = 2048;

/**
 * The canonical text of a table, in pieces. First a line with the columns, sorted by name: [["age","number"],...]
 * with the types number, string, boolean and date; then a line per row with the values in that order, as compact
 * JSON: numbers in their shortest form, dates as epoch milliseconds, infinities as "Infinity" and "-Infinity",
 * missing values as null. Row order counts; file format, column order and dictionaries do not.
 */
export function* canonicalRows(frame: Frame): Generator<string> {
  const columns = frame.columns.toSorted((left, right) => compareCodePoints(left.name, right.name));
  yield `${JSON.stringify(columns.map((column) => [column.name, canonicalType(column)]))}\n`;
  const writers = columns.map(cellWriter);
  for (let start = 0; start < frame.rowCount; start += BATCH_ROWS) {
    const end = Math.min(start + BATCH_ROWS, frame.rowCount);
    let text = "";
    for (let row = start; row < end; row++) {
      text += "[";
      for (const [index, write] of writers.entries()) text += index === 0 ? write(row) : `,${write(row)}`;
      text += "]\n";
    }
    yield text;
  }
}

/**
 * SHA-256, in lower-case hexadecimal, over the canonical text of a table (see `canonicalRows`): the same table read
 * from CSV and from Parquet has the same fingerprint, and anyone can compute it from the definition.
 */
export function fingerprintRows(frame: Frame): string {
  const hash = createHash("sha256");
  for (const text of canonicalRows(frame)) hash.update(text);
  return hash.digest("hex");
}

/** SHA-256 over row indices written in decimal, one a line: identifies a split. */
export function fingerprintIndices(indices: ArrayLike<number>): string {
  const hash = createHash("sha256");
  for (let start = 0; start < indices.length; start += BATCH_ROWS) {
    let text = "";
    for (let place = start; place < Math.min(indices.length, start + BATCH_ROWS); place++) {
      text += `${indices[place]}\n`;
    }
    hash.update(text);
  }
  return hash.digest("hex");
}

function canonicalType(column: Column): string {
  switch (column.kind) {
    case "numeric":
      return "number";
    case "categorical":
    case "text":
      return "string";
    case "boolean":
    case "date":
      return column.kind;
    default:
      return assertNever(column);
  }
}

function cellWriter(column: Column): (row: number) => string {
  switch (column.kind) {
    case "numeric":
    case "date":
      return (row) => canonicalNumber(column.values[row]!);
    case "boolean":
      return (row) => {
        const value = column.values[row];
        return value === MISSING_BOOLEAN ? "null" : value === 1 ? "true" : "false";
      };
    case "categorical": {
      const texts = column.dictionary.map((text) => JSON.stringify(text));
      return (row) => {
        const code = column.codes[row]!;
        return code < 0 ? "null" : texts[code]!;
      };
    }
    case "text":
      return (row) => JSON.stringify(column.values[row] ?? null);
    default:
      return assertNever(column);
  }
}

function canonicalNumber(value: number): string {
  if (Number.isFinite(value)) return value === 0 ? "0" : String(value);
  return Number.isNaN(value) ? "null" : `"${value}"`;
}
