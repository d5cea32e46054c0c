import type { Matrix } from "../../score/preparation.ts";
import { MlError } from "../../score/ml-error.ts";
import { binColumn, type Binning, type FeatureBinning } from "../boosting/binning.ts";

/** How the bins of one column look in values. */
export interface ForestFeature {
  readonly isCategorical: boolean;
  /** Bins 0..binCount-1 hold values or levels, bin binCount holds missing cells. */
  readonly binCount: number;
  /** Smallest and largest training value of each bin; numeric only. */
  readonly lows: Float64Array;
  readonly highs: Float64Array;
}

/** The training rows in the form trees are grown on; its arrays lie in memory that threads can share. */
export interface ForestRows {
  readonly rowCount: number;
  readonly features: readonly ForestFeature[];
  /** One byte per cell, one column after another. */
  readonly bins: Uint8Array;
  /** Class indices when `outputs` is the number of classes; else 0 and 1, or values less their mean. */
  readonly target: Float64Array;
  /** Null when every row weighs 1. */
  readonly weights: Float64Array | null;
  /** Numbers a leaf holds: 1 for two classes and for values, else the number of classes. */
  readonly outputs: number;
}

interface RowsRequest {
  readonly binning: Binning;
  readonly target: Float64Array;
  readonly weights: Float64Array | null;
  readonly outputs: number;
}

/**
 * Bins a matrix into shared memory.
 * @throws MlError out-of-memory when the memory cannot be had.
 */
export function forestRows(matrix: Matrix, request: RowsRequest): ForestRows {
  const { rowCount, columns } = matrix;
  const { binning, outputs } = request;
  const bins = new Uint8Array(shared(rowCount * columns.length));
  const features = binning.features.map((feature, index): ForestFeature => {
    const { values } = columns[index]!;
    const column = bins.subarray(index * rowCount, (index + 1) * rowCount);
    binColumn(values, feature, column);
    return {
      isCategorical: feature.isCategorical,
      binCount: feature.binCount,
      ...ranges(feature, values, column),
    };
  });
  const copy = (values: Float64Array): Float64Array => {
    const doubles = new Float64Array(shared(values.length * 8));
    doubles.set(values);
    return doubles;
  };
  const target = copy(request.target);
  const weights = request.weights === null ? null : copy(request.weights);
  return { rowCount, features, bins, target, weights, outputs };
}

function shared(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch (cause) {
    throw new MlError(
      "out-of-memory",
      `Training needs ${Math.ceil(bytes / 1e6)} MB in one piece, which cannot be had. Use fewer rows or columns.`,
      { details: { bytes }, cause },
    );
  }
}

function ranges(
  feature: FeatureBinning,
  values: Float64Array,
  column: Uint8Array,
): { lows: Float64Array; highs: Float64Array } {
  const { binCount, limits, isCategorical } = feature;
  if (isCategorical) return { lows: new Float64Array(0), highs: new Float64Array(0) };
  const lows = new Float64Array(binCount).fill(Infinity);
  const highs = new Float64Array(binCount).fill(-Infinity);
  for (let row = 0; row < values.length; row++) {
    const bin = column[row]!;
    if (bin === binCount) continue;
    const value = values[row]!;
    if (value < lows[bin]!) lows[bin] = value;
    if (value > highs[bin]!) highs[bin] = value;
  }
  for (let bin = 0; bin < binCount; bin++) {
    // A bin no training row fell into keeps the order of its neighbours.
    if (lows[bin]! > highs[bin]!) lows[bin] = highs[bin] = limits[Math.min(bin, limits.length - 1)] ?? 0;
  }
  return { lows, highs };
}
