import { createHash } from "node:crypto";
import { assertNever } from "../score/assert-never.ts";
import { compareCodePoints, MISSING_BOOLEAN, type Column } from "../score/column.ts";
import type { Frame } from "./frame.ts";

/** Names the canonical form below; another form would get another name. */
const FORM = "swarm-rows/2";
const BUFFER_BYTES = 1 << 20;
const BATCH_ROWS = 2048;

const MISSING = 0;
const NUMBER = 1;
const FALSE = 2;
const TRUE = 3;
const STRING = 4;
/** The longest cell that is no string: its kind and a double. */
const SHORT_CELL = 9;

/**
 * The canonical bytes of a table, in pieces. First a line of JSON with the columns, sorted by name:
 * ["swarm-rows/2",[["age","number"],...]] with the types number, string, boolean and date. Then the rows, each with its
 * values in that order. A value is a byte for its kind and what it holds: 0 missing; 1 a number or the epoch milliseconds
 * of a date, as a big-endian double (0 for -0); 2 false; 3 true; 4 a text, as its length in a big-endian 32-bit integer
 * and its UTF-8 bytes. Row order counts; file format, column order and dictionaries do not. A piece is valid until the
 * next one is taken.
 */
export function* canonicalRows(frame: Frame): Generator<Uint8Array> {
  const columns = frame.columns.toSorted((left, right) => compareCodePoints(left.name, right.name));
  const header = [FORM, columns.map((column) => [column.name, canonicalType(column)])];
  yield new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  const buffer = new CellBuffer();
  const writers = columns.map((column) => cellWriter(column, buffer));
  for (let row = 0; row < frame.rowCount; row++) {
    for (const write of writers) {
      if (buffer.free < SHORT_CELL) yield buffer.take();
      const long = write(row);
      if (long === null) continue;
      if (buffer.free < long.length) yield buffer.take();
      if (buffer.free < long.length) yield long;
      else buffer.addBytes(long);
    }
  }
  yield buffer.take();
}

/**
 * SHA-256, in lower-case hexadecimal, over the canonical bytes of a table (see `canonicalRows`): the same table read
 * from CSV and from Parquet has the same fingerprint, and anyone can compute it from the definition.
 */
export function fingerprintRows(frame: Frame): string {
  const hash = createHash("sha256");
  for (const bytes of canonicalRows(frame)) hash.update(bytes);
  return hash.digest("hex");
}

/** SHA-256 over row indices written in decimal, one a line: identifies a split. */
export function fingerprintIndices(indices: ArrayLike<number>): string {
  const hash = createHash("sha256");
  for (let start = 0; start < indices.length; start += BATCH_ROWS) {
    let text = "";
    for (let place = start; place < Math.min(indices.length, start + BATCH_ROWS); place++) {
      text += `${indices[place]}\n`;
    }
    hash.update(text);
  }
  return hash.digest("hex");
}

/** Room for many cells, handed on as one piece. */
class CellBuffer {
  readonly #bytes = new Uint8Array(BUFFER_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get free(): number {
    return BUFFER_BYTES - this.#length;
  }

  addKind(kind: number): void {
    this.#bytes[this.#length++] = kind;
  }

  addNumber(value: number): void {
    if (Number.isNaN(value)) {
      this.addKind(MISSING);
      return;
    }
    this.addKind(NUMBER);
    this.#view.setFloat64(this.#length, value === 0 ? 0 : value);
    this.#length += 8;
  }

  addBytes(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  take(): Uint8Array {
    const piece = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return piece;
  }
}

function canonicalType(column: Column): string {
  switch (column.kind) {
    case "numeric":
      return "number";
    case "categorical":
    case "text":
      return "string";
    case "boolean":
    case "date":
      return column.kind;
    default:
      return assertNever(column);
  }
}

/** Writes a short cell into the buffer, or gives the bytes of one that may not fit. */
type CellWriter = (row: number) => Uint8Array | null;

function cellWriter(column: Column, buffer: CellBuffer): CellWriter {
  switch (column.kind) {
    case "numeric":
    case "date": {
      const { values } = column;
      return (row) => {
        buffer.addNumber(values[row]!);
        return null;
      };
    }
    case "boolean":
      return (row) => {
        const value = column.values[row];
        buffer.addKind(value === MISSING_BOOLEAN ? MISSING : value === 1 ? TRUE : FALSE);
        return null;
      };
    case "categorical": {
      const cells = column.dictionary.map(textCell);
      return (row) => {
        const code = column.codes[row]!;
        if (code >= 0) return cells[code]!;
        buffer.addKind(MISSING);
        return null;
      };
    }
    case "text":
      return (row) => {
        const text = column.values[row] ?? null;
        if (text !== null) return textCell(text);
        buffer.addKind(MISSING);
        return null;
      };
    default:
      return assertNever(column);
  }
}

function textCell(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const cell = new Uint8Array(5 + bytes.length);
  cell[0] = STRING;
  new DataView(cell.buffer).setUint32(1, bytes.length);
  cell.set(bytes, 5);
  return cell;
}
