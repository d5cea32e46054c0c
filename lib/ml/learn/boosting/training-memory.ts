import { requireMemory, type Control } from "../../control.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Matrix } from "../../score/preparation.ts";
import { binColumn, type Binning } from "./binning.ts";
import { lossFunction, type LossFunction, type LossSettings, type TargetRows } from "./boosting-loss.ts";
import { BIN_BYTES, createHistogramKernel, type HistogramKernel } from "./histogram-kernel.ts";
import { allocateKernelMemory, type KernelMemory } from "./kernel-memory.ts";

/** What fixes the place of every array of a training. */
export interface TrainingShape {
  readonly rowCount: number;
  /** Place of each feature's first bin in a histogram over all features. */
  readonly featureOffsets: readonly number[];
  readonly totalBins: number;
  readonly maximalLeaves: number;
  readonly isWeighted: boolean;
  readonly loss: LossSettings;
}

/** Everything a tree is grown on, in one block of memory that the histogram kernel and other threads can reach. */
export interface TrainingMemory {
  readonly shape: TrainingShape;
  readonly memory: KernelMemory;
  readonly kernel: HistogramKernel;
  readonly loss: LossFunction;
  /** The board on which the threads of a team agree; see team.ts. */
  readonly control: Int32Array;
  /** Features that the current tree may split on, ascending; the first `control` argument says how many. */
  readonly activeFeatures: Int32Array;
  /** For each bin of the feature that a node is split on, whether it goes left. */
  readonly goesLeft: Uint8Array;
  /** Bins of each feature, one byte a row. */
  readonly bins: readonly Uint8Array[];
  /** Row indices; the rows of a node are contiguous. */
  readonly rows: Uint32Array;
  /** Room to part the rows of a node in. */
  readonly leftRows: Uint32Array;
  readonly rightRows: Uint32Array;
  /** Gradient and hessian of each row, one after the other. */
  readonly derivatives: Float64Array;
  /** The same of the current node, in the order of its rows. */
  readonly orderedDerivatives: Float64Array;
  readonly rowsOfTarget: TargetRows;
  /** One array per output. */
  readonly margins: readonly Float64Array[];
  /** The margins before the round; the same arrays where there is one output. */
  readonly marginsBefore: readonly Float64Array[];
  /** Where the leaves of a finished tree begin in `rows`, ascending, and what they add to the margins. */
  readonly leafStarts: Uint32Array;
  readonly leafValues: Float64Array;
  /** One number per chunk of rows. */
  readonly chunkSums: Float64Array;
  readonly chunkCounts: Int32Array;
  /** One histogram over all features per live leaf: [gradient, hessian, rows] for each bin. */
  readonly histograms: readonly Float64Array[];
}

/** Rows that a thread works through at a time. Fixed, because sums are taken chunk by chunk. */
export const CHUNK = 65_536;
/** 32-bit words of the control board. */
const CONTROL_WORDS = 16;
const BINS_OF_BYTE = 256;

/** Hands out one place after the other, each at a multiple of 64 bytes. */
class Layout {
  next = 0;

  take(bytes: number): number {
    const start = this.next;
    this.next += Math.ceil(bytes / 64) * 64;
    return start;
  }
}

/** Where each array begins, in bytes, and how many bytes all need. */
function layOut(shape: TrainingShape) {
  const { rowCount, featureOffsets, totalBins, maximalLeaves, isWeighted } = shape;
  const { outputs } = lossFunction(shape.loss);
  const layout = new Layout();
  const chunks = Math.max(1, Math.ceil(rowCount / CHUNK));
  const doubles = (count: number): number[] => Array.from({ length: count }, () => layout.take(rowCount * 8));
  const places = {
    control: layout.take(CONTROL_WORDS * 4),
    activeFeatures: layout.take(featureOffsets.length * 4),
    goesLeft: layout.take(BINS_OF_BYTE),
    bins: featureOffsets.map(() => layout.take(rowCount)),
    rows: layout.take(rowCount * 4),
    leftRows: layout.take(rowCount * 4),
    rightRows: layout.take(rowCount * 4),
    derivatives: layout.take(rowCount * 16),
    orderedDerivatives: layout.take(rowCount * 16),
    target: layout.take(rowCount * 8),
    weights: isWeighted ? layout.take(rowCount * 8) : null,
    margins: doubles(outputs),
    marginsBefore: outputs === 1 ? null : doubles(outputs),
    chunkSums: layout.take(chunks * 8),
    chunkCounts: layout.take(chunks * 4),
    leafStarts: layout.take(maximalLeaves * 4),
    leafValues: layout.take(maximalLeaves * 8),
    // One per leaf that can still be split, and one for the child that is summed up.
    histograms: Array.from({ length: maximalLeaves + 1 }, () => layout.take(totalBins * BIN_BYTES)),
  };
  return { places, chunks, byteLength: layout.next };
}

