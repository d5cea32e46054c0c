import { MlError } from "../score/ml-error.ts";

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const FIRST_CAPACITY = 65_536;
/** A longer record is a forgotten closing quote, not data. */
const MAXIMAL_RECORD = 67_108_864;

/** One record; valid only during the call that hands it over. */
export interface CsvRecord {
  /** The bytes that `starts` and `ends` point into; quotes are already removed. */
  bytes: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;
  fieldCount: number;
  /** 1-based number of the physical line on which the record begins. */
  line: number;
  /** Whether the line is wholly empty. */
  isBlank: boolean;
}

/**
 * Splits UTF-8 text into records and fields by RFC 4180: fields may be quoted, "" inside quotes is a quote,
 * records end with CRLF, LF or CR. A quote inside an unquoted field is taken as it is.
 */
export class CsvTokenizer {
  readonly #delimiter: number;
  readonly #onRecord: (record: CsvRecord) => void;
  #buffer = new Uint8Array(FIRST_CAPACITY);
  #length = 0;
  #line = 1;
  #escapes: number[] = [];
  readonly #record: CsvRecord = {
    bytes: this.#buffer,
    starts: new Int32Array(64),
    ends: new Int32Array(64),
    fieldCount: 0,
    line: 1,
    isBlank: false,
  };

  constructor(delimiter: string, onRecord: (record: CsvRecord) => void) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#onRecord = onRecord;
  }

  /** @throws MlError bad-data for text after a closing quote or a record that never ends. */
  push(chunk: Uint8Array): void {
    this.#append(chunk);
    this.#consume(false);
  }

  /** Hands over the last record. @throws MlError bad-data when a quoted field is still open. */
  end(): void {
    this.#consume(true);
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = needed;
  }

  #consume(isLast: boolean): void {
    let start = 0;
    while (start < this.#length) {
      const next = this.#readRecord(start, isLast);
      if (next < 0) break;
      this.#unescape();
      this.#onRecord(this.#record);
      start = next;
    }
    this.#buffer.copyWithin(0, start, this.#length);
    this.#length -= start;
    if (this.#length > MAXIMAL_RECORD) {
      throw new MlError(
        "bad-data",
        `The record that begins on line ${this.#line} is longer than 64 MB; a closing quote is missing there.`,
        { details: { line: this.#line } },
      );
    }
  }

  /** Marks the fields of the record at `start`; returns where the next record begins, or -1 to wait for more. */
  #readRecord(start: number, isLast: boolean): number {
    const bytes = this.#buffer;
    const end = this.#length;
    const delimiter = this.#delimiter;
    const record = this.#record;
    record.bytes = bytes;
    record.fieldCount = 0;
    record.line = this.#line;
    this.#escapes.length = 0;
    let line = this.#line;
    let at = start;
    let hasQuotes = false;
    for (;;) {
      const field = this.#nextField();
      if (at < end && bytes[at] === QUOTE) {
        hasQuotes = true;
        const open = at + 1;
        let isEscaped = false;
        at = open;
        for (;;) {
          while (at < end && bytes[at] !== QUOTE) {
            if (bytes[at] === LINE_FEED) line++;
            at++;
          }
          if (at >= end) {
            if (isLast) throw this.#openQuote();
            return -1;
          }
          if (at + 1 >= end && !isLast) return -1;
          if (bytes[at + 1] !== QUOTE || at + 1 >= end) break;
          isEscaped = true;
          at += 2;
        }
        record.starts[field] = open;
        record.ends[field] = at;
        if (isEscaped) this.#escapes.push(field);
        at++;
        if (at < end && bytes[at] !== delimiter && bytes[at] !== LINE_FEED && bytes[at] !== CARRIAGE_RETURN) {
          throw this.#textAfterQuote(field);
        }
      } else {
        record.starts[field] = at;
        while (at < end) {
          const byte = bytes[at];
          if (byte === delimiter || byte === LINE_FEED || byte === CARRIAGE_RETURN) break;
          at++;
        }
        record.ends[field] = at;
      }
      if (at >= end) {
        if (!isLast) return -1;
        break;
      }
      const stop = bytes[at];
      if (stop === delimiter) {
        at++;
        if (at >= end && !isLast) return -1;
        continue;
      }
      if (stop === CARRIAGE_RETURN) {
        if (at + 1 >= end && !isLast) return -1;
        if (at + 1 < end && bytes[at + 1] === LINE_FEED) at++;
      }
      at++;
      line++;
      break;
    }
    this.#line = line;
    record.isBlank = record.fieldCount === 1 && !hasQuotes && record.starts[0] === record.ends[0];
    return at;
  }

  #nextField(): number {
    const record = this.#record;
    const field = record.fieldCount++;
    if (field >= record.starts.length) {
      record.starts = grownIntegers(record.starts);
      record.ends = grownIntegers(record.ends);
    }
    return field;
  }

  /** Doubled quotes shrink to one; done only once the record is complete, as it changes the buffer. */
  #unescape(): void {
    const { bytes, starts, ends } = this.#record;
    for (const field of this.#escapes) {
      let write = starts[field]!;
      for (let read = write; read < ends[field]!; read++) {
        bytes[write++] = bytes[read]!;
        if (bytes[read] === QUOTE) read++;
      }
      ends[field] = write;
    }
  }

  #openQuote(): MlError {
    return new MlError(
      "bad-data",
      `The file ends inside a quoted field of the record that begins on line ${this.#line}. ` +
        "Add the closing quote, or the file was cut off.",
      { details: { line: this.#line } },
    );
  }

  #textAfterQuote(field: number): MlError {
    return new MlError(
      "bad-data",
      `Line ${this.#line}, field ${field + 1}: text follows a closing quote. ` +
        'Write a quote inside a quoted field as "".',
      { details: { line: this.#line, field: field + 1 } },
    );
  }
}

function grownIntegers(values: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(values.length * 2);
  grown.set(values);
  return grown;
}
