import { assertNever } from "../score/assert-never.ts";
import { MISSING_BOOLEAN, type ColumnKind, type DateOrder } from "../score/column.ts";
import { parseBoolean, parseDate, parseNumber } from "../score/parse-value.ts";
import { allocateBytes, allocateDoubles } from "./allocate.ts";
import { finishStrings, type BuiltColumn } from "./csv-string-column.ts";
import { ByteDictionary } from "./byte-dictionary.ts";
import { MISSING_TOKENS, parsePlainNumber, type TextKind } from "./column-from-texts.ts";
import { parseNumberBytes } from "./parse-number-bytes.ts";

/** Collects the cells of one column. */
export interface ColumnBuilder {
  /** Takes the cell bytes[start, end). */
  add(bytes: Uint8Array, start: number, end: number): void;
  finish(): BuiltColumn;
  readonly memoryBytes: number;
  /** Cells that do not fit the builder's kind, and the 1-based data row of the first. */
  readonly misfits: { readonly count: number; readonly firstRow: number };
}

/** What a builder is asked to make; `string` leaves the choice between the kinds to the collected values. */
export type BuilderPlan =
  | { readonly kind: "numeric"; readonly isForced: boolean }
  | { readonly kind: "boolean"; readonly isForced: boolean }
  | { readonly kind: "date"; readonly order: DateOrder; readonly isForced: boolean }
  | { readonly kind: "string"; readonly forced: "categorical" | "text" | null };

/** The plan for a column from the kind its first values have. */
export function planFromKind(kind: TextKind): BuilderPlan {
  switch (kind.kind) {
    case "numeric":
    case "boolean":
      return { kind: kind.kind, isForced: false };
    case "date":
      return { kind: "date", order: kind.order, isForced: false };
    case "empty":
    case "string":
      return { kind: "string", forced: null };
    default:
      return assertNever(kind);
  }
}

/** The plan for a column whose kind the caller states. */
export function planFromChoice(kind: ColumnKind, seen: TextKind): BuilderPlan {
  switch (kind) {
    case "numeric":
    case "boolean":
      return { kind, isForced: true };
    case "date":
      return { kind, order: seen.kind === "date" ? seen.order : "year-first", isForced: true };
    case "categorical":
    case "text":
      return { kind: "string", forced: kind };
    default:
      return assertNever(kind);
  }
}

export function createBuilder(name: string, plan: BuilderPlan): ColumnBuilder {
  return plan.kind === "string" ? new StringBuilder(name, plan.forced) : new ValueBuilder(name, plan);
}

type ValuePlan = Exclude<BuilderPlan, { readonly kind: "string" }>;

/** Builds numeric, boolean and date columns; booleans are held as 0 and 1 until the end. */
class ValueBuilder implements ColumnBuilder {
  readonly misfits = { count: 0, firstRow: 0 };
  readonly #name: string;
  readonly #plan: ValuePlan;
  #values = new Float64Array(1024);
  #count = 0;
  #missing = 0;
  #tokens = 0;
  #isFine = false;
  #isMonthOnly = true;
  #lastText = "";
  #lastValue = NaN;

  constructor(name: string, plan: ValuePlan) {
    this.#name = name;
    this.#plan = plan;
  }

  get memoryBytes(): number {
    return this.#values.byteLength;
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    if (this.#count === this.#values.length) {
      const grown = new Float64Array(this.#count * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#count++] = start === end ? this.#blank() : this.#read(bytes, start, end);
  }

  #blank(): number {
    this.#missing++;
    return NaN;
  }

  #read(bytes: Uint8Array, start: number, end: number): number {
    if (this.#plan.kind === "numeric") {
      const value = parseNumberBytes(bytes, start, end);
      if (!Number.isNaN(value)) return value;
    }
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
    if (text === this.#lastText) return this.#lastValue;
    const value = this.#parse(text);
    if (value !== null) {
      this.#lastText = text;
      this.#lastValue = value;
      return value;
    }
    if (MISSING_TOKENS.has(text.trim()) || text.trim() === "") this.#tokens++;
    else {
      this.misfits.count++;
      if (this.misfits.count === 1) this.misfits.firstRow = this.#count;
    }
    return this.#blank();
  }

  #parse(text: string): number | null {
    const plan = this.#plan;
    if (plan.kind === "numeric") return plan.isForced ? parseNumber(text) : parsePlainNumber(text);
    if (plan.kind === "boolean") {
      const value = parseBoolean(text) ?? (plan.isForced ? numberAsBoolean(text) : null);
      return value === null ? null : Number(value);
    }
    const date = parseDate(text, plan.order);
    if (date === null) return null;
    if (date.precision === "instant") this.#isFine = true;
    if (date.precision !== "month") this.#isMonthOnly = false;
    return date.epochMilliseconds;
  }

  finish(): BuiltColumn {
    const plan = this.#plan;
    const missing = this.#missing;
    const tokens = this.#tokens;
    const reason = plan.isForced
      ? "stated by the caller"
      : `all ${this.#count - missing} values are ${WORDS[plan.kind]}`;
    const report = { missing, tokens, reason, warning: null };
    if (plan.kind === "boolean") {
      const values = allocateBytes(this.#count);
      for (let row = 0; row < this.#count; row++) {
        const value = this.#values[row]!;
        values[row] = Number.isNaN(value) ? MISSING_BOOLEAN : value;
      }
      return { column: { kind: "boolean", name: this.#name, values }, ...report };
    }
    const values = allocateDoubles(this.#count);
    values.set(this.#values.subarray(0, this.#count));
    if (plan.kind === "numeric") return { column: { kind: "numeric", name: this.#name, values }, ...report };
    const precision = this.#isFine ? "instant" : this.#isMonthOnly ? "month" : "day";
    return { column: { kind: "date", name: this.#name, values, precision, order: plan.order }, ...report };
  }
}

const WORDS = { numeric: "numbers", boolean: "true or false", date: "dates" } as const;

function numberAsBoolean(text: string): boolean | null {
  return text === "1" ? true : text === "0" ? false : null;
}

/** Builds columns of strings, dictionary first; what they turn out to be is decided at the end. */
class StringBuilder implements ColumnBuilder {
  readonly misfits = { count: 0, firstRow: 0 };
  readonly #name: string;
  readonly #forced: "categorical" | "text" | null;
  readonly #dictionary = new ByteDictionary();
  #codes = new Int32Array(1024);
  #count = 0;

  constructor(name: string, forced: "categorical" | "text" | null) {
    this.#name = name;
    this.#forced = forced;
  }

  get memoryBytes(): number {
    return this.#codes.byteLength + this.#dictionary.memoryBytes;
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    if (this.#count === this.#codes.length) {
      const grown = new Int32Array(this.#count * 2);
      grown.set(this.#codes);
      this.#codes = grown;
    }
    this.#codes[this.#count++] = start === end ? -1 : this.#dictionary.add(bytes, start, end);
  }

  finish(): BuiltColumn {
    const codes = this.#codes.subarray(0, this.#count);
    return finishStrings({
      name: this.#name,
      forced: this.#forced,
      codes,
      strings: this.#dictionary.strings(),
    });
  }
}
