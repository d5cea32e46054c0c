import { createRandom, shuffledIndices } from "../../random.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Matrix, MatrixColumn } from "../../score/preparation.ts";

/** How one matrix column is cut into bins 0..binCount-1; bin `binCount` holds missing values. */
export interface FeatureBinning {
  readonly isCategorical: boolean;
  readonly binCount: number;
  /** Ascending upper limits of the bins but the last: bin b holds limits[b-1] < x <= limits[b]. Numeric only. */
  readonly limits: Float64Array;
  /** Place of the feature's first bin in a histogram over all features. */
  readonly offset: number;
}

export interface Binning {
  readonly features: readonly FeatureBinning[];
  /** Bins of all features together, missing bins included. */
  readonly totalBins: number;
}

/** One byte per cell: a bin of up to 255, or the missing bin after it. */
const MAXIMAL_BINS = 255;
const SAMPLE_ROWS = 200_000;

/**
 * Chooses bins on the training rows as scikit-learn's histogram boosting does: midpoints between distinct values when
 * these are few, else quantiles (over a seeded sample of 200,000 rows). Levels of a categorical column are bins.
 * @throws MlError bad-argument for more levels than bins.
 */
export function fitBinning(matrix: Matrix, maximalBins: number, seed: number): Binning {
  if (!(maximalBins >= 2 && maximalBins <= MAXIMAL_BINS)) {
    throw new MlError("bad-argument", `The number of bins must lie between 2 and ${MAXIMAL_BINS}.`);
  }
  const sample = matrix.rowCount > SAMPLE_ROWS ? sampleRows(matrix.rowCount, seed) : null;
  let offset = 0;
  const features = matrix.columns.map((column): FeatureBinning => {
    const limits =
      column.levels === null ? numericLimits(column.values, maximalBins, sample) : new Float64Array(0);
    const binCount = column.levels === null ? limits.length + 1 : levelCount(column);
    const feature = { isCategorical: column.levels !== null, binCount, limits, offset };
    offset += binCount + 1;
    return feature;
  });
  return { features, totalBins: offset };
}

/** Ascending, so that columns are read from front to back. */
function sampleRows(rowCount: number, seed: number): Uint32Array {
  return shuffledIndices(rowCount, createRandom(seed)).slice(0, SAMPLE_ROWS).sort();
}

function levelCount(column: MatrixColumn): number {
  const count = Math.max(1, column.levels?.length ?? 0);
  if (count > MAXIMAL_BINS) {
    throw new MlError(
      "bad-argument",
      `Column "${column.name}" has ${count} categories, more than ${MAXIMAL_BINS}. Group the rare ones first.`,
      { details: { column: column.name, categories: count } },
    );
  }
  return count;
}

function numericLimits(values: Float64Array, maximalBins: number, sample: Uint32Array | null): Float64Array {
  const sorted = presentValues(values, sample).sort();
  const distinct: number[] = [];
  for (const value of sorted) {
    if (distinct.length > 0 && value === distinct[distinct.length - 1]) continue;
    distinct.push(value);
    if (distinct.length > maximalBins) return quantileLimits(sorted, maximalBins);
  }
  return Float64Array.from({ length: Math.max(0, distinct.length - 1) }, (_, index) =>
    between(distinct[index]!, distinct[index + 1]!),
  );
}

function presentValues(values: Float64Array, sample: Uint32Array | null): Float64Array {
  const length = sample?.length ?? values.length;
  const present = new Float64Array(length);
  let count = 0;
  for (let place = 0; place < length; place++) {
    const value = values[sample === null ? place : sample[place]!]!;
    if (!Number.isNaN(value)) present[count++] = value;
  }
  return present.subarray(0, count);
}

function quantileLimits(sorted: Float64Array, maximalBins: number): Float64Array {
  const limits: number[] = [];
  for (let cut = 1; cut < maximalBins; cut++) {
    const place = (cut / maximalBins) * (sorted.length - 1);
    const low = sorted[Math.floor(place)]!;
    const high = sorted[Math.ceil(place)]!;
    const limit = low === high ? low : between(low, high);
    // A limit at the largest value would leave an empty last bin.
    if (limit !== limits[limits.length - 1] && limit < sorted[sorted.length - 1]!) limits.push(limit);
  }
  return Float64Array.from(limits, finite);
}

/** A number that separates low < high under the rule x <= limit, also next to infinities and neighbouring doubles. */
function between(low: number, high: number): number {
  if (high === Infinity) return finite(low);
  if (low === -Infinity) return -Number.MAX_VALUE;
  const middle = low / 2 + high / 2;
  return middle < high && middle >= low ? middle : low;
}

function finite(limit: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, limit));
}

/** Writes the bin of every cell of a column into `bins`. Levels outside the known ones count as missing. */
export function binColumn(values: Float64Array, feature: FeatureBinning, bins: Uint8Array): void {
  const { limits, binCount, isCategorical } = feature;
  const starts = bucketStarts(limits);
  const lowest = limits[0] ?? 0;
  const scale = bucketScale(limits);
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) {
      bins[row] = binCount;
      continue;
    }
    if (isCategorical) {
      bins[row] = value < binCount ? value : binCount;
      continue;
    }
    const bucket = bucketAt((value - lowest) * scale);
    let low = starts[bucket]!;
    let high = starts[bucket + 1]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= limits[middle]!) high = middle;
      else low = middle + 1;
    }
    bins[row] = low;
  }
}

/** Equal-width buckets over the limits: a value's bucket leaves few limits to search. */
const BUCKETS = 1024;

/** Without a scale all is in the first bucket, also infinity x 0. */
function bucketAt(position: number): number {
  return position > 0 ? Math.min(BUCKETS - 1, Math.floor(position)) : 0;
}

function bucketScale(limits: Float64Array): number {
  const width = limits[limits.length - 1]! - limits[0]!;
  const scale = BUCKETS / width;
  return Number.isFinite(scale) && Number.isFinite(width) ? scale : 0;
}

/** For each bucket, how many limits lie in the buckets before it; values of bucket b search limits[b .. b + 1]. */
function bucketStarts(limits: Float64Array): Int32Array {
  const starts = new Int32Array(BUCKETS + 1);
  const scale = bucketScale(limits);
  for (const limit of limits) {
    const bucket = bucketAt((limit - limits[0]!) * scale);
    starts[bucket + 1]!++;
  }
  for (let bucket = 0; bucket < BUCKETS; bucket++) starts[bucket + 1]! += starts[bucket]!;
  return starts;
}
