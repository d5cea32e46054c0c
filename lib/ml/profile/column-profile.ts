import { assertNever } from "../score/assert-never.ts";
import {
  columnLength,
  formatDate,
  isMissing,
  MISSING_BOOLEAN,
  type CategoricalColumn,
  type Column,
  type DateColumn,
  type NumericColumn,
  type TextColumn,
} from "../score/column.ts";
import { isIdentifierLike } from "./identifier.ts";
import { summarizeNumbers, type NumericSummary } from "./numeric-summary.ts";

/** What is worth a second look in a column. */
export type ColumnFlag =
  | "all-missing"
  | "mostly-missing"
  | "constant"
  | "identifier"
  | "high-cardinality"
  | "free-text"
  | "infinite-values";

interface ValueCount {
  readonly value: string;
  readonly count: number;
}

interface ProfileBase {
  readonly name: string;
  /** Rows with a value. */
  readonly count: number;
  readonly missing: number;
  readonly distinct: number;
  readonly flags: readonly ColumnFlag[];
}

/** The description of one column; `top` lists the most frequent values, most frequent first. */
export type ColumnProfile =
  | (ProfileBase & {
      readonly kind: "numeric";
      readonly summary: NumericSummary | null;
      readonly top: readonly ValueCount[];
    })
  | (ProfileBase & { readonly kind: "categorical" | "boolean"; readonly top: readonly ValueCount[] })
  | (ProfileBase & {
      readonly kind: "date";
      readonly earliest: string | null;
      readonly latest: string | null;
    })
  | (ProfileBase & { readonly kind: "text"; readonly meanLength: number; readonly longest: number });

const TOP_VALUES = 20;
const MOSTLY_MISSING = 0.5;
const HIGH_CARDINALITY = 50;

/** Describes one column. */
export function profileColumn(column: Column): ColumnProfile {
  switch (column.kind) {
    case "numeric":
      return profileNumbers(column);
    case "categorical":
      return profileCategories(column);
    case "boolean": {
      const counts = [0, 0];
      for (const value of column.values) if (value !== MISSING_BOOLEAN) counts[value]!++;
      const top = topValues(["false", "true"], counts);
      return { kind: "boolean", ...base(column, top.length, []), top };
    }
    case "date":
      return profileDates(column);
    case "text":
      return profileText(column);
    default:
      return assertNever(column);
  }
}

function base(column: Column, distinct: number, flags: readonly ColumnFlag[]): ProfileBase {
  const rows = columnLength(column);
  let missing = 0;
  for (let row = 0; row < rows; row++) if (isMissing(column, row)) missing++;
  const all: ColumnFlag[] = [...flags];
  if (missing === rows) all.push("all-missing");
  else if (missing > rows * MOSTLY_MISSING) all.push("mostly-missing");
  if (distinct === 1 && missing === 0) all.push("constant");
  return { name: column.name, count: rows - missing, missing, distinct, flags: all };
}

function profileNumbers(column: NumericColumn): ColumnProfile {
  const full = summarizeNumbers(column.values);
  if (full === null) return { kind: "numeric", ...base(column, 0, []), summary: null, top: [] };
  const { distinct, ...summary } = full;
  const flags: ColumnFlag[] = [];
  if (isIdentifierLike(column)) flags.push("identifier");
  if (summary.infinities > 0) flags.push("infinite-values");
  const top = distinct <= HIGH_CARDINALITY ? topNumbers(column.values) : [];
  return { kind: "numeric", ...base(column, distinct, flags), summary, top };
}

function profileCategories(column: CategoricalColumn): ColumnProfile {
  const counts = column.dictionary.map(() => 0);
  for (const code of column.codes) if (code >= 0) counts[code]!++;
  const distinct = counts.filter((count) => count > 0).length;
  const flags: ColumnFlag[] = [];
  if (isIdentifierLike(column)) flags.push("identifier");
  else if (distinct > HIGH_CARDINALITY) flags.push("high-cardinality");
  return { kind: "categorical", ...base(column, distinct, flags), top: topValues(column.dictionary, counts) };
}

function profileDates(column: DateColumn): ColumnProfile {
  const sorted = column.values.filter((value) => !Number.isNaN(value)).sort();
  const distinct = new Set(sorted).size;
  const text = (value: number | undefined): string | null =>
    value === undefined ? null : formatDate(value, column.precision);
  return {
    kind: "date",
    ...base(column, distinct, []),
    earliest: text(sorted[0]),
    latest: text(sorted[sorted.length - 1]),
  };
}

function profileText(column: TextColumn): ColumnProfile {
  const present = column.values.filter((value) => value !== null);
  const distinct = new Set(present).size;
  const flags: ColumnFlag[] = isIdentifierLike(column) ? ["identifier", "free-text"] : ["free-text"];
  return {
    kind: "text",
    ...base(column, distinct, flags),
    meanLength: present.reduce((sum, value) => sum + value.length, 0) / Math.max(1, present.length),
    longest: present.reduce((most, value) => Math.max(most, value.length), 0),
  };
}

function topNumbers(values: Float64Array): ValueCount[] {
  const counts = new Map<number, number>();
  for (const value of values) if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return topValues(Array.from(counts.keys(), String), [...counts.values()]);
}

function topValues(values: readonly string[], counts: readonly number[]): ValueCount[] {
  return values
    .map((value, index) => ({ value, count: counts[index]!, index }))
    .filter(({ count }) => count > 0)
    .toSorted((left, right) => right.count - left.count || left.index - right.index)
    .slice(0, TOP_VALUES)
    .map(({ value, count }) => ({ value, count }));
}
