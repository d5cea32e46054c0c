import type { PlattLine } from "../score/calibration.ts";
import { sigmoid } from "../score/margins.ts";
import { MlError } from "../score/ml-error.ts";

/** Scores with whether each row turned out positive (1) or not (0). */
export interface ScoredLabels {
  readonly scores: Float64Array;
  readonly labels: ArrayLike<number>;
  /** Null when every row counts alike. */
  readonly weights: Float64Array | null;
}

const MAXIMAL_ITERATIONS = 100;
const STEP_TOLERANCE = 1e-12;

/**
 * Platt's sigmoid (Platt 1999) with his smoothed targets, (positives + 1) / (positives + 2) and 1 / (negatives + 2), by
 * Newton's method with backtracking (Lin, Lin and Weng 2007). The slope may be negative.
 * @throws MlError bad-data when one of the classes is absent or every score is the same.
 */
export function fitPlatt({ scores, labels, weights }: ScoredLabels): PlattLine {
  const counts = [0, 0];
  let mean = 0;
  for (let row = 0; row < scores.length; row++) {
    const weight = weights === null ? 1 : weights[row]!;
    counts[labels[row] === 1 ? 1 : 0]! += weight;
    mean += weight * scores[row]!;
  }
  const [negatives, positives] = [counts[0]!, counts[1]!];
  if (!(negatives > 0 && positives > 0)) {
    throw new MlError("bad-data", "Platt's sigmoid needs rows of both outcomes; give more rows.");
  }
  mean /= negatives + positives;
  let deviation = 0;
  for (let row = 0; row < scores.length; row++) {
    deviation += (weights === null ? 1 : weights[row]!) * (scores[row]! - mean) ** 2;
  }
  deviation = Math.sqrt(deviation / (negatives + positives));
  // The mean of equal scores may differ from them by rounding.
  if (!(deviation > 0) || scores.every((score) => score === scores[0])) {
    throw new MlError(
      "bad-data",
      "The model gives every row the same probability; there is no order to calibrate.",
    );
  }
  const rows = {
    // Newton's steps are the same in any scale, but rounding is not.
    scores: scores.map((score) => (score - mean) / deviation),
    targets: Float64Array.from(labels, (label) =>
      label === 1 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2),
    ),
    weights,
  };
  let point = { slope: 0, intercept: Math.log((positives + 1) / (negatives + 1)) };
  let loss = lossAt(rows, point);
  for (let iteration = 0; iteration < MAXIMAL_ITERATIONS; iteration++) {
    const step = newtonStep(rows, point);
    let length = 1;
    const moved = () => ({
      slope: point.slope + length * step.slope,
      intercept: point.intercept + length * step.intercept,
    });
    let next = moved();
    let nextLoss = lossAt(rows, next);
    while (nextLoss > loss * (1 + 1e-14) && length > 1e-10) {
      length /= 2;
      next = moved();
      nextLoss = lossAt(rows, next);
    }
    point = next;
    loss = nextLoss;
    const size = Math.max(1, Math.abs(point.slope), Math.abs(point.intercept));
    if (length * Math.max(Math.abs(step.slope), Math.abs(step.intercept)) < STEP_TOLERANCE * size) break;
  }
  const slope = point.slope / deviation;
  return { slope, intercept: point.intercept - slope * mean };
}

interface SmoothedRows {
  readonly scores: Float64Array;
  readonly targets: Float64Array;
  readonly weights: Float64Array | null;
}

function lossAt({ scores, targets, weights }: SmoothedRows, { slope, intercept }: PlattLine): number {
  let sum = 0;
  for (let row = 0; row < scores.length; row++) {
    const margin = slope * scores[row]! + intercept;
    // log(1 + e^margin) - target margin, without overflow.
    const loss = Math.max(margin, 0) + Math.log1p(Math.exp(-Math.abs(margin))) - targets[row]! * margin;
    sum += weights === null ? loss : loss * weights[row]!;
  }
  return sum;
}

function newtonStep({ scores, targets, weights }: SmoothedRows, { slope, intercept }: PlattLine): PlattLine {
  let [gradientSlope, gradientIntercept] = [0, 0];
  let [slopeSlope, slopeIntercept, interceptIntercept] = [1e-12, 0, 1e-12];
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    const weight = weights === null ? 1 : weights[row]!;
    const probability = sigmoid(slope * score + intercept);
    const residual = weight * (probability - targets[row]!);
    const curvature = weight * probability * (1 - probability);
    gradientSlope += residual * score;
    gradientIntercept += residual;
    slopeSlope += curvature * score * score;
    slopeIntercept += curvature * score;
    interceptIntercept += curvature;
  }
  const determinant = slopeSlope * interceptIntercept - slopeIntercept ** 2;
  return {
    slope: -(interceptIntercept * gradientSlope - slopeIntercept * gradientIntercept) / determinant,
    intercept: -(slopeSlope * gradientIntercept - slopeIntercept * gradientSlope) / determinant,
  };
}
