import type { SchemaElement } from "hyparquet";
import { MISSING_BOOLEAN, type Column } from "../score/column.ts";
import { MlError } from "../score/ml-error.ts";
import { allocateBytes, allocateDoubles } from "./allocate.ts";
import { categoricalColumn, looksLikeText } from "./column-from-texts.ts";
import type { ColumnMark } from "./write-parquet.ts";

/** A top-level column of a Parquet file. */
export interface ParquetField {
  readonly name: string;
  readonly element: SchemaElement;
  readonly isNested: boolean;
  readonly mark: ColumnMark | null;
}

/** @throws MlError bad-data for values of a type that no column kind holds. */
export function columnFromParquet(field: ParquetField, values: readonly unknown[], rowCount: number): Column {
  const { name, element, mark } = field;
  const sample = values.find((value) => value !== null && value !== undefined);
  if (element.type === "BOOLEAN") {
    const truths = allocateBytes(rowCount);
    for (let row = 0; row < rowCount; row++) {
      const value = values[row];
      truths[row] = typeof value === "boolean" ? Number(value) : MISSING_BOOLEAN;
    }
    return { kind: "boolean", name, values: truths };
  }
  if (sample instanceof Date || mark?.kind === "date" || isDateType(element)) {
    const order = mark?.order === "month-first" || mark?.order === "day-first" ? mark.order : "year-first";
    const moments = numbers(rowCount, (row) => {
      const value = values[row];
      return value instanceof Date ? value.getTime() : NaN;
    });
    return { kind: "date", name, values: moments, precision: precisionOf(field, moments), order };
  }
  if (
    typeof sample === "number" ||
    typeof sample === "bigint" ||
    (sample === undefined && element.type !== "BYTE_ARRAY")
  ) {
    return { kind: "numeric", name, values: numbers(rowCount, (row) => Number(values[row] ?? NaN)) };
  }
  if (typeof sample === "string" || sample === undefined) return stringColumn(field, values, rowCount);
  throw new MlError(
    "bad-data",
    `Column "${name}" holds values that are neither numbers, texts, dates nor booleans. Leave it out with columns.`,
    { details: { column: name } },
  );
}

function stringColumn({ name, mark }: ParquetField, values: readonly unknown[], rowCount: number): Column {
  const texts = Array.from({ length: rowCount }, (_, row) => {
    const value = values[row];
    return typeof value === "string" && value !== "" ? value : null;
  });
  if (mark?.kind === "text") return { kind: "text", name, values: texts };
  if (mark?.kind === "categorical") return categoricalColumn(name, texts);
  const present = texts.filter((text) => text !== null);
  const distinct = new Set(present);
  const meanLength = [...distinct].reduce((sum, text) => sum + text.length, 0) / Math.max(1, distinct.size);
  return looksLikeText({ distinct: distinct.size, present: present.length, meanLength })
    ? { kind: "text", name, values: texts }
    : categoricalColumn(name, texts);
}

function isDateType(element: SchemaElement): boolean {
  const converted = element.converted_type ?? "";
  const logical = element.logical_type?.type ?? "";
  return (
    converted === "DATE" || converted.startsWith("TIMESTAMP") || logical === "DATE" || logical === "TIMESTAMP"
  );
}

const DAY = 86_400_000;

function precisionOf({ mark }: ParquetField, moments: Float64Array): "month" | "day" | "instant" {
  const stated = mark?.precision;
  if (stated === "month" || stated === "day" || stated === "instant") return stated;
  return moments.every((moment) => Number.isNaN(moment) || moment % DAY === 0) ? "day" : "instant";
}

function numbers(rowCount: number, read: (row: number) => number): Float64Array {
  const values = allocateDoubles(rowCount);
  for (let row = 0; row < rowCount; row++) values[row] = read(row);
  return values;
}
