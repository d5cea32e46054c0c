import { assertNever } from "../score/assert-never.ts";
import type { Control } from "../control.ts";
import type { Column } from "../score/column.ts";
import type { Frame } from "../frame/frame.ts";

export interface DuplicateRows {
  /** Rows that repeat an earlier row in every column. */
  readonly count: number;
  /** 0-based indices of the first of them, at most 100. */
  readonly rows: readonly number[];
}

const LISTED = 100;

/** Finds rows that are equal to an earlier one. */
export function findDuplicateRows(frame: Frame, control: Control): DuplicateRows {
  const rows: number[] = [];
  let count = 0;
  for (const row of duplicateRows(frame, control)) {
    count++;
    if (rows.length < LISTED) rows.push(row);
  }
  return { count, rows };
}

/** All 0-based indices of rows that repeat an earlier one, ascending. */
export function* duplicateRows(frame: Frame, control?: Control): Generator<number> {
  if (frame.columns.length === 0) return;
  const cells = frame.columns.map(cellNumbers);
  const view = new DataView(new ArrayBuffer(8));
  const firstWithHash = new Map<number, number>();
  for (let row = 0; row < frame.rowCount; row++) {
    if (row % 65_536 === 0) control?.throwIfCancelled();
    let high = 0x811c9dc5;
    let low = 0x01000193;
    for (const values of cells) {
      view.setFloat64(0, values[row]!);
      high = Math.imul(high ^ view.getInt32(0), 0x85ebca6b) ^ view.getInt32(4);
      high = (high << 13) | (high >>> 19);
      low = Math.imul(low ^ view.getInt32(4), 0xc2b2ae35) ^ view.getInt32(0);
      low = (low << 11) | (low >>> 21);
    }
    const hash = (high >>> 0) * 2_097_152 + (low >>> 11);
    const first = firstWithHash.get(hash);
    if (first === undefined) firstWithHash.set(hash, row);
    // The hash only finds candidates; equality is checked cell by cell.
    else if (cells.every((values) => Object.is(values[row], values[first]))) yield row;
  }
}

/** Pairs of columns, the earlier one first, that are equal in every row. */
export function findDuplicateColumns(frame: Frame): [string, string][] {
  const pairs: [string, string][] = [];
  const seen: {
    readonly column: Column;
    readonly texts: readonly string[] | null;
    readonly cells: Float64Array;
  }[] = [];
  for (const column of frame.columns) {
    const cells = cellNumbers(column);
    const texts = column.kind === "categorical" ? column.dictionary : null;
    const twin = seen.find(
      (other) =>
        other.column.kind === column.kind &&
        (texts === null || sameTexts(texts, other.texts ?? [])) &&
        cells.every((value, row) => Object.is(value, other.cells[row])),
    );
    if (twin !== undefined) pairs.push([twin.column.name, column.name]);
    else seen.push({ column, texts, cells });
  }
  return pairs;
}

function sameTexts(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index]);
}

/** One number per cell that is equal exactly where cells are equal. */
function cellNumbers(column: Column): Float64Array {
  switch (column.kind) {
    case "numeric":
    case "date":
      return column.values.map((value) => value + 0);
    case "categorical":
      return Float64Array.from(column.codes);
    case "boolean":
      return Float64Array.from(column.values);
    case "text": {
      const codes = new Map<string | null, number>();
      return Float64Array.from(column.values, (text) => {
        const code = codes.get(text) ?? codes.size;
        codes.set(text, code);
        return code;
      });
    }
    default:
      return assertNever(column);
  }
}
