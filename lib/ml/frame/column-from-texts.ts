import { compareCodePoints, type Column, type DateOrder, type DatePrecision } from "../score/column.ts";
import { parseBoolean, parseDate, parseNumber } from "../score/parse-value.ts";

/** Texts that stand for a missing number, date or truth value; among categories they are ordinary texts. */
export const MISSING_TOKENS: ReadonlySet<string> = new Set([
  "NA",
  "N/A",
  "n/a",
  "NaN",
  "nan",
  "NULL",
  "null",
  "None",
  "none",
  "#N/A",
  "-",
  "?",
]);

/** The kind of value that a set of distinct texts turned out to hold. */
export type TextKind =
  | { readonly kind: "empty" }
  | { readonly kind: "numeric" }
  | { readonly kind: "boolean" }
  | { readonly kind: "date"; readonly order: DateOrder; readonly precision: DatePrecision }
  | { readonly kind: "string"; readonly almost: { readonly kind: string; readonly share: number } | null };

/** A number as people write it: no leading zero before another digit, since "007" is a code. */
const CODE_LIKE = /^[+-]?0\d/;

/** parseNumber without the texts that look like codes. */
export function parsePlainNumber(text: string): number | null {
  return CODE_LIKE.test(text) ? null : parseNumber(text);
}

/**
 * What kind of column a collection of non-blank texts makes. Every text must fit the kind, missing tokens aside;
 * when most but not all are numbers or dates, `almost` says so.
 */
export function inferTextKind(texts: Iterable<string>): TextKind {
  let total = 0;
  let numbers = 0;
  let booleans = 0;
  const dates: Record<DateOrder, number> = { "year-first": 0, "month-first": 0, "day-first": 0 };
  let precision: DatePrecision = "month";
  for (const text of texts) {
    if (text === "" || MISSING_TOKENS.has(text)) continue;
    total++;
    if (parsePlainNumber(text) !== null) numbers++;
    else if (parseBoolean(text) !== null) booleans++;
    else {
      for (const order of ["year-first", "month-first", "day-first"] as const) {
        const parsed = parseDate(text, order);
        if (parsed === null) continue;
        dates[order]++;
        precision = finer(precision, parsed.precision);
      }
    }
  }
  if (total === 0) return { kind: "empty" };
  if (numbers === total) return { kind: "numeric" };
  if (booleans === total) return { kind: "boolean" };
  for (const order of ["year-first", "month-first", "day-first"] as const) {
    if (dates[order] === total) return { kind: "date", order, precision };
  }
  const most = Math.max(dates["year-first"], dates["month-first"], dates["day-first"]);
  if (numbers / total >= 0.5) return { kind: "string", almost: { kind: "numeric", share: numbers / total } };
  if (most / total >= 0.5) return { kind: "string", almost: { kind: "date", share: most / total } };
  return { kind: "string", almost: null };
}

function finer(left: DatePrecision, right: DatePrecision): DatePrecision {
  const ranks: readonly DatePrecision[] = ["month", "day", "instant"];
  return ranks[Math.max(ranks.indexOf(left), ranks.indexOf(right))]!;
}

/** Above this many distinct values, or this mean length, strings that mostly differ are text, not categories. */
const MAXIMAL_CATEGORIES = 100;
const TEXT_LENGTH = 100;

export interface StringStatistics {
  readonly distinct: number;
  readonly present: number;
  /** Mean length of the distinct strings, in UTF-16 units. */
  readonly meanLength: number;
}

/** Whether strings are better kept as free text than as categories. */
export function looksLikeText({ distinct, present, meanLength }: StringStatistics): boolean {
  return (distinct > MAXIMAL_CATEGORIES && distinct > present / 2) || meanLength > TEXT_LENGTH;
}

/** Makes a categorical column of texts; null and "" are missing. The dictionary is sorted by code point. */
export function categoricalColumn(name: string, texts: readonly (string | null)[]): Column {
  const present = texts.filter((text): text is string => text !== null && text !== "");
  const dictionary = [...new Set(present)].toSorted(compareCodePoints);
  const codeOf = new Map(dictionary.map((text, code) => [text, code]));
  const codes = Int32Array.from(texts, (text) => (text === null ? -1 : (codeOf.get(text) ?? -1)));
  return { kind: "categorical", name, codes, dictionary };
}
