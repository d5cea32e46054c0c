import { orNull } from "./binary-metrics.ts";
import { quantileOfSorted } from "./quantile.ts";

export interface RegressionOutcomes {
  readonly actual: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
}

/** Errors are predicted minus actual, in the unit of the target. */
export interface RegressionMetrics {
  readonly rowCount: number;
  readonly rmse: number;
  readonly mae: number;
  /** 1 - residual sum of squares / total sum of squares; null for a constant target. */
  readonly r2: number | null;
  /** Mean of |error| / |actual|; null when an actual value is 0. */
  readonly mape: number | null;
  /** Mean error: above 0 the model predicts too much. */
  readonly meanError: number;
  readonly medianAbsoluteError: number;
  readonly largestAbsoluteError: number;
  /** Quantiles of the error. */
  readonly errorQuantiles: {
    readonly q05: number;
    readonly q25: number;
    readonly q50: number;
    readonly q75: number;
    readonly q95: number;
  };
}

/** All metrics of a regression, by scikit-learn's definitions. */
export function regressionMetrics(outcomes: RegressionOutcomes): RegressionMetrics {
  const { actual, predicted } = outcomes;
  const errors = Float64Array.from(actual, (value, row) => predicted[row]! - value);
  const sorted = errors.toSorted();
  const absolute = errors.map(Math.abs).sort();
  const moments = weightedRegressionMetrics(outcomes, null);
  return {
    rowCount: errors.length,
    ...moments,
    r2: orNull(moments.r2),
    mape: orNull(moments.mape),
    medianAbsoluteError: quantileOfSorted(absolute, 0.5),
    largestAbsoluteError: absolute[absolute.length - 1] ?? NaN,
    errorQuantiles: {
      q05: quantileOfSorted(sorted, 0.05),
      q25: quantileOfSorted(sorted, 0.25),
      q50: quantileOfSorted(sorted, 0.5),
      q75: quantileOfSorted(sorted, 0.75),
      q95: quantileOfSorted(sorted, 0.95),
    },
  };
}

/** The metrics that are means, with row weights; NaN where undefined. What bootstrap resampling calls. */
export function weightedRegressionMetrics(
  { actual, predicted }: RegressionOutcomes,
  weights: ArrayLike<number> | null,
): { rmse: number; mae: number; r2: number; mape: number; meanError: number } {
  let total = 0;
  let actualSum = 0;
  let squared = 0;
  let absolute = 0;
  let signed = 0;
  let relative = 0;
  for (let row = 0; row < actual.length; row++) {
    const weight = weights === null ? 1 : weights[row]!;
    const error = predicted[row]! - actual[row]!;
    total += weight;
    actualSum += weight * actual[row]!;
    squared += weight * error * error;
    absolute += weight * Math.abs(error);
    signed += weight * error;
    relative += actual[row] === 0 ? NaN : weight * Math.abs(error / actual[row]!);
  }
  const mean = actualSum / total;
  let spread = 0;
  for (let row = 0; row < actual.length; row++) {
    spread += (weights === null ? 1 : weights[row]!) * (actual[row]! - mean) ** 2;
  }
  return {
    rmse: Math.sqrt(squared / total),
    mae: absolute / total,
    r2: spread > 0 ? 1 - squared / spread : NaN,
    mape: relative / total,
    meanError: signed / total,
  };
}
