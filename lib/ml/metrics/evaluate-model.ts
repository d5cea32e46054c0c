import { getColumn, type Frame } from "../frame/frame.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import { createScorer, type Predictions } from "../score/scorer.ts";
import type { Model } from "../score/model-file.ts";
import { UNWATCHED, type Control } from "../control.ts";
import { binaryMetrics, weightedBinaryMetrics, type BinaryMetrics } from "./binary-metrics.ts";
import { bootstrapIntervals, type BootstrapOptions, type Interval } from "./bootstrap.ts";
import {
  calibrationCurve,
  expectedCalibrationError,
  precisionRecallCurve,
  rocCurve,
  type CalibrationPoint,
  type PrecisionRecallPoint,
  type RocPoint,
} from "./curves.ts";
import {
  multiclassMetrics,
  weightedMulticlassMetrics,
  type ClassMetrics,
  type MulticlassMetrics,
} from "./multiclass-metrics.ts";
import { rankScores } from "./ranking-metrics.ts";
import { residualSpread, type ResidualSpread } from "./residual-spread.ts";
import {
  regressionMetrics,
  weightedRegressionMetrics,
  type RegressionMetrics,
} from "./regression-metrics.ts";

/** How good a model is on given rows. `intervals` holds a bootstrap interval per metric name, where asked for. */
export type Evaluation =
  | {
      readonly problem: "binary";
      readonly metrics: BinaryMetrics;
      readonly perClass: readonly ClassMetrics[];
      readonly classes: readonly string[];
      readonly positiveClass: string;
      readonly roc: readonly RocPoint[];
      readonly precisionRecall: readonly PrecisionRecallPoint[];
      readonly calibration: readonly CalibrationPoint[];
      readonly calibrationError: number;
      readonly intervals: Readonly<Record<string, Interval>>;
    }
  | {
      readonly problem: "multiclass";
      readonly metrics: MulticlassMetrics;
      readonly classes: readonly string[];
      /** Each of at most twelve classes against all others, the most frequent ones. */
      readonly curves: readonly ClassCurve[];
      readonly intervals: Readonly<Record<string, Interval>>;
    }
  | {
      readonly problem: "regression";
      readonly metrics: RegressionMetrics;
      readonly residuals: ResidualSpread;
      readonly intervals: Readonly<Record<string, Interval>>;
    };

/** One class against all others. */
export interface ClassCurve {
  readonly label: string;
  /** Empty when no row or every row belongs to the class. */
  readonly roc: readonly RocPoint[];
}

export interface EvaluateOptions {
  /** Leave out to skip confidence intervals. */
  readonly bootstrap?: Omit<BootstrapOptions, "control">;
  readonly control?: Control;
}

/** Scores the rows of a frame that holds the target, and measures the predictions. */
export function evaluateModel(model: Model, frame: Frame, options: EvaluateOptions = {}): Evaluation {
  const control = options.control ?? UNWATCHED;
  const actual = encodeTarget(getColumn(frame, model.target), model.classes);
  const predictions = createScorer(model).scoreColumns(frame.columns, frame.rowCount, () =>
    control.throwIfCancelled(),
  );
  return evaluatePredictions({ model, actual, predictions }, options);
}

/** Predictions with the true outcomes: class indices, or values for a regression. */
export interface ScoredOutcomes {
  readonly model: Pick<Model, "classes">;
  readonly actual: Float64Array;
  readonly predictions: Predictions;
}

/** Measures predictions that are already made. */
export function evaluatePredictions(outcomes: ScoredOutcomes, options: EvaluateOptions = {}): Evaluation {
  const { predictions, actual } = outcomes;
  const classes = outcomes.model.classes ?? [];
  const bootstrap =
    options.bootstrap === undefined
      ? null
      : { ...options.bootstrap, ...(options.control === undefined ? {} : { control: options.control }) };
  switch (predictions.kind) {
    case "binary": {
      const scored = {
        labels: actual,
        probability: predictions.probability,
        predicted: predictions.predicted,
      };
      const calibration = calibrationCurve(scored);
      const ranking = rankScores(scored.probability);
      const interval = (weights: Float64Array | null) => {
        const metrics = weightedBinaryMetrics(scored, ranking, weights);
        const { auc, averagePrecision, logLoss, brier, accuracy, precision, recall, f1 } = metrics;
        return { auc, averagePrecision, logLoss, brier, accuracy, precision, recall, f1 };
      };
      return {
        problem: "binary",
        metrics: binaryMetrics(scored),
        perClass: binaryPerClass(scored, classes),
        classes,
        positiveClass: classes[1]!,
        roc: rocCurve(scored),
        precisionRecall: precisionRecallCurve(scored),
        calibration,
        calibrationError: expectedCalibrationError(calibration),
        intervals: bootstrap === null ? {} : bootstrapIntervals(actual.length, interval, bootstrap),
      };
    }
    case "multiclass": {
      const { probabilities, predicted } = predictions;
      const scored = { labels: actual, predicted, probabilities, classes };
      const rankings = probabilities.map(rankScores);
      const interval = (weights: Float64Array | null) => {
        const { accuracy, logLoss, macroAuc, macro } = weightedMulticlassMetrics(scored, rankings, weights);
        return { accuracy, logLoss, macroAuc, macroF1: macro.f1 };
      };
      return {
        problem: "multiclass",
        metrics: multiclassMetrics(scored),
        classes,
        curves: classCurves({ labels: actual, probabilities, classes }),
        intervals: bootstrap === null ? {} : bootstrapIntervals(actual.length, interval, bootstrap),
      };
    }
    default: {
      const scored = { actual, predicted: predictions.values };
      const interval = (weights: Float64Array | null) => {
        const { rmse, mae, r2, meanError } = weightedRegressionMetrics(scored, weights);
        return { rmse, mae, r2, meanError };
      };
      return {
        problem: "regression",
        metrics: regressionMetrics(scored),
        residuals: residualSpread(scored),
        intervals: bootstrap === null ? {} : bootstrapIntervals(actual.length, interval, bootstrap),
      };
    }
  }
}

/** Curves of more classes would be a large part of a report, and no picture could hold them. */
const MOST_CURVES = 12;

function classCurves(scored: {
  readonly labels: Float64Array;
  readonly probabilities: readonly Float64Array[];
  readonly classes: readonly string[];
}): ClassCurve[] {
  const { labels, probabilities, classes } = scored;
  const support = classes.map(() => 0);
  for (const label of labels) support[label]!++;
  return [...classes.keys()]
    .toSorted((one, other) => support[other]! - support[one]! || one - other)
    .slice(0, MOST_CURVES)
    .toSorted((one, other) => one - other)
    .map((index) => ({
      label: classes[index]!,
      roc: rocCurve({
        labels: labels.map((label) => (label === index ? 1 : 0)),
        probability: probabilities[index]!,
      }),
    }));
}

interface BinaryScored {
  readonly labels: Float64Array;
  readonly probability: Float64Array;
  readonly predicted: Uint8Array;
}

/** Each of the two classes against the other. */
function binaryPerClass(
  { labels, probability, predicted }: BinaryScored,
  classes: readonly string[],
): ClassMetrics[] {
  const probabilities = [probability.map((value) => 1 - value), probability];
  return [...multiclassMetrics({ labels, predicted, probabilities, classes }).perClass];
}
