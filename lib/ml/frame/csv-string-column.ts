import { assertNever } from "../score/assert-never.ts";
import { compareCodePoints, MISSING_BOOLEAN, type Column, type DateOrder } from "../score/column.ts";
import { parseBoolean, parseDate } from "../score/parse-value.ts";
import { allocateDoubles, allocateIntegers } from "./allocate.ts";
import { inferTextKind, looksLikeText, parsePlainNumber, type TextKind } from "./column-from-texts.ts";

/** A column as it was read, with what the report says about it. */
export interface BuiltColumn {
  readonly column: Column;
  /** Cells that were blank or held a missing token. */
  readonly missing: number;
  /** How many of the missing cells held a token such as NA. */
  readonly tokens: number;
  readonly reason: string;
  readonly warning: string | null;
}

export interface CollectedStrings {
  readonly name: string;
  readonly forced: "categorical" | "text" | null;
  /** Codes into `strings`, -1 for blank cells. */
  readonly codes: Int32Array;
  /** Distinct strings in order of first appearance. */
  readonly strings: readonly string[];
}

/** Decides what a column of strings is and makes it. */
export function finishStrings(collected: CollectedStrings): BuiltColumn {
  const { name, forced, codes, strings } = collected;
  const blank = codes.reduce((count, code) => count + (code < 0 ? 1 : 0), 0);
  const inferred: TextKind = forced === null ? inferTextKind(strings) : { kind: "string", almost: null };
  if (inferred.kind === "string") {
    const present = codes.length - blank;
    const meanLength = strings.reduce((sum, text) => sum + text.length, 0) / Math.max(1, strings.length);
    const isText = forced === null && looksLikeText({ distinct: strings.length, present, meanLength });
    const kind = forced ?? (isText ? "text" : "categorical");
    const reason =
      forced === null ? `${strings.length} distinct texts among ${present} values` : "stated by the caller";
    const column = kind === "text" ? textColumn(name, codes, strings) : recodedColumn(name, codes, strings);
    return { column, missing: blank, tokens: 0, reason, warning: almostWarning(name, inferred.almost) };
  }
  const values = Float64Array.from(strings, (text) => numberOf(text, inferred));
  const parsed = allocateDoubles(codes.length);
  let missing = 0;
  for (const [row, code] of codes.entries()) {
    parsed[row] = code < 0 ? NaN : values[code]!;
    if (Number.isNaN(parsed[row])) missing++;
  }
  const report = { missing, tokens: missing - blank, warning: null };
  switch (inferred.kind) {
    case "empty":
      return { column: { kind: "numeric", name, values: parsed }, ...report, reason: "no value at all" };
    case "numeric":
      return {
        column: { kind: "numeric", name, values: parsed },
        ...report,
        reason: "all values are numbers",
      };
    case "boolean": {
      const truths = Uint8Array.from(parsed, (value) => (Number.isNaN(value) ? MISSING_BOOLEAN : value));
      return {
        column: { kind: "boolean", name, values: truths },
        ...report,
        reason: "all values are true or false",
      };
    }
    case "date": {
      const { order, precision } = inferred;
      const column: Column = { kind: "date", name, values: parsed, precision, order };
      return { column, ...report, reason: `all values are dates, ${order}` };
    }
    default:
      return assertNever(inferred);
  }
}

function numberOf(text: string, kind: TextKind): number {
  switch (kind.kind) {
    case "numeric":
      return parsePlainNumber(text) ?? NaN;
    case "boolean":
      return Number(parseBoolean(text) ?? NaN);
    case "date":
      return dateOf(text, kind.order);
    default:
      return NaN;
  }
}

function dateOf(text: string, order: DateOrder): number {
  return parseDate(text, order)?.epochMilliseconds ?? NaN;
}

function textColumn(name: string, codes: Int32Array, strings: readonly string[]): Column {
  return { kind: "text", name, values: Array.from(codes, (code) => (code < 0 ? null : strings[code]!)) };
}

/** A categorical column whose dictionary is sorted by code point, whatever the order of appearance. */
function recodedColumn(name: string, codes: Int32Array, strings: readonly string[]): Column {
  const order = strings
    .map((_, code) => code)
    .toSorted((a, b) => compareCodePoints(strings[a]!, strings[b]!));
  const place = new Int32Array(strings.length);
  for (const [index, code] of order.entries()) place[code] = index;
  const recoded = allocateIntegers(codes.length);
  for (const [row, code] of codes.entries()) recoded[row] = code < 0 ? -1 : place[code]!;
  return { kind: "categorical", name, codes: recoded, dictionary: order.map((code) => strings[code]!) };
}

function almostWarning(
  name: string,
  almost: { readonly kind: string; readonly share: number } | null,
): string | null {
  if (almost === null) return null;
  const percent = Math.floor(almost.share * 1000) / 10;
  return (
    `Column "${name}" is read as text, but ${percent} % of its distinct values are ${almost.kind}. ` +
    `State its kind as ${almost.kind} to have the others refused or made missing.`
  );
}
