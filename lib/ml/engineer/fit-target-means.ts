import { createRandom, shuffledIndices } from "../random.ts";
import { compareCodePoints, type Column } from "../score/column.ts";
import type { TargetMeanStep } from "../score/engineering.ts";

export interface TargetMeanRequest {
  readonly sources: readonly string[];
  readonly outputs: readonly string[];
  /** The key of each training row. */
  readonly rows: readonly string[];
  /** Per output, the target of each training row. */
  readonly targets: readonly Float64Array[];
  readonly smoothing: number;
  readonly seed: number;
}

export interface FittedTargetMeans {
  readonly step: TargetMeanStep;
  /** For the training rows: means over the other folds, so that no row sees its own target. */
  readonly training: readonly Column[];
}

const FOLDS = 5;

/**
 * Target means per key, (sum + smoothing x mean of all) / (count + smoothing) (Micci-Barreca 2001, eq. 4), over all
 * training rows for later rows, and out of five seeded folds for the training rows themselves.
 */
export function fitTargetMeans(request: TargetMeanRequest): FittedTargetMeans {
  const { sources, outputs, rows, targets } = request;
  const keys = [...new Set(rows)].toSorted(compareCodePoints);
  const placeOf = new Map(keys.map((key, place) => [key, place]));
  const places = Int32Array.from(rows, (key) => placeOf.get(key)!);
  const folds = foldsOf(rows.length, request.seed);
  const fitted = targets.map((target) =>
    fitOutput({ places, target, folds, keyCount: keys.length }, request.smoothing),
  );
  return {
    step: {
      kind: "target-mean",
      sources,
      outputs,
      keys,
      means: fitted.map(({ means }) => means),
      priors: fitted.map(({ prior }) => prior),
    },
    training: fitted.map(({ training }, output) => ({
      kind: "numeric",
      name: outputs[output]!,
      values: training,
    })),
  };
}

/** The fold of each row; as many rows in each as can be. */
function foldsOf(rowCount: number, seed: number): Uint8Array {
  const folds = new Uint8Array(rowCount);
  for (const [place, row] of shuffledIndices(rowCount, createRandom(seed)).entries())
    folds[row] = place % FOLDS;
  return folds;
}

interface OutputRows {
  readonly places: Int32Array;
  readonly target: Float64Array;
  readonly folds: Uint8Array;
  readonly keyCount: number;
}

function fitOutput({ places, target, folds, keyCount }: OutputRows, smoothing: number) {
  const sums = new Float64Array(keyCount * FOLDS);
  const counts = new Float64Array(keyCount * FOLDS);
  const foldSums = new Float64Array(FOLDS);
  const foldCounts = new Float64Array(FOLDS);
  for (let row = 0; row < places.length; row++) {
    const fold = folds[row]!;
    const cell = places[row]! * FOLDS + fold;
    sums[cell]! += target[row]!;
    counts[cell]!++;
    foldSums[fold]! += target[row]!;
    foldCounts[fold]!++;
  }
  const total = foldSums.reduce((sum, value) => sum + value, 0);
  const prior = total / places.length;
  const without = (place: number, left: number | null, mean: number): number => {
    let [sum, count] = [0, 0];
    for (let fold = 0; fold < FOLDS; fold++) {
      if (fold === left) continue;
      sum += sums[place * FOLDS + fold]!;
      count += counts[place * FOLDS + fold]!;
    }
    return count + smoothing > 0 ? (sum + smoothing * mean) / (count + smoothing) : mean;
  };
  const training = Float64Array.from(places, (place, row) => {
    const fold = folds[row]!;
    const others = places.length - foldCounts[fold]!;
    const mean = others > 0 ? (total - foldSums[fold]!) / others : 0;
    return without(place, fold, mean);
  });
  const means = Array.from({ length: keyCount }, (_, place) => without(place, null, prior));
  return { means, prior, training };
}