/** The arrays of a training over memory that was allocated for its shape, on this or on another thread. */
export function viewTrainingMemory(memory: KernelMemory, shape: TrainingShape): TrainingMemory {
  const { buffer } = memory;
  const { places, chunks } = layOut(shape);
  const { rowCount, totalBins, featureOffsets, maximalLeaves } = shape;
  const doubles = (place: number): Float64Array => new Float64Array(buffer, place, rowCount);
  const margins = places.margins.map(doubles);
  return {
    shape,
    memory,
    kernel: createHistogramKernel(memory),
    loss: lossFunction(shape.loss),
    control: new Int32Array(buffer, places.control, CONTROL_WORDS),
    activeFeatures: new Int32Array(buffer, places.activeFeatures, featureOffsets.length),
    goesLeft: new Uint8Array(buffer, places.goesLeft, BINS_OF_BYTE),
    bins: places.bins.map((place) => new Uint8Array(buffer, place, rowCount)),
    rows: new Uint32Array(buffer, places.rows, rowCount),
    leftRows: new Uint32Array(buffer, places.leftRows, rowCount),
    rightRows: new Uint32Array(buffer, places.rightRows, rowCount),
    derivatives: new Float64Array(buffer, places.derivatives, rowCount * 2),
    orderedDerivatives: new Float64Array(buffer, places.orderedDerivatives, rowCount * 2),
    rowsOfTarget: {
      target: doubles(places.target),
      weights: places.weights === null ? null : doubles(places.weights),
    },
    margins,
    marginsBefore: places.marginsBefore === null ? margins : places.marginsBefore.map(doubles),
    leafStarts: new Uint32Array(buffer, places.leafStarts, maximalLeaves),
    leafValues: new Float64Array(buffer, places.leafValues, maximalLeaves),
    chunkSums: new Float64Array(buffer, places.chunkSums, chunks),
    chunkCounts: new Int32Array(buffer, places.chunkCounts, chunks),
    histograms: places.histograms.map((place) => new Float64Array(buffer, place, totalBins * 3)),
  };
}

interface MemoryRequest {
  readonly matrix: Matrix;
  readonly binning: Binning;
  readonly rows: TargetRows;
  readonly loss: LossSettings;
  readonly maximalLeaves: number;
  /** True when other threads are to see it. */
  readonly isShared: boolean;
  readonly control: Control;
}

/**
 * Bins a matrix and sets up the memory for trees of at most `maximalLeaves` leaves.
 * @throws MlError out-of-memory when the memory may or can not be had.
 */
export function createTrainingMemory(request: MemoryRequest): TrainingMemory {
  const { matrix, binning, rows, loss, maximalLeaves, isShared, control } = request;
  const shape: TrainingShape = {
    rowCount: matrix.rowCount,
    featureOffsets: binning.features.map(({ offset }) => offset),
    totalBins: binning.totalBins,
    maximalLeaves,
    isWeighted: rows.weights !== null,
    loss,
  };
  const { byteLength } = layOut(shape);
  requireMemory(control, byteLength, "Training");
  const views = viewTrainingMemory(allocate(byteLength, isShared), shape);
  for (const [index, feature] of binning.features.entries()) {
    binColumn(matrix.columns[index]!.values, feature, views.bins[index]!);
  }
  views.rowsOfTarget.target.set(rows.target);
  if (rows.weights !== null) views.rowsOfTarget.weights?.set(rows.weights);
  return views;
}

function allocate(byteLength: number, isShared: boolean): KernelMemory {
  try {
    return allocateKernelMemory(byteLength, { isShared });
  } catch (cause) {
    throw new MlError(
      "out-of-memory",
      `Training needs ${Math.ceil(byteLength / 1e6)} MB, which cannot be had. Use fewer rows, columns or leaves.`,
      { details: { bytes: byteLength }, cause },
    );
  }
}

/** The rows of a node: rows[start, start + count). */
export interface RowRange {
  readonly start: number;
  readonly count: number;
}

/** parent := parent - child, which is the other child's histogram. */
export function subtractHistogram(parent: Float64Array, child: Float64Array): void {
  for (let place = 0; place < parent.length; place++) parent[place]! -= child[place]!;
}
