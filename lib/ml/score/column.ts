import { assertNever } from "./assert-never.ts";
/** How finely a date column is known; it decides how the column is written back as text. */
export type DatePrecision = "month" | "day" | "instant";

/** The order of the parts in a written date; ISO 8601 is `year-first`. */
export type DateOrder = "year-first" | "month-first" | "day-first";

/** Numbers; NaN is missing, infinities are kept. */
export interface NumericColumn {
  readonly kind: "numeric";
  readonly name: string;
  readonly values: Float64Array;
}

/** Codes into a dictionary of distinct strings; -1 is missing. */
export interface CategoricalColumn {
  readonly kind: "categorical";
  readonly name: string;
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
}

/** 0 is false, 1 is true, `MISSING_BOOLEAN` is missing. */
interface BooleanColumn {
  readonly kind: "boolean";
  readonly name: string;
  readonly values: Uint8Array;
}

/** Milliseconds since 1970-01-01T00:00Z; NaN is missing. */
export interface DateColumn {
  readonly kind: "date";
  readonly name: string;
  readonly values: Float64Array;
  readonly precision: DatePrecision;
  readonly order: DateOrder;
}

/** Free text; null is missing. */
export interface TextColumn {
  readonly kind: "text";
  readonly name: string;
  readonly values: readonly (string | null)[];
}

export type Column = NumericColumn | CategoricalColumn | BooleanColumn | DateColumn | TextColumn;
export type ColumnKind = Column["kind"];

export const MISSING_BOOLEAN = 255;

/** Number of rows of a column. */
export function columnLength(column: Column): number {
  return column.kind === "categorical" ? column.codes.length : column.values.length;
}

/** Whether the value in `row` (0-based) is missing. */
export function isMissing(column: Column, row: number): boolean {
  switch (column.kind) {
    case "numeric":
    case "date":
      return Number.isNaN(column.values[row]);
    case "categorical":
      return column.codes[row]! < 0;
    case "boolean":
      return column.values[row] === MISSING_BOOLEAN;
    case "text":
      return column.values[row] === null;
    default:
      return assertNever(column);
  }
}

/**
 * The value in `row` (0-based) as text, the form in which groups and class labels are compared;
 * null when missing. Dates follow the column's precision.
 */
export function cellText(column: Column, row: number): string | null {
  switch (column.kind) {
    case "numeric": {
      const value = column.values[row]!;
      return Number.isNaN(value) ? null : String(value);
    }
    case "categorical": {
      const code = column.codes[row]!;
      return code < 0 ? null : (column.dictionary[code] ?? null);
    }
    case "boolean": {
      const value = column.values[row];
      return value === MISSING_BOOLEAN ? null : value === 1 ? "true" : "false";
    }
    case "date": {
      const value = column.values[row]!;
      return Number.isNaN(value) ? null : formatDate(value, column.precision);
    }
    case "text":
      return column.values[row] ?? null;
    default:
      return assertNever(column);
  }
}

/** ISO 8601 text in UTC of a moment in epoch milliseconds: `2024-03`, `2024-03-01` or `2024-03-01T10:00:00.000Z`. */
export function formatDate(epochMilliseconds: number, precision: DatePrecision): string {
  const iso = new Date(epochMilliseconds).toISOString();
  const dateEnd = iso.indexOf("T");
  if (precision === "instant") return iso;
  return precision === "day" ? iso.slice(0, dateEnd) : iso.slice(0, dateEnd - 3);
}

/** Orders strings by Unicode code point, as Python and SQL's C collation do; UTF-16 order differs above U+FFFF. */
export function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    const isSurrogateA = a >= 0xd800 && a <= 0xdfff;
    const isSurrogateB = b >= 0xd800 && b <= 0xdfff;
    if (isSurrogateA !== isSurrogateB) return isSurrogateA ? 1 : -1;
    return a - b;
  }
  return left.length - right.length;
}
