import type { DateOrder, DatePrecision } from "./column.ts";

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITIES = new Map([
  ["inf", Infinity],
  ["+inf", Infinity],
  ["-inf", -Infinity],
  ["infinity", Infinity],
  ["+infinity", Infinity],
  ["-infinity", -Infinity],
]);

/** A decimal number or an infinity; null when the text is neither. Surrounding blanks are ignored. */
export function parseNumber(text: string): number | null {
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) return Number(trimmed);
  return INFINITIES.get(trimmed.toLowerCase()) ?? null;
}

/** `true` or `false` in any case; null otherwise. */
export function parseBoolean(text: string): boolean | null {
  const lower = text.trim().toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : null;
}

export interface ParsedDate {
  readonly epochMilliseconds: number;
  readonly precision: DatePrecision;
}

const YEAR_FIRST =
  /^(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;
const YEAR_LAST =
  /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/**
 * A calendar date, a month or a moment, in the given order of parts; null when the text is no valid date.
 * ISO 8601 forms are `year-first`. Times without a zone are read as UTC.
 */
export function parseDate(text: string, order: DateOrder): ParsedDate | null {
  const match = (order === "year-first" ? YEAR_FIRST : YEAR_LAST).exec(text.trim());
  if (match === null) return null;
  const [first, second, third] = [match[1], match[2], match[3]];
  const hasTime = match[4] !== undefined;
  if (order === "year-first") {
    if (third === undefined && hasTime) return null;
    const day = third === undefined ? 1 : Number(third);
    const precision = hasTime ? "instant" : third === undefined ? "month" : "day";
    return moment({ year: Number(first), month: Number(second), day, match, precision });
  }
  const [month, day] = order === "month-first" ? [first, second] : [second, first];
  const precision = hasTime ? "instant" : "day";
  return moment({ year: Number(third), month: Number(month), day: Number(day), match, precision });
}

interface MomentParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly match: RegExpExecArray;
  readonly precision: DatePrecision;
}

function moment({ year, month, day, match, precision }: MomentParts): ParsedDate | null {
  const hour = Number(match[4] ?? 0);
  const minute = Number(match[5] ?? 0);
  const second = Number(match[6] ?? 0);
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return null;
  const milliseconds = Math.floor(Number(`0.${match[7] ?? "0"}`) * 1000);
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, day);
  if (midnight.getUTCDate() !== day) return null;
  const time = ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds;
  const epochMilliseconds = midnight.getTime() + time - zoneOffset(match[8]);
  return { epochMilliseconds, precision };
}

function zoneOffset(zone: string | undefined): number {
  if (zone === undefined || zone === "Z") return 0;
  const digits = zone.slice(1).replace(":", "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return (zone.startsWith("-") ? -1 : 1) * minutes * 60_000;
}
