import { assertNever } from "../score/assert-never.ts";
import {
  cellText,
  columnLength,
  formatDate,
  isMissing,
  MISSING_BOOLEAN,
  type Column,
  type DateColumn,
  type DatePrecision,
  type NumericColumn,
} from "../score/column.ts";
import { quantileOfSorted } from "../metrics/quantile.ts";
import { bandLabel } from "../score/groups.ts";

/** A column as few named parts: `codes[row]` is an index of `labels`, or -1 for rows in no part. */
export interface CutColumn {
  readonly name: string;
  readonly labels: readonly string[];
  readonly codes: Int32Array;
}

/** Numbers with no more distinct values than this are their own parts. */
const FEW_VALUES = 8;
const MOST_LEVELS = 100;
const MISSING = "(missing)";
const DAY = 86_400_000;

/**
 * Cuts a column into parts: its values, or bands with about as many rows each for numbers and dates. Of many categories
 * the most frequent are parts. Null for free text, which has none.
 */
export function cutColumn(column: Column, bands: number): CutColumn | null {
  switch (column.kind) {
    case "text":
      return null;
    case "categorical":
      return byValue(column);
    case "boolean":
      return {
        name: column.name,
        labels: ["false", "true", MISSING],
        codes: codesOf(column.values, (value) => (value === MISSING_BOOLEAN ? 2 : value)),
      };
    case "numeric":
    case "date":
      return byBand(column, bands);
    default:
      return assertNever(column);
  }
}

function codesOf(values: ArrayLike<number>, code: (value: number) => number): Int32Array {
  return Int32Array.from({ length: values.length }, (_, row) => code(values[row]!));
}

/** Bands with about as many rows each; numbers or dates of few distinct values keep those. */
function byBand(column: NumericColumn | DateColumn, bands: number): CutColumn | null {
  const present = column.values.filter((value) => Number.isFinite(value)).sort();
  if (present.length === 0) return null;
  if (new Set(present).size <= FEW_VALUES) return byValue(column);
  const limits = Array.from({ length: bands - 1 }, (_, band) =>
    quantileOfSorted(present, (band + 1) / bands),
  );
  const readable = column.kind === "date" ? wholeDay(column) : roundedNumber;
  const edges = [...new Set(limits.map(readable))].filter((edge) => edge > present[0]!);
  if (edges.length === 0) return byValue(column);
  const starts = [-Infinity, ...edges];
  const labels = starts.map((start) =>
    column.kind === "date" ? dateBandLabel(start, edges, column.precision) : bandLabel(start, edges),
  );
  const codes = codesOf(column.values, (value) => {
    if (Number.isNaN(value)) return labels.length;
    const above = edges.findIndex((edge) => value < edge);
    return above < 0 ? edges.length : above;
  });
  return { name: column.name, labels: [...labels, MISSING], codes };
}

/** More digits than these are noise in a label. */
function roundedNumber(limit: number): number {
  return Number(limit.toPrecision(6));
}

function wholeDay({ precision }: DateColumn): (limit: number) => number {
  return precision === "instant" ? Math.round : (limit) => Math.ceil(limit / DAY) * DAY;
}

function dateBandLabel(start: number, edges: readonly number[], precision: DatePrecision): string {
  const shown = (moment: number) => formatDate(moment, precision === "instant" ? "instant" : "day");
  const end = edges.find((edge) => edge > start);
  if (start === -Infinity) return `before ${shown(end!)}`;
  return end === undefined ? `from ${shown(start)}` : `${shown(start)} to before ${shown(end)}`;
}

function byValue(column: Column): CutColumn {
  const counts = new Map<string, number>();
  const rowCount = columnLength(column);
  const textOf = (row: number) => (isMissing(column, row) ? MISSING : (cellText(column, row) ?? MISSING));
  for (let row = 0; row < rowCount; row++) counts.set(textOf(row), (counts.get(textOf(row)) ?? 0) + 1);
  const labels = [...counts]
    .toSorted(([left, many], [right, few]) => few - many || (left < right ? -1 : 1))
    .slice(0, MOST_LEVELS)
    .map(([label]) => label);
  const codeOf = new Map(labels.map((label, code) => [label, code]));
  return {
    name: column.name,
    labels,
    codes: Int32Array.from({ length: rowCount }, (_, row) => codeOf.get(textOf(row)) ?? -1),
  };
}
