import { assertNever } from "../score/assert-never.ts";
import { formatDate, isMissing, MISSING_BOOLEAN, type Column } from "../score/column.ts";
import { MlError } from "../score/ml-error.ts";
import { parseDate } from "../score/parse-value.ts";
import { categoricalColumn, looksLikeText } from "./column-from-texts.ts";
import { createFrame, type Frame } from "./frame.ts";

/** A cell as a JSON value: dates become ISO 8601 text, missing values null. */
export type Cell = string | number | boolean | null;

export function cellValue(column: Column, row: number): Cell {
  if (isMissing(column, row)) return null;
  switch (column.kind) {
    case "numeric":
      return column.values[row]!;
    case "boolean":
      return column.values[row] === 1;
    case "date":
      return formatDate(column.values[row]!, column.precision);
    case "categorical":
      return column.dictionary[column.codes[row]!] ?? null;
    case "text":
      return column.values[row] ?? null;
    default:
      return assertNever(column);
  }
}

/** Rows `start` to `end` (exclusive) as objects, for previews and for scoring. */
export function frameToRows(frame: Frame, start = 0, end = frame.rowCount): Record<string, Cell>[] {
  const rows: Record<string, Cell>[] = [];
  for (let row = start; row < Math.min(end, frame.rowCount); row++) {
    rows.push(Object.fromEntries(frame.columns.map((column) => [column.name, cellValue(column, row)])));
  }
  return rows;
}

/**
 * Makes a frame of JSON rows. A column's kind follows from its values: all numbers, all booleans, all ISO dates,
 * else categories or text; null and absent fields are missing. Columns come in order of first appearance.
 * @throws MlError bad-data when a field holds an object or a list, or a column mixes numbers with texts.
 */
export function frameFromRows(rows: readonly Readonly<Record<string, unknown>>[]): Frame {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  return createFrame(
    [...names].map((name) =>
      columnOfCells(
        name,
        rows.map((row) => cellOf(row, name)),
      ),
    ),
  );
}

function cellOf(row: Readonly<Record<string, unknown>>, name: string): Cell {
  const value = Object.hasOwn(row, name) ? row[name] : null;
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "number") return Number.isNaN(value) ? null : value;
  if (typeof value === "string" || typeof value === "boolean") return value;
  throw new MlError(
    "bad-data",
    `Field "${name}" holds a ${typeof value}; only texts, numbers and booleans fit a table.`,
  );
}

function columnOfCells(name: string, cells: readonly Cell[]): Column {
  const present = cells.filter((cell) => cell !== null);
  if (present.every((cell) => typeof cell === "number")) {
    return { kind: "numeric", name, values: Float64Array.from(cells, (cell) => Number(cell ?? NaN)) };
  }
  if (present.every((cell) => typeof cell === "boolean")) {
    const values = Uint8Array.from(cells, (cell) => (cell === null ? MISSING_BOOLEAN : Number(cell)));
    return { kind: "boolean", name, values };
  }
  const texts = cells.map((cell) => (typeof cell === "string" ? cell : null));
  if (texts.filter((text) => text !== null).length !== present.length) {
    throw new MlError("bad-data", `Column "${name}" mixes texts with numbers or booleans; use one kind.`, {
      details: { column: name },
    });
  }
  const dates = texts.map((text) => (text === null ? null : parseDate(text, "year-first")));
  if (texts.every((text, row) => text === null || dates[row] !== null)) {
    const values = Float64Array.from(dates, (date) => date?.epochMilliseconds ?? NaN);
    const found = new Set(dates.map((date) => date?.precision));
    const precision = found.has("instant") ? "instant" : found.has("day") ? "day" : "month";
    return { kind: "date", name, values, precision, order: "year-first" };
  }
  const distinct = new Set(texts.filter((text) => text !== null));
  const meanLength = [...distinct].reduce((sum, text) => sum + text.length, 0) / distinct.size;
  return looksLikeText({ distinct: distinct.size, present: present.length, meanLength })
    ? { kind: "text", name, values: texts }
    : categoricalColumn(name, texts);
}
