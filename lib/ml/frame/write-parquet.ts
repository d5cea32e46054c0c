import { parquetWriteBuffer } from "hyparquet-writer";
import { assertNever } from "../score/assert-never.ts";
import { MISSING_BOOLEAN, type Column } from "../score/column.ts";
import { MlError } from "../score/ml-error.ts";
import type { Frame } from "./frame.ts";

/** Key of the file metadata that keeps what Parquet's own types cannot say about our columns. */
export const KINDS_KEY = "swarm.frame/1";

/** What is kept per column under `KINDS_KEY`. */
export interface ColumnMark {
  readonly name: string;
  readonly kind: Column["kind"];
  readonly precision?: string;
  readonly order?: string;
}

const ROW_GROUP = 131_072;

/**
 * Writes a frame as a Parquet file (Snappy; numbers as DOUBLE, categories and text as UTF8, dates as
 * TIMESTAMP_MILLIS in UTC). Column kinds are kept in the file's metadata. The same frame gives the same bytes.
 * @throws MlError bad-argument for a frame without columns or rows, which Parquet readers refuse.
 */
export function writeParquet(frame: Frame): Uint8Array {
  if (frame.columns.length === 0 || frame.rowCount === 0) {
    throw new MlError("bad-argument", "A frame without columns or rows cannot be written as Parquet.");
  }
  const buffer = parquetWriteBuffer({
    columnData: frame.columns.map(columnSource),
    rowGroupSize: ROW_GROUP,
    createdBy: "swarm",
    kvMetadata: [{ key: KINDS_KEY, value: JSON.stringify(frame.columns.map(columnMark)) }],
  });
  return new Uint8Array(buffer);
}

function columnMark(column: Column): ColumnMark {
  const { name, kind } = column;
  return column.kind === "date"
    ? { name, kind, precision: column.precision, order: column.order }
    : { name, kind };
}

function columnSource(column: Column) {
  const { name } = column;
  switch (column.kind) {
    case "numeric": {
      const values = column.values.some((value) => Number.isNaN(value))
        ? Array.from(column.values, (value) => (Number.isNaN(value) ? null : value))
        : column.values.slice();
      return { name, type: "DOUBLE" as const, data: values };
    }
    case "date": {
      const data = Array.from(column.values, (value) => (Number.isNaN(value) ? null : new Date(value)));
      return { name, type: "TIMESTAMP" as const, data };
    }
    case "boolean": {
      const data = Array.from(column.values, (value) => (value === MISSING_BOOLEAN ? null : value === 1));
      return { name, type: "BOOLEAN" as const, data };
    }
    case "categorical": {
      const data = Array.from(column.codes, (code) => (code < 0 ? null : (column.dictionary[code] ?? null)));
      return { name, type: "STRING" as const, data };
    }
    case "text":
      return { name, type: "STRING" as const, data: [...column.values] };
    default:
      return assertNever(column);
  }
}
