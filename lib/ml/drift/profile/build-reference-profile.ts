import { UNWATCHED, type Control } from "../../control.ts";
import { fingerprintRows } from "../../frame/fingerprint-rows.ts";
import type { Frame } from "../../frame/frame.ts";
import { requireInRange } from "../../parameter-range.ts";
import { assertNever } from "../../score/assert-never.ts";
import {
  columnLength,
  compareCodePoints,
  isMissing,
  type Column,
  type NumericColumn,
} from "../../score/column.ts";
import { MlError } from "../../score/ml-error.ts";
import { decileEdges } from "../divergences.ts";
import { tallyTexts } from "./category-counter.ts";
import { ExactSum } from "./exact-sum.ts";
import { NumberCounter } from "./number-counter.ts";
import {
  PROFILE_FORMAT,
  PROFILE_VERSION,
  type CategoricalReference,
  type NumericReference,
  type ReferenceColumn,
  type ReferenceProfile,
} from "./reference-profile.ts";

export interface ReferenceProfileOptions {
  /** Columns to profile; all when left out. */
  readonly columns?: readonly string[];
  /**
   * Points at which a number column's distribution is kept. A column with at most this many distinct values is kept
   * whole. Default 1000.
   */
  readonly resolution?: number;
  /** Categories kept by name, the most frequent first; the rest are counted together. Default 1000. */
  readonly maximalCategories?: number;
  /** Fingerprint of the rows where it is known already; computed when left out. */
  readonly fingerprint?: string;
  readonly control?: Control;
}

/**
 * Profiles the rows that later ones will be compared with. The same rows and options give the same profile, whatever
 * the rows' order; only the fingerprint knows the order.
 * @throws MlError bad-data for a frame without rows; bad-argument for an unknown column or a number out of range;
 * cancelled.
 */
export function buildReferenceProfile(frame: Frame, options: ReferenceProfileOptions = {}): ReferenceProfile {
  const { resolution = 1000, maximalCategories = 1000, control = UNWATCHED } = options;
  requireInRange("resolution", resolution, { from: 10, to: 10_000_000, isInteger: true });
  requireInRange("maximalCategories", maximalCategories, { from: 1, to: 1_000_000, isInteger: true });
  if (frame.rowCount === 0) {
    throw new MlError(
      "bad-data",
      "There is no row to profile. Give the rows that later ones are compared with.",
    );
  }
  const columns = chosenColumns(frame, options.columns).map((column, index, all): ReferenceColumn => {
    control.throwIfCancelled();
    control.report({ stage: "profile", done: index + 1, total: all.length });
    switch (column.kind) {
      case "numeric":
        return profileNumbers(column, resolution);
      case "categorical":
      case "boolean":
        return profileCategories(column, maximalCategories);
      case "date":
      case "text":
        return { kind: column.kind, name: column.name, ...presenceOf(column) };
      default:
        return assertNever(column);
    }
  });
  return {
    format: PROFILE_FORMAT,
    version: PROFILE_VERSION,
    rowCount: frame.rowCount,
    fingerprint: options.fingerprint ?? fingerprintRows(frame),
    resolution,
    columns,
  };
}

function chosenColumns(frame: Frame, names: readonly string[] | undefined): readonly Column[] {
  return (
    names?.map((name) => {
      const column = frame.columns.find((one) => one.name === name);
      if (column !== undefined) return column;
      throw new MlError("bad-argument", `There is no column "${name}" to profile. Check the spelling.`, {
        details: { column: name },
      });
    }) ?? frame.columns
  );
}

function presenceOf(column: Column): { count: number; missing: number } {
  let missing = 0;
  const rows = columnLength(column);
  for (let row = 0; row < rows; row++) if (isMissing(column, row)) missing++;
  return { count: rows - missing, missing };
}

function profileNumbers(column: NumericColumn, resolution: number): NumericReference {
  const sorted = column.values.filter((value) => Number.isFinite(value)).sort();
  const edges = sorted.length === 0 ? [] : decileEdges(sorted);
  const cuts = Float64Array.from(new Set([...keptValues(sorted, resolution), ...edges])).sort();
  const sum = new ExactSum();
  for (const value of sorted) sum.add(value);
  const mean = sorted.length === 0 ? 0 : sum.value() / sorted.length;
  if (Number.isNaN(mean)) {
    throw new MlError(
      "bad-data",
      `Column "${column.name}" holds numbers beyond 1e290. Clean them, or leave the column out.`,
      { details: { column: column.name } },
    );
  }
  const counter = new NumberCounter(cuts, mean);
  counter.add(column.values);
  const moments = sorted.length === 0 ? { mean: 0, squares: 0 } : counter.moments();
  return {
    kind: "numeric",
    name: column.name,
    count: counter.count,
    missing: counter.missing,
    infinite: counter.infinite,
    mean: moments.mean,
    squares: finiteSquares(moments.squares, column.name),
    min: sorted[0] ?? 0,
    max: sorted.at(-1) ?? 0,
    edges,
    cuts: Array.from(cuts),
    equal: Array.from(counter.equal),
    between: Array.from(counter.between),
    offsets: Array.from(counter.offsets),
  };
}

function finiteSquares(squares: number, name: string): number {
  if (Number.isFinite(squares)) return squares;
  throw new MlError(
    "bad-data",
    `Column "${name}" holds numbers whose squares are too large. Scale or clean them, or leave the column out.`,
    { details: { column: name } },
  );
}

/** All distinct values where they are few enough, else those at evenly spaced ranks. */
function keptValues(sorted: Float64Array, resolution: number): number[] {
  const distinct: number[] = [];
  for (const value of sorted) {
    if (value !== distinct.at(-1)) distinct.push(value);
    if (distinct.length > resolution) {
      return Array.from(
        { length: resolution },
        (_, rank) => sorted[Math.round((rank * (sorted.length - 1)) / (resolution - 1))]!,
      );
    }
  }
  return distinct;
}

function profileCategories(column: Column, maximalCategories: number): CategoricalReference {
  const { counts, missing } = tallyTexts(column);
  const total = [...counts.values()].reduce((sum, rows) => sum + rows, 0);
  const kept = [...counts]
    .toSorted(
      ([left, leftRows], [right, rightRows]) => rightRows - leftRows || compareCodePoints(left, right),
    )
    .slice(0, maximalCategories)
    .toSorted(([left], [right]) => compareCodePoints(left, right));
  return {
    kind: "categorical",
    name: column.name,
    count: total,
    missing,
    categories: kept.map(([text]) => text),
    counts: kept.map(([, rows]) => rows),
    other: total - kept.reduce((sum, [, rows]) => sum + rows, 0),
  };
}
