import { quantileOfSorted } from "../metrics/quantile.ts";

interface HistogramBins {
  /** One more edge than counts, ascending; bins are [edge, next), the last one closed. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/** Values outside [q25 - 1.5 IQR, q75 + 1.5 IQR] (Tukey 1977). */
interface Outliers {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** Statistics of the finite values of a column; standard deviation with n - 1. */
export interface NumericSummary {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly standardDeviation: number;
  readonly quantiles: {
    readonly q01: number;
    readonly q05: number;
    readonly q25: number;
    readonly q50: number;
    readonly q75: number;
    readonly q95: number;
    readonly q99: number;
  };
  readonly zeros: number;
  readonly negatives: number;
  readonly infinities: number;
  readonly isInteger: boolean;
  readonly outliers: Outliers;
  readonly histogram: HistogramBins;
}

const HISTOGRAM_BINS = 20;

/** Summarises numbers; missing values (NaN) are ignored. Null when there is no finite value. */
export function summarizeNumbers(
  values: Float64Array,
): (NumericSummary & { readonly distinct: number }) | null {
  const sorted = finiteValues(values).sort();
  const count = sorted.length;
  if (count === 0) return null;
  let sum = 0;
  let zeros = 0;
  let negatives = 0;
  let distinct = 0;
  let isInteger = true;
  for (let index = 0; index < count; index++) {
    const value = sorted[index]!;
    sum += value;
    if (value === 0) zeros++;
    if (value < 0) negatives++;
    if (index === 0 || value !== sorted[index - 1]) distinct++;
    if (isInteger && !Number.isInteger(value)) isInteger = false;
  }
  const mean = sum / count;
  let squares = 0;
  for (const value of sorted) squares += (value - mean) ** 2;
  const quantile = (share: number): number => quantileOfSorted(sorted, share);
  const quantiles = {
    q01: quantile(0.01),
    q05: quantile(0.05),
    q25: quantile(0.25),
    q50: quantile(0.5),
    q75: quantile(0.75),
    q95: quantile(0.95),
    q99: quantile(0.99),
  };
  let infinities = 0;
  for (const value of values) if (value === Infinity || value === -Infinity) infinities++;
  return {
    min: sorted[0]!,
    max: sorted[count - 1]!,
    mean,
    standardDeviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0,
    quantiles,
    zeros,
    negatives,
    infinities,
    isInteger,
    outliers: findOutliers(sorted, quantiles.q25, quantiles.q75),
    histogram: histogramOf(sorted),
    distinct,
  };
}

function finiteValues(values: Float64Array): Float64Array {
  const finite = new Float64Array(values.length);
  let count = 0;
  for (const value of values) if (Number.isFinite(value)) finite[count++] = value;
  return finite.subarray(0, count);
}

function findOutliers(sorted: Float64Array, lower: number, upper: number): Outliers {
  const reach = 1.5 * (upper - lower);
  const [low, high] = [lower - reach, upper + reach];
  let count = 0;
  for (const value of sorted) if (value < low || value > high) count++;
  return { low, high, count };
}

/** Equal-width bins over ascending values; one bin when they are all equal. */
function histogramOf(sorted: Float64Array, binCount = HISTOGRAM_BINS): HistogramBins {
  const low = sorted[0]!;
  const high = sorted[sorted.length - 1]!;
  if (low === high) return { edges: [low, high], counts: [sorted.length] };
  const width = (high - low) / binCount;
  const counts = Array.from({ length: binCount }, () => 0);
  for (const value of sorted) {
    const bin = Math.min(binCount - 1, Math.floor((value - low) / width));
    counts[bin]!++;
  }
  const edges = Array.from({ length: binCount + 1 }, (_, index) =>
    index === binCount ? high : low + index * width,
  );
  return { edges, counts };
}
