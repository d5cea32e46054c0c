import type { Column } from "../score/column.ts";
import type { Problem } from "../score/model-file.ts";

/** What to judge a model by. Names are those of `evaluate_model`. */
export interface MetricSuggestion {
  readonly primary: string;
  readonly others: readonly string[];
  readonly reason: string;
}

/** Beyond this skewness a few large values decide a squared error. */
const SKEWED = 3;

/** The measure that fits a problem: what is rare, or large, must not drown what matters. */
export function suggestMetric(problem: Problem, target: Column, isImbalanced: boolean): MetricSuggestion {
  if (problem === "binary") {
    return isImbalanced
      ? {
          primary: "averagePrecision",
          others: ["auc", "recall", "brier"],
          reason: "the positive class is rare: average precision looks at it, accuracy and even AUC flatter",
        }
      : {
          primary: "auc",
          others: ["logLoss", "f1", "accuracy"],
          reason: "both classes are common: AUC judges the order of the rows whatever the threshold",
        };
  }
  if (problem === "multiclass") {
    return isImbalanced
      ? {
          primary: "macroF1",
          others: ["macroAuc", "logLoss"],
          reason: "classes differ much in size: the macro average counts each class once",
        }
      : {
          primary: "accuracy",
          others: ["macroF1", "logLoss"],
          reason: "classes are of like size, so the share of right answers is fair",
        };
  }
  const skew = target.kind === "numeric" ? skewnessOf(target.values) : 0;
  return skew > SKEWED
    ? {
        primary: "mae",
        others: ["rmse", "r2"],
        reason: `the target is skewed (skewness ${skew.toFixed(1)}): a squared error would be decided by few rows`,
      }
    : {
        primary: "rmse",
        others: ["mae", "r2"],
        reason: "the target is not skewed much: RMSE is in its own units",
      };
}

/** Third standardised moment of the present, finite values; 0 when they do not vary. */
function skewnessOf(values: Float64Array): number {
  const present = values.filter((value) => Number.isFinite(value));
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  let [second, third] = [0, 0];
  for (const value of present) {
    second += (value - mean) ** 2;
    third += (value - mean) ** 3;
  }
  second /= present.length;
  return second > 0 ? third / present.length / second ** 1.5 : 0;
}
