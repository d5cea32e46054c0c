import { UNWATCHED, type Control } from "../../control.ts";
import type { Frame } from "../../frame/frame.ts";
import { fitPreparation, type DroppedColumn } from "../../prepare/fit-preparation.ts";
import { isIdentifierLike } from "../../profile/identifier.ts";
import { applyPreparation } from "../../score/apply-preparation.ts";
import { scoreAnomalies, trainIsolationForest, type IsolationOptions } from "./isolation-forest.ts";

export interface AnomalyOptions extends IsolationOptions {
  /** Columns to judge rows by; all that are neither free text nor identifiers when left out. */
  readonly columns?: readonly string[];
  /** Most rows to list. Default 20. */
  readonly maximalRows?: number;
}

export interface Anomalies {
  /** Score of every row, see scoreAnomalies. */
  readonly scores: Float64Array;
  /** The most unusual rows, 0-based, the highest score first. */
  readonly rows: readonly { readonly row: number; readonly score: number }[];
  /** Columns that rows were judged by. */
  readonly columns: readonly string[];
  /** Columns that say nothing about rows, and why. */
  readonly dropped: readonly DroppedColumn[];
}

/**
 * Looks for unusual rows of a table with an isolation forest grown on its own rows.
 * @throws MlError bad-data when no column can be used; bad-argument; cancelled.
 */
export function findAnomalies(frame: Frame, options: AnomalyOptions): Anomalies {
  const { control = UNWATCHED, maximalRows = 20 } = options;
  const features =
    options.columns ??
    frame.columns
      .filter((column) => column.kind !== "text" && !isIdentifierLike(column))
      .map(({ name }) => name);
  const { preparation, dropped } = fitPreparation(frame, { target: "trees", features });
  const matrix = applyPreparation(preparation, frame.columns, frame.rowCount);
  const forest = trainIsolationForest(matrix, options);
  const scores = scoreAnomalies(forest, matrix, (done, total) => {
    watch(control, done, total);
  });
  const rows = Array.from(scores, (score, row) => ({ row, score }))
    .toSorted((left, right) => right.score - left.score || left.row - right.row)
    .slice(0, maximalRows);
  const isDropped = new Set(dropped.map(({ column }) => column));
  return { scores, rows, columns: features.filter((name) => !isDropped.has(name)), dropped };
}

function watch(control: Control, done: number, total: number): void {
  control.throwIfCancelled();
  control.report({ stage: "score", done, total, rows: done });
}
