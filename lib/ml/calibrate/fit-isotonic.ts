import type { IsotonicCurve } from "../score/calibration.ts";
import { MlError } from "../score/ml-error.ts";
import type { ScoredLabels } from "./fit-platt.ts";

/** Scores closer than this are one point, as in scikit-learn. */
const RESOLUTION = 1e-15;

/**
 * The rising curve with the least weighted squared error, by pooling adjacent violators (Ayer et al. 1955), with
 * scikit-learn's IsotonicRegression semantics: equal scores are averaged first, only the ends of level stretches are
 * kept, and values between are interpolated.
 * @throws MlError bad-data without rows of positive weight.
 */
export function fitIsotonic({ scores, labels, weights, order: sorted }: OrderedLabels): IsotonicCurve {
  const order = (sorted ?? risingOrder(scores)).filter((row) => weights === null || weights[row]! > 0);
  if (order.length === 0) throw new MlError("bad-data", "There are no rows to calibrate on.");
  const points = distinctPoints(order, { scores, labels, weights });
  const fitted = pool(points);
  const kept = fitted
    .keys()
    .filter((index) => {
      const isEnd = index === 0 || index === fitted.length - 1;
      return isEnd || fitted[index] !== fitted[index - 1] || fitted[index] !== fitted[index + 1];
    })
    .toArray();
  return {
    inputs: kept.map((index) => points[index]!.score + 0),
    outputs: kept.map((index) => Math.min(1, Math.max(0, fitted[index]!)) + 0),
  };
}

interface OrderedLabels extends ScoredLabels {
  /** Row indices by rising score, of whoever fits the same scores again and again. */
  readonly order?: Uint32Array;
}

/** Row indices by rising score, the first row first among equals. */
export function risingOrder(scores: Float64Array): Uint32Array {
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row);
  return order.sort((left, right) => scores[left]! - scores[right]! || left - right);
}

interface Point {
  readonly score: number;
  weight: number;
  /** Weighted sum of the labels. */
  sum: number;
}

function distinctPoints(order: Uint32Array, { scores, labels, weights }: ScoredLabels): Point[] {
  const points: Point[] = [];
  for (const row of order) {
    const weight = weights === null ? 1 : weights[row]!;
    const last = points[points.length - 1];
    if (last !== undefined && scores[row]! - last.score < RESOLUTION) {
      last.weight += weight;
      last.sum += weight * labels[row]!;
    } else points.push({ score: scores[row]!, weight, sum: weight * labels[row]! });
  }
  return points;
}

/** The fitted value of every point: blocks whose means do not rise are joined with the one before. */
function pool(points: readonly Point[]): number[] {
  const blocks: { weight: number; sum: number; count: number }[] = [];
  for (const { weight, sum } of points) {
    let block = { weight, sum, count: 1 };
    for (let before = blocks[blocks.length - 1]; before !== undefined; before = blocks[blocks.length - 1]) {
      if (before.sum / before.weight < block.sum / block.weight) break;
      block = {
        weight: before.weight + block.weight,
        sum: before.sum + block.sum,
        count: before.count + block.count,
      };
      blocks.pop();
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ weight, sum, count }) => Array.from({ length: count }, () => sum / weight));
}
