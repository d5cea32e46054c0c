import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { parquetMetadata, parquetRead, parquetSchema, type Compressors, type FileMetaData } from "hyparquet";
import { requireMemory, UNWATCHED, type Control } from "../control.ts";
import type { Column } from "../score/column.ts";
import { MlError } from "../score/ml-error.ts";
import { readAllBytes, type ByteSource } from "./csv-source.ts";
import { createFrame, type Frame } from "./frame.ts";
import { columnFromParquet, type ParquetField } from "./parquet-column.ts";
import { KINDS_KEY, type ColumnMark } from "./write-parquet.ts";

export interface ReadParquetOptions {
  /** Read only these columns. */
  readonly columns?: readonly string[];
  readonly control?: Control;
}

/** Snappy and uncompressed pages are read without these. */
const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
};

/**
 * Reads a Parquet file with flat columns. Kinds come from the metadata of `writeParquet`, else from the Parquet types:
 * numbers (64-bit integers too), booleans, dates and timestamps, strings as categories or text.
 * @throws MlError bad-data for a file that is empty, cut off or no Parquet, and for nested columns; bad-argument for
 * unknown column names; out-of-memory; cancelled.
 */
export async function readParquet(source: ByteSource, options: ReadParquetOptions = {}): Promise<Frame> {
  const control = options.control ?? UNWATCHED;
  const bytes = await readAllBytes(source);
  const file = toArrayBuffer(bytes);
  const metadata = readMetadata(file);
  const fields = readFields(metadata, options.columns);
  const rowCount = Number(metadata.num_rows);
  if (rowCount === 0) throw new MlError("bad-data", "The Parquet file holds no rows. Check the export.");
  requireMemory(control, rowCount * 8 * (fields.length + 1), "The table in the Parquet file");
  const columns: Column[] = [];
  // One column at a time: decoded values are objects, many times the size of a finished column.
  for (const [index, field] of fields.entries()) {
    const values: unknown[] = [];
    try {
      await parquetRead({
        file,
        metadata,
        columns: [field.name],
        compressors: COMPRESSORS,
        onChunk: (chunk) => {
          control.throwIfCancelled();
          if (chunk.columnName !== field.name) return;
          for (const [place, value] of Array.from<unknown>(chunk.columnData).entries()) {
            values[chunk.rowStart + place] = value;
          }
        },
      });
    } catch (cause) {
      if (cause instanceof MlError) throw cause;
      throw corrupt("its pages cannot be decoded", cause);
    }
    columns.push(columnFromParquet(field, values, rowCount));
    control.report({ stage: "read", done: index + 1, total: fields.length, rows: rowCount });
  }
  return createFrame(columns);
}

function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}

function readMetadata(file: ArrayBuffer): FileMetaData {
  const bytes = new Uint8Array(file);
  if (bytes.length === 0)
    throw new MlError("bad-data", "The Parquet file is empty (0 bytes). Check the export.");
  const hasMagic = (start: number): boolean =>
    [0x50, 0x41, 0x52, 0x31].every((byte, index) => bytes[start + index] === byte);
  if (!hasMagic(0)) throw corrupt("it does not begin with PAR1, so it is another kind of file", undefined);
  if (bytes.length < 12 || !hasMagic(bytes.length - 4)) throw corrupt("its end is missing", undefined);
  try {
    return parquetMetadata(file);
  } catch (cause) {
    throw corrupt("its footer cannot be decoded", cause);
  }
}

function corrupt(reason: string, cause: unknown): MlError {
  return new MlError("bad-data", `The file is no readable Parquet: ${reason}. Write or download it again.`, {
    cause,
  });
}

function readFields(metadata: FileMetaData, wanted: readonly string[] | undefined): ParquetField[] {
  const marks = readMarks(metadata);
  const all = parquetSchema(metadata).children.map((child): ParquetField => {
    const { element } = child;
    const isNested = child.children.length > 0 || element.repetition_type === "REPEATED";
    return { name: element.name, element, isNested, mark: marks.get(element.name) ?? null };
  });
  const names = all.map((field) => field.name);
  for (const name of wanted ?? []) {
    if (!names.includes(name)) {
      throw new MlError(
        "bad-argument",
        `The file has no column "${name}". Its columns are: ${names.join(", ")}.`,
      );
    }
  }
  const fields = wanted === undefined ? all : all.filter((field) => wanted.includes(field.name));
  const nested = fields.find((field) => field.isNested);
  if (nested !== undefined) {
    throw new MlError(
      "bad-data",
      `Column "${nested.name}" is nested (a list, map or struct). Name the flat columns to read in the option columns.`,
      { details: { column: nested.name } },
    );
  }
  return fields;
}

function readMarks(metadata: FileMetaData): Map<string, ColumnMark> {
  const text = metadata.key_value_metadata?.find((entry) => entry.key === KINDS_KEY)?.value;
  if (text === undefined) return new Map();
  try {
    // Only our own writer uses this key; a foreign value falls back to Parquet's types.
    const marks = JSON.parse(text) as ColumnMark[];
    return new Map(marks.map((mark) => [mark.name, mark]));
  } catch {
    return new Map();
  }
}
