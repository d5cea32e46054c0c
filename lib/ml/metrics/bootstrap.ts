import { UNWATCHED, type Control } from "../control.ts";
import { createRandom } from "../random.ts";
import { requireInRange } from "../parameter-range.ts";
import { quantileOfSorted } from "./quantile.ts";

/** A percentile bootstrap interval (Efron 1979). */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
}

export interface BootstrapOptions {
  /** Number of resamples. Default 200. */
  readonly resamples?: number;
  /** Coverage, default 0.95. */
  readonly level?: number;
  readonly seed: number;
  readonly control?: Control;
}

/** How often each row was drawn; statistics take it as row weights. */
export type RowCounts = Float64Array;

/**
 * Confidence intervals of several statistics by resampling rows with replacement. `statistic` is called with null for
 * the estimate and with row counts for each resample; a value that is null or NaN in a resample is left out of it.
 * The same seed gives the same intervals.
 * @throws MlError bad-argument for a level outside (0.5, 1); cancelled.
 */
export function bootstrapIntervals<Name extends string>(
  rowCount: number,
  statistic: (weights: RowCounts | null) => Readonly<Record<Name, number | null>>,
  options: BootstrapOptions,
): Partial<Record<Name, Interval>> {
  const { resamples = 200, level = 0.95, seed } = options;
  const control = options.control ?? UNWATCHED;
  requireInRange("resamples", resamples, { from: 10, to: 100_000, isInteger: true });
  requireInRange("level", level, { from: 0.5, to: 0.9999 });
  const estimates = statistic(null);
  // The keys are those the statistic gave.
  const names = Object.keys(estimates) as Name[];
  const drawn = new Map<Name, number[]>(names.map((name) => [name, []]));
  const random = createRandom(seed);
  const counts = new Float64Array(rowCount);
  for (let resample = 0; resample < resamples; resample++) {
    control.throwIfCancelled();
    counts.fill(0);
    for (let draw = 0; draw < rowCount; draw++) counts[random.integer(rowCount)]!++;
    const values = statistic(counts);
    for (const name of names) {
      const value = values[name];
      if (value !== null && Number.isFinite(value)) drawn.get(name)!.push(value);
    }
    control.report({
      stage: "bootstrap",
      done: resample + 1,
      total: resamples,
      rows: (resample + 1) * rowCount,
    });
  }
  const intervals: Partial<Record<Name, Interval>> = {};
  for (const name of names) {
    const estimate = estimates[name];
    const values = Float64Array.from(drawn.get(name)!).sort();
    if (estimate === null || !Number.isFinite(estimate) || values.length < resamples / 2) continue;
    intervals[name] = {
      estimate,
      low: quantileOfSorted(values, (1 - level) / 2),
      high: quantileOfSorted(values, (1 + level) / 2),
      standardError: standardDeviation(values),
    };
  }
  return intervals;
}

function standardDeviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, values.length - 1));
}
