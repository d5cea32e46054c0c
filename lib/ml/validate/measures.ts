import { assertNever } from "../score/assert-never.ts";
import { MlError } from "../score/ml-error.ts";
import type { Problem } from "../score/model-file.ts";
import type { Predictions } from "../score/scorer.ts";
import { binaryMetrics } from "../metrics/binary-metrics.ts";
import { multiclassMetrics } from "../metrics/multiclass-metrics.ts";
import { regressionMetrics } from "../metrics/regression-metrics.ts";

/** Names of single numbers that say how good predictions are; scikit-learn's words in lower camel case. */
export type MeasureName =
  | "auc"
  | "averagePrecision"
  | "logLoss"
  | "brier"
  | "accuracy"
  | "balancedAccuracy"
  | "f1"
  | "macroAuc"
  | "macroF1"
  | "rmse"
  | "mae"
  | "r2";

/** The measures of each problem; the first is what models are judged by unless another is named. */
export const MEASURES: Readonly<Record<Problem, readonly MeasureName[]>> = {
  binary: ["auc", "averagePrecision", "logLoss", "brier", "accuracy", "balancedAccuracy", "f1"],
  multiclass: ["macroAuc", "logLoss", "accuracy", "macroF1"],
  regression: ["rmse", "mae", "r2"],
};

const LOWER_IS_BETTER: ReadonlySet<MeasureName> = new Set(["logLoss", "brier", "rmse", "mae"]);

export type Direction = "higher" | "lower";

/** Whether a higher or a lower value is better. */
export function directionOf(measure: MeasureName): Direction {
  return LOWER_IS_BETTER.has(measure) ? "lower" : "higher";
}

/**
 * The measure to judge by: the named one, or the problem's first.
 * @throws MlError bad-argument when the problem has no such measure.
 */
export function chooseMeasure(problem: Problem, named: string | undefined): MeasureName {
  const measures = MEASURES[problem];
  if (named === undefined) return measures[0]!;
  const found = measures.find((measure) => measure === named);
  if (found !== undefined) return found;
  throw new MlError(
    "bad-argument",
    `"${named}" is no measure of a ${problem} problem. Choose one of: ${measures.join(", ")}.`,
  );
}

export type Measures = Readonly<Partial<Record<MeasureName, number | null>>>;

/** Measures predictions of known outcomes (class indices or values); null where the rows do not define a measure. */
export function measure(
  predictions: Predictions,
  actual: Float64Array,
  classes: readonly string[] | null,
): Measures {
  switch (predictions.kind) {
    case "binary": {
      const { probability, predicted } = predictions;
      const all = binaryMetrics({ labels: actual, probability, predicted });
      const { auc, averagePrecision, logLoss, brier, accuracy, balancedAccuracy, f1 } = all;
      return { auc, averagePrecision, logLoss, brier, accuracy, balancedAccuracy, f1 };
    }
    case "multiclass": {
      const { probabilities, predicted } = predictions;
      const all = multiclassMetrics({ labels: actual, predicted, probabilities, classes: classes ?? [] });
      return {
        macroAuc: all.macroAuc,
        logLoss: all.logLoss,
        accuracy: all.accuracy,
        macroF1: all.macro.f1,
      };
    }
    case "regression": {
      const { rmse, mae, r2 } = regressionMetrics({ actual, predicted: predictions.values });
      return { rmse, mae, r2 };
    }
    default:
      return assertNever(predictions);
  }
}
