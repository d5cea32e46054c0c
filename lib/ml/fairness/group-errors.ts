import { bootstrapIntervals, type BootstrapOptions, type Interval } from "../metrics/bootstrap.ts";
import type { Grouping } from "../score/groups.ts";
import { spreadOf, type MetricSpread } from "./metric-frame.ts";

/** Predicted values with the true ones and every row's group. */
export interface GroupedValues {
  readonly actual: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
  readonly grouping: Grouping;
}

const ERROR_NAMES = ["meanError", "mae", "rmse", "meanPrediction", "meanActual"] as const;
type ErrorName = (typeof ERROR_NAMES)[number];

export interface GroupErrors {
  readonly groups: readonly { readonly label: string; readonly count: number }[];
  /** Errors are predicted minus actual; a positive mean error favours nobody by itself, a difference may. */
  readonly metrics: Readonly<Record<ErrorName, MetricSpread>>;
}

/** Confidence intervals of an error: over all rows, per group label, and of the distances. */
export interface ErrorIntervals {
  readonly overall?: Interval;
  readonly byGroup: Readonly<Record<string, Interval>>;
  readonly difference?: Interval;
  readonly differenceToOverall?: Interval;
}

/** Errors of a regression per group and their spread. */
export function groupErrors(values: GroupedValues): GroupErrors {
  const { overall, groups } = errorsOf(values, null);
  const entries = ERROR_NAMES.map(
    (name) =>
      [
        name,
        spreadOf(
          overall[name],
          groups.map(({ errors }) => errors[name]),
        ),
      ] as const,
  );
  return {
    groups: groups.map(({ label, weight }) => ({ label, count: weight })),
    // The entries were made from all error names.
    metrics: Object.fromEntries(entries) as Record<ErrorName, MetricSpread>,
  };
}

/**
 * Percentile bootstrap over all rows, not stratified, of every number of `groupErrors`. A difference reaches down to 0
 * where the order of the groups that make it could be the other way round.
 * @throws MlError bad-argument for resamples or level out of range; cancelled.
 */
export function groupErrorIntervals(
  values: GroupedValues,
  options: BootstrapOptions,
): Record<ErrorName, ErrorIntervals> {
  const estimate = groupErrors(values);
  const { labels } = values.grouping;
  const intervals = bootstrapIntervals<string>(
    values.grouping.codes.length,
    (weights) => {
      const { overall, groups } = errorsOf(values, weights);
      const statistics: Record<string, number | null> = {};
      for (const name of ERROR_NAMES) {
        const { byGroup, overall: all } = estimate.metrics[name];
        const of = (label: string): number | null =>
          groups.find((group) => group.label === label)?.errors[name] ?? null;
        const spread = spreadOf(
          overall[name],
          groups.map(({ errors }) => errors[name]),
        );
        statistics[`${name}.overall`] = overall[name];
        statistics[`${name}.difference`] = spread.difference;
        statistics[`${name}.differenceToOverall`] = spread.differenceToOverall;
        for (const [group, label] of labels.entries()) statistics[`${name}.group.${group}`] = of(label);
        const [largest, smallest] = [Math.max(...byGroup), Math.min(...byGroup)];
        const high = of(labels[byGroup.indexOf(largest)] ?? "");
        const low = of(labels[byGroup.indexOf(smallest)] ?? "");
        statistics[`${name}.signed`] = high === null || low === null ? null : high - low;
        const isAbove = largest - all >= all - smallest;
        const far = isAbove ? high : low;
        statistics[`${name}.signedToOverall`] =
          far === null ? null : (far - overall[name]) * (isAbove ? 1 : -1);
      }
      return statistics;
    },
    options,
  );
  const reachingDown = (name: string, signed: string): Interval | undefined => {
    const interval = intervals[name];
    if (interval === undefined) return undefined;
    return { ...interval, low: Math.min(interval.low, Math.max(0, intervals[signed]?.low ?? 0)) };
  };
  const entries = ERROR_NAMES.map((name): readonly [ErrorName, ErrorIntervals] => {
    const overall = intervals[`${name}.overall`];
    const difference = reachingDown(`${name}.difference`, `${name}.signed`);
    const differenceToOverall = reachingDown(`${name}.differenceToOverall`, `${name}.signedToOverall`);
    const byGroup = labels.flatMap((label, group) => {
      const interval = intervals[`${name}.group.${group}`];
      return interval === undefined ? [] : [[label, interval] as const];
    });
    return [
      name,
      {
        byGroup: Object.fromEntries(byGroup),
        ...(overall === undefined ? {} : { overall }),
        ...(difference === undefined ? {} : { difference }),
        ...(differenceToOverall === undefined ? {} : { differenceToOverall }),
      },
    ];
  });
  // The entries were made from all error names.
  return Object.fromEntries(entries) as Record<ErrorName, ErrorIntervals>;
}

type Errors = Readonly<Record<ErrorName, number>>;

interface GroupSums {
  weight: number;
  error: number;
  absolute: number;
  square: number;
  predicted: number;
  actual: number;
}

/** Errors of all rows and of the groups that have weight. */
function errorsOf({ actual, predicted, grouping }: GroupedValues, weights: ArrayLike<number> | null) {
  const sums = grouping.labels.map(emptySums);
  const total = emptySums();
  for (const [row, code] of grouping.codes.entries()) {
    const weight = weights === null ? 1 : weights[row]!;
    if (weight === 0) continue;
    const error = predicted[row]! - actual[row]!;
    for (const sum of [sums[code]!, total]) {
      sum.weight += weight;
      sum.error += weight * error;
      sum.absolute += weight * Math.abs(error);
      sum.square += weight * error * error;
      sum.predicted += weight * predicted[row]!;
      sum.actual += weight * actual[row]!;
    }
  }
  const groups = sums.flatMap((sum, group) =>
    sum.weight === 0 ? [] : [{ label: grouping.labels[group]!, weight: sum.weight, errors: meansOf(sum) }],
  );
  return { overall: meansOf(total), groups };
}

const emptySums = (): GroupSums => ({ weight: 0, error: 0, absolute: 0, square: 0, predicted: 0, actual: 0 });

function meansOf({ weight, error, absolute, square, predicted, actual }: GroupSums): Errors {
  return {
    meanError: error / weight,
    mae: absolute / weight,
    rmse: Math.sqrt(square / weight),
    meanPrediction: predicted / weight,
    meanActual: actual / weight,
  };
}
