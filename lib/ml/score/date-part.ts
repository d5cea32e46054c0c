import { assertNever } from "./assert-never.ts";
import type { DatePart } from "./preparation.ts";

const DAY = 86_400_000;

/** A part of a moment in epoch milliseconds (UTC); NaN for a missing moment. */
export function datePart(epochMilliseconds: number, part: DatePart): number {
  if (Number.isNaN(epochMilliseconds)) return NaN;
  const date = new Date(epochMilliseconds);
  switch (part) {
    case "epoch-day":
      return Math.floor(epochMilliseconds / DAY);
    case "year":
      return date.getUTCFullYear();
    case "month":
      return date.getUTCMonth() + 1;
    case "day-of-month":
      return date.getUTCDate();
    case "day-of-week":
      return (date.getUTCDay() + 6) % 7;
    case "hour":
      return date.getUTCHours();
    default:
      return assertNever(part);
  }
}
