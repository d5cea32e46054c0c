import { MlError } from "../score/ml-error.ts";
import type { ColumnKind } from "../score/column.ts";
import { inferTextKind, type TextKind } from "./column-from-texts.ts";
import { planFromChoice, planFromKind, type BuilderPlan } from "./csv-column-builder.ts";
import { firstRecords, type CsvHead } from "./csv-dialect.ts";
import { detectEncoding, utf8Stream, type CsvEncoding, type DetectedEncoding } from "./csv-encoding.ts";
import type { RepeatableBytes } from "./csv-source.ts";

/** What a caller may fix about the header instead of leaving it to the file. */
export interface HeaderOptions {
  readonly encoding?: CsvEncoding;
  readonly names?: readonly string[];
  readonly columns?: readonly string[];
  readonly kinds?: Readonly<Record<string, ColumnKind>>;
}

const HEAD_BYTES = 1_048_576;
const HEAD_RECORDS = 5000;

/** @throws MlError bad-argument for what cannot delimit fields. */
export function checkedDelimiter(delimiter: string): string {
  if (delimiter.length !== 1 || delimiter.charCodeAt(0) > 126 || '"\r\n'.includes(delimiter)) {
    throw new MlError(
      "bad-argument",
      "The delimiter must be one ASCII character other than a quote or line end.",
    );
  }
  return delimiter;
}

export interface Opening {
  readonly encoding: DetectedEncoding;
  readonly head: CsvHead;
}

/** Reads the first megabyte and settles the encoding. */
export async function readHead(bytes: RepeatableBytes, options: HeaderOptions): Promise<Opening> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let isWhole = true;
  for await (const chunk of bytes.chunks()) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= HEAD_BYTES) {
      isWhole = false;
      break;
    }
  }
  const raw = Buffer.concat(chunks);
  if (raw.length === 0) {
    throw new MlError(
      "bad-data",
      "The file is empty (0 bytes). Check the export that should have filled it.",
    );
  }
  const detected = detectEncoding(raw);
  const encoding: DetectedEncoding =
    options.encoding === undefined || options.encoding === detected.encoding
      ? detected
      : { encoding: options.encoding, markLength: 0 };
  const stream = utf8Stream(encoding);
  const text = stream.push(raw);
  const rest = isWhole ? stream.end() : new Uint8Array(0);
  return { encoding, head: { bytes: Buffer.concat([text, rest]), isWhole } };
}

export interface Header {
  readonly names: readonly string[];
  /** One plan per column of the file; null for columns that are not wanted. */
  readonly plans: readonly (BuilderPlan | null)[];
}

/** Names the columns and plans how to build each, from the first records. */
export function readHeader(head: CsvHead, delimiter: string, options: HeaderOptions): Header {
  const [header, ...records] = firstRecords(head, delimiter, HEAD_RECORDS);
  if (header === undefined) {
    throw new MlError("bad-data", "The file holds no header row, only blank lines. Check the export.");
  }
  const names = (options.names ?? header).map((name) => name.trim());
  if (options.names !== undefined && options.names.length !== header.length) {
    throw new MlError(
      "bad-argument",
      `${options.names.length} names are given for a header of ${header.length} fields; give one name per field.`,
    );
  }
  checkNames(names);
  for (const name of [...(options.columns ?? []), ...Object.keys(options.kinds ?? {})]) {
    if (!names.includes(name)) {
      throw new MlError(
        "bad-argument",
        `The file has no column "${name}". Its columns are: ${names.join(", ")}.`,
        {
          details: { column: name },
        },
      );
    }
  }
  const plans = names.map((name, index): BuilderPlan | null => {
    if (options.columns !== undefined && !options.columns.includes(name)) return null;
    const values = new Set<string>();
    for (const record of records) if (record.length === names.length) values.add(record[index]!);
    const seen: TextKind = inferTextKind(values);
    const stated = Object.hasOwn(options.kinds ?? {}, name) ? options.kinds?.[name] : undefined;
    return stated === undefined ? planFromKind(seen) : planFromChoice(stated, seen);
  });
  return { names, plans };
}

function checkNames(names: readonly string[]): void {
  const blank = names.indexOf("");
  if (blank >= 0) {
    throw new MlError(
      "bad-data",
      `The header's field ${blank + 1} is blank. Name every column in the first line.`,
      {
        details: { field: blank + 1 },
      },
    );
  }
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  if (doubled !== undefined) {
    throw new MlError(
      "bad-data",
      `The header names "${doubled}" twice (fields ${names.indexOf(doubled) + 1} and ` +
        `${names.lastIndexOf(doubled) + 1}). Rename one of them.`,
      { details: { column: doubled } },
    );
  }
}
