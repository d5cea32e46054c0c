import { MlError } from "../../score/ml-error.ts";
import type { Matrix } from "../../score/preparation.ts";
import { binColumn, type Binning } from "./binning.ts";
import { BIN_BYTES, createHistogramKernel, type HistogramKernel } from "./histogram-kernel.ts";

/** Everything a tree is grown on, laid out in one wasm memory so that the histogram kernel can reach it. */
export interface TrainingMemory {
  readonly kernel: HistogramKernel;
  readonly binning: Binning;
  readonly rowCount: number;
  /** Bins of each feature, one byte a row. */
  readonly bins: readonly Uint8Array[];
  /** Row indices; the rows of a node are contiguous. */
  readonly rows: Uint32Array;
  readonly spareRows: Uint32Array;
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
  /** Gradients and hessians of the current node, in the order of its rows. */
  readonly orderedGradients: Float64Array;
  readonly orderedHessians: Float64Array;
  /** One histogram over all features per live leaf: [gradient, hessian, rows] for each bin. */
  readonly histograms: readonly Float64Array[];
}

/**
 * Bins a matrix and sets up the memory for trees of at most `maximalLeaves` leaves.
 * @throws MlError out-of-memory when the memory cannot be had.
 */
export function createTrainingMemory(
  matrix: Matrix,
  binning: Binning,
  maximalLeaves: number,
): TrainingMemory {
  const { rowCount } = matrix;
  const histogramCount = maximalLeaves + 1;
  const histogramBytes = aligned(binning.totalBins * BIN_BYTES);
  const byteLength =
    64 +
    binning.features.length * aligned(rowCount) +
    2 * aligned(rowCount * 4) +
    4 * aligned(rowCount * 8) +
    histogramCount * histogramBytes;
  const kernel = allocate(byteLength);
  const { buffer } = kernel;
  // Address 0 stays unused, so that no array starts there by mistake.
  let next = 64;
  const take = (bytes: number): number => {
    const start = next;
    next += aligned(bytes);
    return start;
  };
  const bins = binning.features.map((feature, index) => {
    const column = new Uint8Array(buffer, take(rowCount), rowCount);
    binColumn(matrix.columns[index]!.values, feature, column);
    return column;
  });
  const integers = (): Uint32Array => new Uint32Array(buffer, take(rowCount * 4), rowCount);
  const doubles = (): Float64Array => new Float64Array(buffer, take(rowCount * 8), rowCount);
  return {
    kernel,
    binning,
    rowCount,
    bins,
    rows: integers(),
    spareRows: integers(),
    gradients: doubles(),
    hessians: doubles(),
    orderedGradients: doubles(),
    orderedHessians: doubles(),
    histograms: Array.from(
      { length: histogramCount },
      () => new Float64Array(buffer, take(histogramBytes), binning.totalBins * 3),
    ),
  };
}

function allocate(byteLength: number): HistogramKernel {
  try {
    return createHistogramKernel(byteLength);
  } catch (cause) {
    throw new MlError(
      "out-of-memory",
      `Training needs ${Math.ceil(byteLength / 1e6)} MB, which cannot be had. Use fewer rows or columns.`,
      { details: { bytes: byteLength }, cause },
    );
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

/** The rows of a node: rows[start, start + count). */
export interface RowRange {
  readonly start: number;
  readonly count: number;
}

/** Fills `histogram` with the sums over a node's rows for the given features. */
export function buildHistogram(
  memory: TrainingMemory,
  range: RowRange,
  target: { readonly histogram: Float64Array; readonly features: readonly number[] },
): void {
  const { rows, gradients, hessians, orderedGradients, orderedHessians, kernel, binning } = memory;
  const { start, count } = range;
  for (let place = 0; place < count; place++) {
    const row = rows[start + place]!;
    orderedGradients[place] = gradients[row]!;
    orderedHessians[place] = hessians[row]!;
  }
  target.histogram.fill(0);
  for (const feature of target.features) {
    const binStart = target.histogram.byteOffset + binning.features[feature]!.offset * BIN_BYTES;
    kernel.add(
      memory.bins[feature]!.byteOffset,
      rows.byteOffset + start * 4,
      orderedGradients.byteOffset,
      orderedHessians.byteOffset,
      count,
      binStart,
    );
  }
}

/** parent := parent - child, which is the other child's histogram. */
export function subtractHistogram(parent: Float64Array, child: Float64Array): void {
  for (let place = 0; place < parent.length; place++) parent[place]! -= child[place]!;
}
