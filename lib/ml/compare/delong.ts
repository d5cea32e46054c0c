import { MlError } from "../score/ml-error.ts";
import { normalTail } from "../drift/special-functions.ts";

/** Scores of two models for the same rows; labels hold 1 for positive and 0 for negative. */
export interface PairedScores {
  readonly labels: ArrayLike<number>;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

export interface DeLongTest {
  readonly aucs: readonly [number, number];
  /** First minus second. */
  readonly difference: number;
  readonly standardError: number;
  /** Null when the difference has no spread, as for two models that rank alike. */
  readonly z: number | null;
  /** Two-sided; 1 when the models rank the rows alike. */
  readonly p: number;
}

/**
 * Tests whether two areas under the ROC curve on the same rows differ (DeLong, DeLong and Clarke-Pearson 1988), by the
 * midranks of Sun and Xu (2014), in n log n.
 * @throws MlError bad-data with fewer than two rows of a class.
 */
export function deLongTest({ labels, first, second }: PairedScores): DeLongTest {
  const positives: number[] = [];
  const negatives: number[] = [];
  for (let row = 0; row < labels.length; row++) (labels[row] === 1 ? positives : negatives).push(row);
  if (positives.length < 2 || negatives.length < 2) {
    throw new MlError(
      "bad-data",
      `A test of AUCs needs at least two rows of each class; there are ${positives.length} positive and ${negatives.length} negative ones.`,
    );
  }
  const parts = [first, second].map((scores) => components(scores, positives, negatives));
  const [one, two] = [parts[0]!, parts[1]!];
  const spread = (side: "ofPositives" | "ofNegatives"): number => {
    const differences = one[side].map((value, index) => value - two[side][index]!);
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
    const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return squares / (differences.length - 1) / differences.length;
  };
  const difference = one.auc - two.auc;
  const standardError = Math.sqrt(spread("ofPositives") + spread("ofNegatives"));
  const aucs = [one.auc, two.auc] as const;
  // Rounding leaves a spread of about 1e-17 between models that rank alike.
  if (!(standardError > 1e-12))
    return { aucs, difference, standardError: 0, z: null, p: difference === 0 ? 1 : 0 };
  const z = difference / standardError;
  return { aucs, difference, standardError, z, p: Math.min(1, 2 * normalTail(Math.abs(z))) };
}

interface Components {
  readonly auc: number;
  /** For each positive row the share of negative rows below it, ties half. */
  readonly ofPositives: Float64Array;
  /** For each negative row the share of positive rows above it, ties half. */
  readonly ofNegatives: Float64Array;
}

function components(
  scores: Float64Array,
  positives: readonly number[],
  negatives: readonly number[],
): Components {
  const of = (rows: readonly number[]) => Float64Array.from(rows, (row) => scores[row]!);
  const positiveScores = of(positives);
  const negativeScores = of(negatives);
  const pooled = midranks(chain(positiveScores, negativeScores));
  const amongPositives = midranks(positiveScores);
  const amongNegatives = midranks(negativeScores);
  const ofPositives = amongPositives.map((rank, index) => (pooled[index]! - rank) / negatives.length);
  const ofNegatives = amongNegatives.map(
    (rank, index) => 1 - (pooled[positives.length + index]! - rank) / positives.length,
  );
  return {
    auc: ofPositives.reduce((sum, value) => sum + value, 0) / positives.length,
    ofPositives,
    ofNegatives,
  };
}

function chain(left: Float64Array, right: Float64Array): Float64Array {
  const both = new Float64Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

/** Ranks from 1; equal values share the mean of their ranks. */
export function midranks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, index) => index).sort(
    (left, right) => values[left]! - values[right]! || left - right,
  );
  const ranks = new Float64Array(values.length);
  let start = 0;
  while (start < order.length) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let place = start; place < end; place++) ranks[order[place]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}
