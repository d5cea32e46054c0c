import { studentQuantile } from "../compare/student-quantile.ts";

/** One measure over the folds of a cross-validation. */
export interface FoldSummary {
  readonly mean: number;
  /** Standard deviation over the folds (n - 1); null for a single fold. */
  readonly deviation: number | null;
  /**
   * Standard error of the mean by Nadeau and Bengio (2003): sqrt((1 / folds + test / train) * variance). Folds share
   * training rows, so the usual deviation / sqrt(folds) claims too much.
   */
  readonly standardError: number | null;
  /** 95 % interval of the mean by Student's t with folds - 1 degrees of freedom and the corrected standard error. */
  readonly low: number | null;
  readonly high: number | null;
  /** Folds in which the measure is defined. */
  readonly folds: number;
}

export interface FoldValue {
  readonly value: number | null;
  readonly trainRows: number;
  readonly testRows: number;
}

/** Sums up one measure; null when no fold defines it. */
export function summarizeFolds(values: readonly FoldValue[]): FoldSummary | null {
  const defined = values.filter((one): one is FoldValue & { value: number } => one.value !== null);
  const folds = defined.length;
  if (folds === 0) return null;
  const mean = defined.reduce((sum, { value }) => sum + value, 0) / folds;
  if (folds === 1) return { mean, deviation: null, standardError: null, low: null, high: null, folds };
  const variance = defined.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / (folds - 1);
  const ratio = defined.reduce((sum, { testRows, trainRows }) => sum + testRows / trainRows, 0) / folds;
  const standardError = Math.sqrt((1 / folds + ratio) * variance);
  const reach = studentQuantile(0.95, folds - 1) * standardError;
  return {
    mean,
    deviation: Math.sqrt(variance),
    standardError,
    low: mean - reach,
    high: mean + reach,
    folds,
  };
}
