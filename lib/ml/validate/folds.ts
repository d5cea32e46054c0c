import { assertNever } from "../score/assert-never.ts";
import { cellText, compareCodePoints, isMissing } from "../score/column.ts";
import { MlError } from "../score/ml-error.ts";
import { getColumn, type Frame } from "../frame/frame.ts";
import { requireInRange } from "../parameter-range.ts";
import { createRandom, shuffledIndices, type Random } from "../random.ts";
import { assignGroups } from "./assign-groups.ts";

/**
 * How rows are shared out among folds. `random`: any row in any fold. `stratified`: every fold has the shares of the
 * values of `column`. `grouped`: all rows with one value of `column` in one fold. `stratified-grouped`: whole groups of
 * `group`, with the shares of `column` as even as they allow. `time-ordered`: an expanding window over `column`: each
 * fold tests the rows that follow all rows it trains on, and rows less than `gap` before its first test row (days for
 * dates, else the column's own unit) are left out of training.
 */
export type FoldStrategy =
  | { readonly kind: "random" }
  | { readonly kind: "stratified"; readonly column: string }
  | { readonly kind: "grouped"; readonly column: string }
  | { readonly kind: "stratified-grouped"; readonly column: string; readonly group: string }
  | { readonly kind: "time-ordered"; readonly column: string; readonly gap?: number };

export interface FoldOptions {
  readonly strategy: FoldStrategy;
  /** From 2 to 50; default 5. */
  readonly folds?: number;
  /** Shares the rows out anew this many times, 1 to 100; default 1. Time has one order, so it cannot be repeated. */
  readonly repeats?: number;
  readonly seed: number;
}

/** Ascending 0-based row indices; repeat and fold count from 0. */
export interface Fold {
  readonly repeat: number;
  readonly fold: number;
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

const DAY = 86_400_000;

/**
 * Shares the rows of a frame out among folds. In every repeat each row is in exactly one test part; over time the
 * earliest rows are only trained on. The same seed gives the same folds.
 * @throws MlError bad-argument for impossible numbers or an unusable column; bad-data when a fold would have no rows.
 */
export function makeFolds(frame: Frame, options: FoldOptions): Fold[] {
  const { strategy, folds: count = 5, repeats = 1, seed } = options;
  requireInRange("folds", count, { from: 2, to: 50, isInteger: true });
  requireInRange("repeats", repeats, { from: 1, to: 100, isInteger: true });
  if (strategy.kind === "time-ordered") {
    if (repeats === 1) return foldsOverTime(frame, strategy, count);
    throw new MlError(
      "bad-argument",
      "Folds over time cannot be repeated: time has one order. Set repeats to 1.",
    );
  }
  const random = createRandom(seed);
  return Array.from({ length: repeats }, (_, repeat) => {
    const assigned = assignFolds(frame, strategy, { count, random });
    return Array.from({ length: count }, (_, fold): Fold => {
      const test = rowsWhere(assigned, (value) => value === fold);
      if (test.length === 0) throw tooFew(frame.rowCount, strategy, count);
      return { repeat, fold, train: rowsWhere(assigned, (value) => value !== fold), test };
    });
  }).flat();
}

interface FoldDraw {
  readonly count: number;
  readonly random: Random;
}

function assignFolds(
  frame: Frame,
  strategy: Exclude<FoldStrategy, { kind: "time-ordered" }>,
  { count, random }: FoldDraw,
): Uint8Array {
  const assigned = new Uint8Array(frame.rowCount);
  switch (strategy.kind) {
    case "random":
      for (const [place, row] of shuffledIndices(frame.rowCount, random).entries()) {
        assigned[row] = place % count;
      }
      return assigned;
    case "stratified": {
      // Dealing goes on from class to class where it stopped, so that fold sizes differ by one row at most.
      let dealt = 0;
      for (const rows of rowsByValue(frame, strategy.column)) {
        for (const place of shuffledIndices(rows.length, random)) assigned[rows[place]!] = dealt++ % count;
      }
      return assigned;
    }
    case "grouped":
    case "stratified-grouped": {
      const groupColumn = strategy.kind === "grouped" ? strategy.column : strategy.group;
      const groups = rowsByValue(frame, groupColumn);
      if (groups.length < count) {
        throw new MlError(
          "bad-data",
          `Column "${groupColumn}" has ${groups.length} groups, too few for ${count} folds. Ask for fewer folds.`,
          { details: { column: groupColumn } },
        );
      }
      const strata = new Int32Array(frame.rowCount);
      if (strategy.kind === "stratified-grouped") {
        for (const [stratum, rows] of rowsByValue(frame, strategy.column).entries()) {
          for (const row of rows) strata[row] = stratum;
        }
      }
      for (const [group, fold] of assignGroups({ groups, strata, count, random }).entries()) {
        for (const row of groups[group]!) assigned[row] = fold;
      }
      return assigned;
    }
    default:
      return assertNever(strategy);
  }
}

/** Row lists per value of a column, in the order of the values' code points; missing values form one more. */
function rowsByValue(frame: Frame, name: string): number[][] {
  const column = getColumn(frame, name);
  const rows = new Map<string, number[]>();
  for (let row = 0; row < frame.rowCount; row++) {
    const value = cellText(column, row) ?? "";
    const list = rows.get(value);
    if (list === undefined) rows.set(value, [row]);
    else list.push(row);
  }
  return [...rows].toSorted(([left], [right]) => compareCodePoints(left, right)).map(([, list]) => list);
}

function foldsOverTime(
  frame: Frame,
  strategy: Extract<FoldStrategy, { kind: "time-ordered" }>,
  count: number,
): Fold[] {
  const { column: name, gap = 0 } = strategy;
  requireInRange("gap", gap, { from: 0, to: 1e15 });
  const column = getColumn(frame, name);
  if (column.kind !== "date" && column.kind !== "numeric") {
    throw new MlError(
      "bad-argument",
      `Column "${name}" is ${column.kind}; folds over time need dates or numbers. Cast it or name another one.`,
      { details: { column: name } },
    );
  }
  for (let row = 0; row < frame.rowCount; row++) {
    if (!isMissing(column, row)) continue;
    throw new MlError(
      "bad-data",
      `Row ${row + 1} has no time in "${name}". Drop the row or fill the time in.`,
      {
        details: { row: row + 1, column: name },
      },
    );
  }
  const { values } = column;
  const distance = column.kind === "date" ? gap * DAY : gap;
  const sorted = Float64Array.from(values).sort();
  const limits = Array.from(
    { length: count },
    (_, fold) => sorted[Math.round((frame.rowCount * (fold + 1)) / (count + 1))] ?? Infinity,
  );
  return limits.map((from, fold): Fold => {
    const to = limits[fold + 1] ?? Infinity;
    const train = rowsWhere(values, (time) => time < from && from - time >= distance);
    const test = rowsWhere(values, (time) => time >= from && time < to);
    if (train.length === 0 || test.length === 0) throw tooFew(frame.rowCount, strategy, count);
    return { repeat: 0, fold, train, test };
  });
}

function rowsWhere(values: ArrayLike<number>, keep: (value: number) => boolean): Uint32Array {
  const rows: number[] = [];
  for (let row = 0; row < values.length; row++) if (keep(values[row]!)) rows.push(row);
  return Uint32Array.from(rows);
}

function tooFew(rowCount: number, strategy: FoldStrategy, count: number): MlError {
  return new MlError(
    "bad-data",
    `${rowCount} rows are too few for ${count} ${strategy.kind} folds: one of them would have no rows. ` +
      "Ask for fewer folds, a smaller gap, or use more rows.",
  );
}
