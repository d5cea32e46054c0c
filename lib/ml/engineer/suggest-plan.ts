import type { Frame } from "../frame/frame.ts";
import {
  columnLength,
  type CategoricalColumn,
  type Column,
  type DateColumn,
  type NumericColumn,
} from "../score/column.ts";
import { cellText } from "../score/column.ts";
import type { DateUnit } from "../score/engineering.ts";
import type { PlannedStep } from "./engineering-plan.ts";

/** More categories than this are better told by a number each. */
const MANY_CATEGORIES = 20;
/** A longer tail than this bends a linear model. */
const SKEWED = 2;
const RARE_ROWS = 10;

/**
 * Steps that commonly help, for the columns there are: the seasons of dates, the shape of skewed amounts, categories of
 * which there are many or rare ones. Only the named columns are read.
 */
export function suggestPlan(frame: Frame, names: readonly string[]): PlannedStep[] {
  return frame.columns.filter((column) => names.includes(column.name)).flatMap(stepsFor);
}

function stepsFor(column: Column): PlannedStep[] {
  switch (column.kind) {
    case "date":
      return seasonsOf(column);
    case "numeric":
      return skewness(column) > SKEWED ? [{ kind: "yeo-johnson", column: column.name }] : [];
    case "categorical":
      return categorySteps(column);
    default:
      return [];
  }
}

function seasonsOf(column: DateColumn): PlannedStep[] {
  const present = column.values.filter((value) => !Number.isNaN(value));
  const days = present.length === 0 ? 0 : (maximum(present) - minimum(present)) / 86_400_000;
  const parts: DateUnit[] = [];
  if (days >= 300) parts.push("month");
  if (column.precision !== "month" && days >= 14) parts.push("day-of-week");
  if (column.precision === "instant" && days >= 1) parts.push("hour");
  return parts.map((part) => ({ kind: "cyclic", column: column.name, part }));
}

function categorySteps(column: CategoricalColumn): PlannedStep[] {
  const counts = new Map<string, number>();
  for (let row = 0; row < columnLength(column); row++) {
    const text = cellText(column, row);
    if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const { name } = column;
  if (counts.size > MANY_CATEGORIES) {
    return [
      { kind: "frequency", columns: [name] },
      { kind: "target-mean", columns: [name] },
    ];
  }
  const rare = [...counts.values()].filter((count) => count < RARE_ROWS).length;
  return rare >= 2 ? [{ kind: "rare", column: name, minimum: RARE_ROWS }] : [];
}

const minimum = (values: Float64Array): number =>
  values.reduce((least, value) => Math.min(least, value), Infinity);
const maximum = (values: Float64Array): number =>
  values.reduce((most, value) => Math.max(most, value), -Infinity);

/** Absolute third standardised moment; 0 for a column with few different values, which is no amount. */
function skewness({ values }: NumericColumn): number {
  const present = values.filter((value) => Number.isFinite(value));
  if (new Set(present.subarray(0, 1000)).size < MANY_CATEGORIES) return 0;
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  const second = present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / present.length;
  const third = present.reduce((sum, value) => sum + (value - mean) ** 3, 0) / present.length;
  return second > 0 ? Math.abs(third / second ** 1.5) : 0;
}
