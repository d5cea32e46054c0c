import { weightedRegressionMetrics } from "../metrics/regression-metrics.ts";
import type { Grouping } from "../score/groups.ts";
import { spreadOf, type MetricSpread } from "./metric-frame.ts";

/** Predicted values with the true ones and every row's group. */
export interface GroupedValues {
  readonly actual: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
  readonly grouping: Grouping;
}

type ErrorName = "meanError" | "mae" | "rmse" | "meanPrediction" | "meanActual";

export interface GroupErrors {
  readonly groups: readonly { readonly label: string; readonly count: number }[];
  /** Errors are predicted minus actual; a positive mean error favours nobody by itself, a difference may. */
  readonly metrics: Readonly<Record<ErrorName, MetricSpread>>;
}

const ERROR_NAMES: readonly ErrorName[] = ["meanError", "mae", "rmse", "meanPrediction", "meanActual"];

/** Errors of a regression per group and their spread. */
export function groupErrors({ actual, predicted, grouping }: GroupedValues): GroupErrors {
  const rowsOf = grouping.labels.map((): number[] => []);
  for (const [row, code] of grouping.codes.entries()) rowsOf[code]!.push(row);
  const all = Array.from(grouping.codes, (_, row) => row);
  const overall = errorsOf(all, actual, predicted);
  const perGroup = rowsOf.map((rows) => errorsOf(rows, actual, predicted));
  const entries = ERROR_NAMES.map(
    (name) =>
      [
        name,
        spreadOf(
          overall[name],
          perGroup.map((group) => group[name]),
        ),
      ] as const,
  );
  return {
    groups: grouping.labels.map((label, index) => ({ label, count: rowsOf[index]!.length })),
    // The entries were made from all error names.
    metrics: Object.fromEntries(entries) as Record<ErrorName, MetricSpread>,
  };
}

function errorsOf(
  rows: readonly number[],
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
): Record<ErrorName, number> {
  const outcomes = {
    actual: Float64Array.from(rows, (row) => actual[row]!),
    predicted: Float64Array.from(rows, (row) => predicted[row]!),
  };
  const { meanError, mae, rmse } = weightedRegressionMetrics(outcomes, null);
  const mean = (values: Float64Array): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    meanError,
    mae,
    rmse,
    meanPrediction: mean(outcomes.predicted),
    meanActual: mean(outcomes.actual),
  };
}
