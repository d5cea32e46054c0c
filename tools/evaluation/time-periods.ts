import type { Column } from "#lib/ml/index.ts";

/** A stretch of time and the rows that lie in it. */
export interface Period {
  name: string;
  rows: number[];
}

type TimeColumn = Extract<Column, { readonly kind: "date" | "numeric" }>;

/** A period with fewer rows is judged together with the one before it. */
export const MINIMAL_PERIOD_ROWS = 200;
const MOST_PERIODS = 24;
const DAY = 86_400_000;
/** Shorter stretches are one period: within two weeks, days differ by the day of the week alone. */
const SHORT_DAYS = 14;
/** Below two months, weeks are told apart, else months or longer. */
const MONTHLY_DAYS = 62;

/**
 * The rows of each period, oldest first. Dates: weeks counted back from the newest row, months, quarters or years, the
 * finest that gives at most 24. Numbers: each value, or quarters of their range. A period with few rows joins the one
 * before it. Rows without a time are in none.
 */
export function timePeriods(column: TimeColumn): Period[] {
  const known = Array.from(column.values, (value, row) => ({ value, row })).filter(({ value }) =>
    Number.isFinite(value),
  );
  const label = column.kind === "date" ? dateLabel(column, known) : numberLabel(known);
  const periods: Period[] = [];
  for (const { value, row } of known.toSorted(
    (left, right) => left.value - right.value || left.row - right.row,
  )) {
    const name = label(value);
    const last = periods.at(-1);
    if (last?.name === name) last.rows.push(row);
    else periods.push({ name, rows: [row] });
  }
  return joined(periods);
}

interface Moment {
  value: number;
  row: number;
}

function dateLabel(
  column: Extract<TimeColumn, { readonly kind: "date" }>,
  known: readonly Moment[],
): (value: number) => string {
  const { low, high } = rangeOf(known);
  const days = (high - low) / DAY;
  if (column.precision !== "month" && days < SHORT_DAYS) return () => `${dayOf(low)} to ${dayOf(high)}`;
  if (column.precision !== "month" && days < MONTHLY_DAYS) {
    return (value) => {
      const weeksBack = Math.floor((high - value) / (7 * DAY));
      return `week to ${dayOf(high - weeksBack * 7 * DAY)}`;
    };
  }
  return (
    [monthOf, quarterOf].find(
      (unit) => new Set(known.map(({ value }) => unit(value))).size <= MOST_PERIODS,
    ) ?? yearOf
  );
}

const dayOf = (value: number): string => new Date(value).toISOString().slice(0, 10);
const monthOf = (value: number): string => new Date(value).toISOString().slice(0, 7);
const yearOf = (value: number): string => new Date(value).toISOString().slice(0, 4);
const quarterOf = (value: number): string =>
  `${yearOf(value)}-Q${Math.floor(new Date(value).getUTCMonth() / 3) + 1}`;

function numberLabel(known: readonly Moment[]): (value: number) => string {
  if (new Set(known.map(({ value }) => value)).size <= MOST_PERIODS) return String;
  const { low, high } = rangeOf(known);
  const width = (high - low) / 4;
  const edge = (quarter: number): string => String(Number((low + quarter * width).toPrecision(6)));
  return (value) => {
    const quarter = Math.min(3, Math.floor((value - low) / width));
    return `${edge(quarter)} to ${edge(quarter + 1)}`;
  };
}

function rangeOf(known: readonly Moment[]): { low: number; high: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const { value } of known) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

function joined(periods: readonly Period[]): Period[] {
  const merged: (Period & { first: string })[] = [];
  for (const { name, rows } of periods) {
    const last = merged.at(-1);
    if (last !== undefined && (rows.length < MINIMAL_PERIOD_ROWS || last.rows.length < MINIMAL_PERIOD_ROWS)) {
      for (const row of rows) last.rows.push(row);
      last.name = `${last.first} to ${name}`;
    } else {
      merged.push({ name, rows: [...rows], first: name });
    }
  }
  return merged.slice(-MOST_PERIODS).map(({ name, rows }) => ({
    name,
    rows: rows.sort((left, right) => left - right),
  }));
}
