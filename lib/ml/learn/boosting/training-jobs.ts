import { assertNever } from "../../score/assert-never.ts";
import { BIN_BYTES, type FeatureAddress } from "./histogram-kernel.ts";
import { CHUNK, type TrainingMemory } from "./training-memory.ts";

/**
 * Work on a training's memory that falls into items which may run in any order on any thread: each item writes places
 * of its own, and no sum goes over an item's edge. So the bytes do not depend on how many threads take part.
 */
export type TrainingJob =
  /** Gradients and hessians of one output, with the loss before in `chunkSums`; an item is a chunk of rows. */
  | { readonly kind: "derivatives"; readonly output: number }
  /** The loss summed over each chunk, into `chunkSums`. */
  | { readonly kind: "loss" }
  /** Adds the values of a finished tree's leaves to the margins of their rows; an item is a chunk of `rows`. */
  | { readonly kind: "margins"; readonly output: number; readonly leaves: number }
  /** Brings the derivatives of a node's rows into their order; an item is a chunk of the node's rows. */
  | { readonly kind: "gather"; readonly start: number; readonly count: number }
  /**
   * Sums up histogram number `histogram` over a node's rows; an item is two active features. `isGathered` is 0 when
   * the rows are all rows in their order, whose derivatives need no gathering.
   */
  | {
      readonly kind: "histogram";
      readonly isGathered: 0 | 1;
      readonly start: number;
      readonly count: number;
      readonly histogram: number;
      readonly features: number;
    }
  /** Within each chunk of a node's rows, puts those that go left first; counts them in `chunkCounts`. */
  | { readonly kind: "sort-sides"; readonly start: number; readonly count: number; readonly feature: number }
  /** Moves both sides of each chunk to their places in `rows`; `left` is how many go left in all. */
  | { readonly kind: "join-sides"; readonly start: number; readonly count: number; readonly left: number };

type Kind = TrainingJob["kind"];

/** The order is that of the numbers which travel between threads. */
export const JOB_KINDS: readonly Kind[] = [
  "derivatives",
  "loss",
  "margins",
  "gather",
  "histogram",
  "sort-sides",
  "join-sides",
];

/** How many items a job has. */
export function itemCount(memory: TrainingMemory, job: TrainingJob): number {
  switch (job.kind) {
    case "derivatives":
    case "loss":
    case "margins":
      return Math.ceil(memory.shape.rowCount / CHUNK);
    case "histogram":
      return Math.ceil(job.features / 2);
    case "gather":
    case "sort-sides":
    case "join-sides":
      return Math.ceil(job.count / CHUNK);
    default:
      return assertNever(job);
  }
}

/** Does one item of a job. */
export function runItem(memory: TrainingMemory, job: TrainingJob, item: number): void {
  const from = item * CHUNK;
  switch (job.kind) {
    case "derivatives":
    case "loss": {
      const to = Math.min(memory.shape.rowCount, from + CHUNK);
      const { loss, rowsOfTarget: rows } = memory;
      if (job.kind === "loss") {
        memory.chunkSums[item] = loss.sum({ margins: memory.margins, rows, from, to });
        return;
      }
      const { derivatives, marginsBefore: margins } = memory;
      const sum = loss.derivatives({ output: job.output, margins, rows, derivatives, from, to });
      if (job.output === 0) memory.chunkSums[item] = sum;
      return;
    }
    case "margins":
      addLeafValues(memory, job, item);
      return;
    case "gather": {
      const { rows, derivatives, orderedDerivatives, kernel } = memory;
      const count = Math.min(CHUNK, job.count - from);
      const rowsPlace = rows.byteOffset + (job.start + from) * 4;
      kernel.gather(rowsPlace, count, derivatives.byteOffset, orderedDerivatives.byteOffset + from * 16);
      return;
    }
    case "histogram":
      addPair(memory, job, item);
      return;
    case "sort-sides":
      sortSides(memory, job, item);
      return;
    case "join-sides":
      joinSides(memory, job, item);
      return;
    default:
      assertNever(job);
  }
}

type JobOf<Name extends Kind> = Extract<TrainingJob, { readonly kind: Name }>;

function addPair(memory: TrainingMemory, job: JobOf<"histogram">, item: number): void {
  const { rows, derivatives, orderedDerivatives, kernel, activeFeatures } = memory;
  const rowsPlace = rows.byteOffset + job.start * 4;
  const pairs = (job.isGathered === 1 ? orderedDerivatives : derivatives).byteOffset;
  const first = clearedFeature(memory, job, activeFeatures[2 * item]!);
  if (2 * item + 1 === job.features) {
    kernel.addOne(rowsPlace, pairs, job.count, first.bins, first.histogram);
    return;
  }
  const second = clearedFeature(memory, job, activeFeatures[2 * item + 1]!);
  kernel.addTwo(rowsPlace, pairs, job.count, first, second);
}

/** Leaves lie one after the other in `rows`, and together they hold every row. */
function addLeafValues(memory: TrainingMemory, job: JobOf<"margins">, item: number): void {
  const { rows, leafStarts, leafValues } = memory;
  const margin = memory.margins[job.output]!;
  const to = Math.min(memory.shape.rowCount, (item + 1) * CHUNK);
  let place = item * CHUNK;
  let leaf = 0;
  while (leaf + 1 < job.leaves && leafStarts[leaf + 1]! <= place) leaf++;
  while (place < to) {
    const end = leaf + 1 < job.leaves ? Math.min(to, leafStarts[leaf + 1]!) : to;
    const value = leafValues[leaf]!;
    for (; place < end; place++) margin[rows[place]!]! += value;
    leaf++;
  }
}

function clearedFeature(memory: TrainingMemory, job: JobOf<"histogram">, feature: number): FeatureAddress {
  const { featureOffsets, totalBins } = memory.shape;
  const histogram = memory.histograms[job.histogram]!;
  const from = featureOffsets[feature]!;
  histogram.fill(0, from * 3, (featureOffsets[feature + 1] ?? totalBins) * 3);
  return {
    bins: memory.bins[feature]!.byteOffset,
    histogram: histogram.byteOffset + from * BIN_BYTES,
  };
}

function sortSides(memory: TrainingMemory, job: JobOf<"sort-sides">, item: number): void {
  const { rows, leftRows, rightRows, goesLeft, chunkCounts } = memory;
  const bins = memory.bins[job.feature]!;
  const from = job.start + item * CHUNK;
  const to = Math.min(job.start + job.count, from + CHUNK);
  let left = from;
  let right = from;
  for (let place = from; place < to; place++) {
    const row = rows[place]!;
    const isLeft = goesLeft[bins[row]!]!;
    // Both are written, one of them counts: which side a row takes is nothing a processor could foresee.
    leftRows[left] = row;
    rightRows[right] = row;
    left += isLeft;
    right += 1 - isLeft;
  }
  chunkCounts[item] = left - from;
}

function joinSides(memory: TrainingMemory, job: JobOf<"join-sides">, item: number): void {
  const { rows, leftRows, rightRows, chunkCounts } = memory;
  const from = job.start + item * CHUNK;
  const to = Math.min(job.start + job.count, from + CHUNK);
  let leftBefore = 0;
  for (let chunk = 0; chunk < item; chunk++) leftBefore += chunkCounts[chunk]!;
  const left = chunkCounts[item]!;
  const right = to - from - left;
  rows.set(leftRows.subarray(from, from + left), job.start + leftBefore);
  rows.set(rightRows.subarray(from, from + right), job.start + job.left + (item * CHUNK - leftBefore));
}
