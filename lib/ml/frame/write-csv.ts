import { MlError } from "../score/ml-error.ts";
import { cellText } from "../score/column.ts";
import type { Frame } from "./frame.ts";

export interface WriteCsvOptions {
  /** One of comma, semicolon, tab or bar. Default comma. */
  readonly delimiter?: "," | ";" | "\t" | "|";
  /** Texts that begin with =, +, - or @ get a leading apostrophe, so that a spreadsheet runs no formula. */
  readonly isForSpreadsheet?: boolean;
}

const BATCH_ROWS = 4096;

/**
 * Writes a frame as CSV text: UTF-8, LF line ends, a header row, blank fields for missing values, dates in ISO 8601.
 * The same frame always gives the same text. An empty text cannot be told from a missing one.
 */
export function writeCsv(frame: Frame, options: WriteCsvOptions = {}): string {
  return [...csvChunks(frame, options)].join("");
}

/** The same text in pieces of some thousand rows, for files that should not be held in memory whole. */
export function* csvChunks(frame: Frame, options: WriteCsvOptions = {}): Generator<string> {
  const delimiter = options.delimiter ?? ",";
  if (frame.columns.length === 0)
    throw new MlError("bad-argument", "A frame without columns cannot be written.");
  const quote = quoter(delimiter, options.isForSpreadsheet ?? false);
  const isSingle = frame.columns.length === 1;
  yield `${frame.columns.map((column) => quote(column.name)).join(delimiter)}\n`;
  for (let start = 0; start < frame.rowCount; start += BATCH_ROWS) {
    const end = Math.min(start + BATCH_ROWS, frame.rowCount);
    let text = "";
    for (let row = start; row < end; row++) {
      for (const [index, column] of frame.columns.entries()) {
        if (index > 0) text += delimiter;
        const cell = cellText(column, row);
        // A blank line would be skipped by readers, so a lone missing value is written as "".
        if (cell === null || cell === "") text += isSingle ? '""' : "";
        else text += column.kind === "numeric" || column.kind === "boolean" ? cell : quote(cell);
      }
      text += "\n";
    }
    yield text;
  }
}

function quoter(delimiter: string, isForSpreadsheet: boolean): (text: string) => string {
  const special = new RegExp(`["\\r\\n${delimiter === "|" ? "\\|" : delimiter}]|^\\s|\\s$`);
  return (text) => {
    const safe = isForSpreadsheet && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return special.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
}
