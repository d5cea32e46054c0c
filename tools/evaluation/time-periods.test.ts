import { describe, expect, it } from "vitest";
import { timePeriods } from "./time-periods.ts";

const DAY = 86_400_000;
const START = Date.UTC(2025, 0, 1);

const dates = (values: readonly number[], precision: "day" | "month" = "day") =>
  ({
    kind: "date",
    name: "when",
    values: Float64Array.from(values),
    precision,
    order: "year-first",
  }) as const;
const numbers = (values: readonly number[]) =>
  ({ kind: "numeric", name: "when", values: Float64Array.from(values) }) as const;
const spread = (rows: number, days: number) =>
  Array.from({ length: rows }, (_, row) => START + Math.floor((row * days) / rows) * DAY);

describe("timePeriods", () => {
  it("cuts a year into months, oldest first, every row in one", () => {
    const periods = timePeriods(dates(spread(6000, 365)));
    expect(periods).toHaveLength(12);
    expect(periods[0]?.name).toBe("2025-01");
    expect(periods.at(-1)?.name).toBe("2025-12");
    const rows = periods.flatMap((period) => period.rows);
    expect(new Set(rows).size).toBe(6000);
  });

  it("does not depend on the order of the rows", () => {
    const values = spread(3000, 365);
    const backwards = timePeriods(dates(values.toReversed()));
    expect(backwards.map(({ name, rows }) => [name, rows.length])).toEqual(
      timePeriods(dates(values)).map(({ name, rows }) => [name, rows.length]),
    );
  });

  it("cuts a month into weeks counted back from the newest row", () => {
    const periods = timePeriods(dates(spread(2000, 28)));
    expect(periods.map(({ name }) => name)).toEqual([
      "week to 2025-01-07",
      "week to 2025-01-14",
      "week to 2025-01-21",
      "week to 2025-01-28",
    ]);
  });

  it("takes less than two weeks as one", () => {
    expect(timePeriods(dates(spread(2000, 10))).map(({ name }) => name)).toEqual([
      "2025-01-01 to 2025-01-10",
    ]);
  });

  it("takes longer units where months would be too many", () => {
    expect(timePeriods(dates(spread(6000, 5 * 365)))[0]?.name).toBe("2025-Q1");
    expect(timePeriods(dates(spread(6000, 15 * 365)))[0]?.name).toBe("2025");
  });

  it("judges a period of few rows together with the one before it", () => {
    const periods = timePeriods(dates([...spread(900, 90), Date.UTC(2025, 3, 2)]));
    expect(periods.at(-1)?.name).toMatch(/to 2025-04$/);
    expect(Math.min(...periods.map(({ rows }) => rows.length))).toBeGreaterThanOrEqual(200);
  });

  it("takes each of a few numbers as a period, and quarters of the range of many", () => {
    const years = Array.from({ length: 900 }, (_, row) => 2020 + Math.floor(row / 300));
    expect(timePeriods(numbers(years)).map(({ name }) => name)).toEqual(["2020", "2021", "2022"]);
    const steps = Array.from({ length: 1001 }, (_, row) => row);
    expect(timePeriods(numbers(steps)).map(({ name }) => name)).toEqual([
      "0 to 250",
      "250 to 500",
      "500 to 750",
      "750 to 1000",
    ]);
  });

  it("leaves out rows without a time, and is empty where none has one", () => {
    expect(timePeriods(numbers([1, Number.NaN, 2])).flatMap(({ rows }) => rows)).toEqual([0, 2]);
    expect(timePeriods(numbers([Number.NaN]))).toEqual([]);
  });
});
