import { columnLength, isMissing, type Column, type DateColumn } from "../score/column.ts";
import type { Frame } from "../frame/frame.ts";
import type { Problem } from "../score/model-file.ts";
import { findEntityColumns } from "./entity-columns.ts";
import { isIdentifierLike } from "./identifier.ts";

/** How the rows should be divided so that a test says what the model will do. */
export interface SplitProposal {
  readonly method: "time-ordered" | "grouped" | "stratified" | "random";
  /** The column of the time or the group; null for the others. */
  readonly column: string | null;
  /** Other columns that put the rows in the same order. */
  readonly alternatives: readonly string[];
  readonly reason: string;
}

export interface ProposeOptions {
  readonly target: string;
  readonly problem: Problem;
  /** What the caller says puts the rows in order, or holds them together. */
  readonly timeColumn?: string;
  readonly groupColumn?: string;
}

const MOSTLY_PRESENT = 0.9;
const MINIMAL_MOMENTS = 10;
/** Steps against the order, for each step along it, that real tables have. */
const LATE_ROWS = 0.01;
const BIRTH = /birth|born|\bdob\b/i;

/**
 * Proposes a split: by time where a column of dates (or the named one) puts the rows in order, by group where several
 * rows belong to one thing, else stratified by class or random.
 */
export function proposeSplit(frame: Frame, options: ProposeOptions): SplitProposal {
  const { target, problem, timeColumn, groupColumn } = options;
  if (timeColumn !== undefined) {
    const reason = `the rows are ordered by "${timeColumn}", as the caller says; the newest are what the model will meet`;
    return { method: "time-ordered", column: timeColumn, alternatives: sameOrder(frame, timeColumn), reason };
  }
  if (groupColumn !== undefined) {
    const reason = `rows of one "${groupColumn}" belong together, as the caller says`;
    return { method: "grouped", column: groupColumn, alternatives: [], reason };
  }
  const [moment] = findTimeColumns(frame, target);
  if (moment !== undefined) {
    const order = isOrdered(moment.values)
      ? "and the rows follow it"
      : "though the rows are not sorted by it";
    const reason =
      `"${moment.name}" holds dates ${order}; a model that is asked about later rows must be judged on later rows, ` +
      "so the newest are held out";
    return {
      method: "time-ordered",
      column: moment.name,
      alternatives: sameOrder(frame, moment.name),
      reason,
    };
  }
  const [entity] = findEntityColumns(frame).filter((name) => name !== target);
  if (entity !== undefined) {
    const reason = `several rows belong to one value of "${entity}"; with rows of one in both parts a model is praised for knowing it again`;
    return { method: "grouped", column: entity, alternatives: [], reason };
  }
  if (problem === "regression") {
    return {
      method: "random",
      column: null,
      alternatives: [],
      reason: "neither dates nor groups bind the rows",
    };
  }
  const reason = "neither dates nor groups bind the rows; each class keeps its share";
  return { method: "stratified", column: null, alternatives: [], reason };
}

/** Columns of dates that say when a row was; those in whose order the rows stand come first. */
export function findTimeColumns(frame: Frame, target: string): DateColumn[] {
  return frame.columns
    .filter((column): column is DateColumn => column.kind === "date" && column.name !== target)
    .filter((column) => !BIRTH.test(column.name) && areEnough(column))
    .toSorted((left, right) => Number(isOrdered(right.values)) - Number(isOrdered(left.values)));
}

function areEnough(column: DateColumn): boolean {
  const present = column.values.filter((value) => !Number.isNaN(value));
  return present.length >= MOSTLY_PRESENT * column.values.length && new Set(present).size >= MINIMAL_MOMENTS;
}

/** Rising or falling from row to row but for a few rows that were put in late; missing values aside. */
function isOrdered(values: Float64Array): boolean {
  const present = values.filter((value) => !Number.isNaN(value));
  let [rising, falling] = [0, 0];
  for (let row = 1; row < present.length; row++) {
    if (present[row]! > present[row - 1]!) rising++;
    else if (present[row]! < present[row - 1]!) falling++;
  }
  return Math.min(rising, falling) <= LATE_ROWS * Math.max(rising, falling);
}

/** Running numbers that put the rows in the order in which the time puts them. */
function sameOrder(frame: Frame, time: string): string[] {
  const moments = frame.columns.find((column) => column.name === time);
  if (moments === undefined || (moments.kind !== "date" && moments.kind !== "numeric")) return [];
  if (!isOrdered(moments.values)) return [];
  return frame.columns
    .filter((column) => column.name !== time && isRunningNumber(column))
    .map(({ name }) => name);
}

function isRunningNumber(column: Column): boolean {
  if (column.kind !== "numeric" || !isIdentifierLike(column)) return false;
  for (let row = 0; row < columnLength(column); row++) if (isMissing(column, row)) return false;
  return isOrdered(column.values);
}
