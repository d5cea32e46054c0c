import { createHash } from "node:crypto";
import type { Column, ColumnKind } from "../score/column.ts";
import { UNWATCHED, type Control } from "../control.ts";
import { MlError } from "../score/ml-error.ts";
import { createBuilder, type BuilderPlan, type ColumnBuilder } from "./csv-column-builder.ts";
import { detectDelimiter } from "./csv-dialect.ts";
import { utf8Stream, type CsvEncoding, type DetectedEncoding } from "./csv-encoding.ts";
import { checkedDelimiter, readHead, readHeader, type Header } from "./csv-header.ts";
import { repeatable, type ByteSource, type RepeatableBytes } from "./csv-source.ts";
import { CsvTokenizer, type CsvRecord } from "./csv-tokenizer.ts";
import { createFrame, type Frame } from "./frame.ts";

export interface ReadCsvOptions {
  /** One character; detected when left out. */
  readonly delimiter?: string;
  /** Detected when left out; `latin1` is never guessed, as every file is valid latin1. */
  readonly encoding?: CsvEncoding;
  /** Names to use instead of the header's; the header row is still expected and skipped. */
  readonly names?: readonly string[];
  /** Read only these columns. */
  readonly columns?: readonly string[];
  /** Kinds the caller states; the others are inferred from all values. */
  readonly kinds?: Readonly<Record<string, ColumnKind>>;
  /** What to do with values that do not fit a stated kind. Default `refuse`. */
  readonly misfits?: "refuse" | "missing";
  /** Stop after this many data rows. */
  readonly maxRows?: number;
  /** Refuse to go on when the columns need more memory than this; the control's limit when left out. */
  readonly maxMemoryBytes?: number;
  readonly control?: Control;
}

export interface CsvColumnReport {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Why the column has this kind. */
  readonly reason: string;
  readonly missing: number;
  /** Missing cells that held a token such as NA instead of a blank. */
  readonly missingTokens: number;
  /** Values that did not fit the stated kind and were made missing. */
  readonly misfits: number;
}

/** What was read and which choices were made. */
export interface CsvReport {
  readonly encoding: CsvEncoding;
  readonly hasByteOrderMark: boolean;
  readonly delimiter: string;
  readonly rowCount: number;
  readonly byteCount: number;
  /** SHA-256 of the bytes, null when reading stopped at `maxRows`. */
  readonly sha256: string | null;
  readonly blankLines: number;
  readonly columns: readonly CsvColumnReport[];
  readonly warnings: readonly string[];
}

export interface CsvResult {
  readonly frame: Frame;
  readonly report: CsvReport;
}

/**
 * Reads CSV text (RFC 4180 with a header row) into a frame. Delimiter, encoding and the kind of each column are
 * detected and reported; a kind holds for all values of its column. Blank fields are missing. The text is read in
 * chunks and, when its beginning misleads about a kind, a second time.
 * @throws MlError bad-data for an empty file, a bad header, a ragged row, bytes that are not text, or misfits;
 * bad-argument for unknown column names; out-of-memory; cancelled.
 */
export async function readCsv(source: ByteSource, options: ReadCsvOptions = {}): Promise<CsvResult> {
  const bytes = repeatable(source);
  const { encoding, head } = await readHead(bytes, options);
  const delimiter = checkedDelimiter(options.delimiter ?? detectDelimiter(head));
  const header = readHeader(head, delimiter, options);
  const first = await readPass(bytes, { encoding, delimiter, header, plans: header.plans, options });
  const contradicted = first.builders.map(
    (builder, index) =>
      builder !== null && builder.misfits.count > 0 && !isForced(header.plans[index] ?? null),
  );
  if (!contradicted.includes(true)) return assemble(first, { encoding, delimiter, header, options });
  const plans = header.plans.map((plan, index): BuilderPlan | null =>
    contradicted[index] ? { kind: "string", forced: null } : plan,
  );
  const second = await readPass(bytes, { encoding, delimiter, header, plans, options });
  return assemble(second, { encoding, delimiter, header: { ...header, plans }, options });
}

function isForced(plan: BuilderPlan | null): boolean {
  if (plan === null) return false;
  return plan.kind === "string" ? plan.forced !== null : plan.isForced;
}

interface Setting {
  readonly encoding: DetectedEncoding;
  readonly delimiter: string;
  readonly header: Header;
  readonly options: ReadCsvOptions;
}

interface Pass {
  /** Emptied while the columns are made, so that no column is held twice. */
  readonly builders: (ColumnBuilder | null)[];
  readonly rowCount: number;
  readonly blankLines: number;
  readonly byteCount: number;
  readonly sha256: string | null;
}

type PassPlan = Setting & { readonly plans: readonly (BuilderPlan | null)[] };

