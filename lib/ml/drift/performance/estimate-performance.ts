import { UNWATCHED, type Control } from "../../control.ts";
import { getColumn, selectRows, type Frame } from "../../frame/frame.ts";
import { requireInRange } from "../../parameter-range.ts";
import { encodeTarget } from "../../prepare/encode-target.ts";
import { assertNever } from "../../score/assert-never.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Model } from "../../score/model-file.ts";
import { createScorer, type Predictions } from "../../score/scorer.ts";
import { binaryEstimator } from "./binary-estimator.ts";
import { classEstimator } from "./class-estimator.ts";
import { lossEstimator } from "./loss-estimator.ts";
import type { WindowEstimator, WindowMetric } from "./window-estimator.ts";

export interface RowWindow {
  readonly name: string;
  /** 0-based rows of the current frame. */
  readonly rows: ArrayLike<number>;
}

export interface EstimateOptions {
  /** Stretches of the current rows, each estimated by itself; all rows as one when left out. */
  readonly windows?: readonly RowWindow[];
  /** Coverage of the bands, default 0.95. */
  readonly level?: number;
  /** Draws behind the bands and limits, default 200. */
  readonly resamples?: number;
  readonly seed: number;
  readonly control?: Control;
}

export interface WindowEstimate {
  readonly name: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, WindowMetric>>;
  /** Names of the metrics whose estimate lies outside its limits. */
  readonly alerts: readonly string[];
}

export interface PerformanceEstimate {
  readonly problem: Model["problem"];
  /** Confidence-based performance estimation for classes, direct loss estimation for numbers. */
  readonly method: "cbpe" | "dle";
  /** How the model's probabilities were brought in line with the reference: logistic or isotonic, by class. */
  readonly recalibration: readonly string[];
  readonly referenceRows: number;
  readonly level: number;
  readonly windows: readonly WindowEstimate[];
  readonly rule: string;
  /** What the estimate rests on and cannot see. */
  readonly limits: string;
}

const FEWEST_ROWS = 30;

const LIMITS =
  "The estimate assumes that equal inputs still have equal outcomes: it sees rows moving to where the model is better " +
  "or worse (covariate shift), and cannot see outcomes changing for the same inputs (concept drift), nor inputs unlike " +
  "any in the reference. Only labels show those. The reference must be rows that the model was not trained on";

/**
 * Estimates how good a model is on rows without outcomes, from how it did on labelled reference rows.
 * @throws MlError bad-data for fewer than 30 rows in the reference or a window, or a reference with one class only;
 * bad-argument for unknown columns; cancelled.
 */
export function estimatePerformance(
  model: Model,
  parts: { readonly reference: Frame; readonly current: Frame },
  options: EstimateOptions,
): PerformanceEstimate {
  const { reference, current } = parts;
  const { level = 0.95, resamples = 200, seed, control = UNWATCHED } = options;
  requireInRange("level", level, { from: 0.5, to: 0.9999 });
  requireInRange("resamples", resamples, { from: 20, to: 10_000, isInteger: true });
  requireRows("reference", reference.rowCount);
  const windows = options.windows ?? [{ name: "all", rows: allRows(current.rowCount) }];
  for (const { name, rows } of windows) requireRows(name, rows.length);
  const scorer = createScorer(model);
  const score = (frame: Frame): Predictions =>
    scorer.scoreColumns(frame.columns, frame.rowCount, () => control.throwIfCancelled());
  const actual = encodeTarget(getColumn(reference, model.target), model.classes);
  const known = { model, frame: reference, actual, level, resamples, seed, control };
  const estimator = estimatorFor(score(reference), known);
  const estimates = windows.map(({ name, rows }, index): WindowEstimate => {
    control.throwIfCancelled();
    control.report({ stage: "estimate", done: index, total: windows.length });
    const frame = selectRows(current, rows);
    const metrics = estimator.estimate({ frame, predictions: score(frame) });
    const alerts = Object.entries(metrics)
      .filter(([, metric]) => metric.isAlert)
      .map(([metric]) => metric);
    return { name, rows: rows.length, metrics, alerts };
  });
  return {
    problem: model.problem,
    method: model.problem === "regression" ? "dle" : "cbpe",
    recalibration: estimator.recalibration,
    referenceRows: reference.rowCount,
    level,
    windows: estimates,
    rule: estimator.rule,
    limits: LIMITS,
  };
}

/** What is known of the labelled rows. */
export interface KnownRows {
  readonly model: Model;
  readonly frame: Frame;
  /** Class indices, or values. */
  readonly actual: Float64Array;
  readonly level: number;
  readonly resamples: number;
  readonly seed: number;
  readonly control: Control;
}

function estimatorFor(predictions: Predictions, known: KnownRows): WindowEstimator {
  switch (predictions.kind) {
    case "binary":
      return binaryEstimator(predictions, known);
    case "multiclass":
      return classEstimator(predictions, known);
    case "regression":
      return lossEstimator(predictions.values, known);
    default:
      return assertNever(predictions);
  }
}

function allRows(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => row);
}

function requireRows(name: string, rows: number): void {
  if (rows >= FEWEST_ROWS) return;
  throw new MlError(
    "bad-data",
    `"${name}" has ${rows} rows; at least ${FEWEST_ROWS} are needed to estimate performance. Widen the window.`,
    { details: { rows } },
  );
}