async function readPass(bytes: RepeatableBytes, setting: PassPlan): Promise<Pass> {
  const { header, plans, options } = setting;
  const control = options.control ?? UNWATCHED;
  const maxRows = options.maxRows ?? Infinity;
  const builders = plans.map((plan, index) =>
    plan === null ? null : createBuilder(header.names[index]!, plan),
  );
  let rowCount = 0;
  let blankLines = 0;
  let isHeader = true;
  const takeRecord = (record: CsvRecord): void => {
    if (record.isBlank) {
      blankLines++;
      return;
    }
    if (isHeader) {
      isHeader = false;
      return;
    }
    if (rowCount >= maxRows) return;
    rowCount++;
    if (record.fieldCount !== builders.length) throw raggedRow(record, rowCount, builders.length);
    const { starts, ends } = record;
    for (let field = 0; field < builders.length; field++) {
      builders[field]?.add(record.bytes, starts[field]!, ends[field]!);
    }
  };
  const tokenizer = new CsvTokenizer(setting.delimiter, takeRecord);
  const stream = utf8Stream(setting.encoding);
  const hash = createHash("sha256");
  let byteCount = 0;
  for await (const chunk of bytes.chunks()) {
    control.throwIfCancelled();
    hash.update(chunk);
    byteCount += chunk.length;
    tokenizer.push(stream.push(chunk));
    control.report({ stage: "read", done: byteCount, total: bytes.byteLength ?? byteCount, rows: rowCount });
    checkMemory(builders, options.maxMemoryBytes ?? control.memoryLimitBytes);
    if (rowCount >= maxRows) break;
  }
  const isCut = rowCount >= maxRows;
  if (!isCut) {
    tokenizer.push(stream.end());
    tokenizer.end();
  }
  return { builders, rowCount, blankLines, byteCount, sha256: isCut ? null : hash.digest("hex") };
}

function raggedRow(record: CsvRecord, row: number, expected: number): MlError {
  const actual = record.fieldCount;
  const plural = actual === 1 ? "field" : "fields";
  return new MlError(
    "bad-data",
    `Row ${row} (line ${record.line}) has ${actual} ${plural}, expected ${expected}. ` +
      "Quote fields that hold the delimiter or a line break, or correct the row.",
    { details: { row, line: record.line, expected, actual } },
  );
}

function checkMemory(builders: readonly (ColumnBuilder | null)[], limit: number | undefined): void {
  if (limit === undefined) return;
  const used = builders.reduce((sum, builder) => sum + (builder?.memoryBytes ?? 0), 0);
  if (used <= limit) return;
  throw new MlError(
    "out-of-memory",
    `The columns read so far need ${Math.ceil(used / 1e6)} MB, more than the limit of ${Math.floor(limit / 1e6)} MB. ` +
      "Read fewer columns or rows, split the file, or raise the limit.",
    { details: { usedBytes: used, limitBytes: limit } },
  );
}

function assemble(pass: Pass, { encoding, delimiter, header, options }: Setting): CsvResult {
  if (pass.rowCount === 0) {
    throw new MlError(
      "bad-data",
      `The file holds a header with ${header.names.length} columns but no rows. Check the export or its filter.`,
    );
  }
  const columns: Column[] = [];
  const reports: CsvColumnReport[] = [];
  const warnings: string[] = [];
  for (const [index, builder] of pass.builders.entries()) {
    if (builder === null) continue;
    const name = header.names[index]!;
    const { count, firstRow } = builder.misfits;
    if (count > 0) {
      if ((options.misfits ?? "refuse") === "refuse")
        throw misfitError(name, options.kinds?.[name] ?? "", builder);
      warnings.push(
        `${count} values of "${name}" did not fit its stated kind, the first in row ${firstRow}.`,
      );
    }
    const built = builder.finish();
    pass.builders[index] = null;
    columns.push(built.column);
    if (built.warning !== null) warnings.push(built.warning);
    reports.push({
      name,
      kind: built.column.kind,
      reason: built.reason,
      missing: built.missing,
      missingTokens: built.tokens,
      misfits: count,
    });
  }
  const frame = createFrame(columns);
  return {
    frame,
    report: {
      encoding: encoding.encoding,
      hasByteOrderMark: encoding.markLength > 0,
      delimiter,
      rowCount: pass.rowCount,
      byteCount: pass.byteCount,
      sha256: pass.sha256,
      blankLines: pass.blankLines,
      columns: reports,
      warnings,
    },
  };
}

function misfitError(name: string, kind: string, builder: ColumnBuilder): MlError {
  const { count, firstRow } = builder.misfits;
  return new MlError(
    "bad-data",
    `${count} values of column "${name}" are not ${kind}, the first in row ${firstRow}. ` +
      'Correct them, leave the kind out, or set misfits to "missing".',
    { details: { column: name, row: firstRow, count } },
  );
}
