import { quantileOfSorted } from "../../metrics/quantile.ts";
import { assertNever } from "../../score/assert-never.ts";

/** Probabilities with what happened: 1 or 0 a row. */
export interface LabelledScores {
  readonly scores: Float64Array;
  readonly labels: ArrayLike<number>;
  /** Row indices by rising score. */
  readonly order: Uint32Array;
}

const RECALIBRATIONS = ["logistic", "isotonic"] as const;
export type RecalibrationName = (typeof RECALIBRATIONS)[number];

type Recalibration = (scores: Float64Array) => Float64Array;

export function labelledScores(scores: Float64Array, labels: ArrayLike<number>): LabelledScores {
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row);
  order.sort((left, right) => scores[left]! - scores[right]! || left - right);
  return { scores, labels, order };
}

/** Fits one way of making probabilities agree with what happened; rows of weight 0 are not there. */
export function fitRecalibration(
  name: RecalibrationName,
  rows: LabelledScores,
  weights: Float64Array | null,
): Recalibration {
  switch (name) {
    case "logistic":
      return fitLogistic(rows, weights);
    case "isotonic":
      return fitIsotonic(rows, weights);
    default:
      return assertNever(name);
  }
}

const FOLDS = 5;

/**
 * The way with the smallest squared error on rows it was not fitted on, by five folds of every fifth row; a way that
 * changes more has to be better by more than two standard errors.
 */
export function chooseRecalibration(rows: LabelledScores): RecalibrationName {
  const errors = RECALIBRATIONS.map((name) => heldOutErrors(name, rows));
  let best = 0;
  for (let candidate = 1; candidate < errors.length; candidate++) {
    const gains = errors[best]!.map((error, row) => error - errors[candidate]![row]!);
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
    const squares = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0);
    if (mean > (2 * Math.sqrt(squares)) / gains.length) best = candidate;
  }
  return RECALIBRATIONS[best]!;
}

function heldOutErrors(name: RecalibrationName, rows: LabelledScores): Float64Array {
  const errors = new Float64Array(rows.scores.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const weights = Float64Array.from(errors, (_, row) => (row % FOLDS === fold ? 0 : 1));
    const fitted = fitRecalibration(name, rows, weights)(rows.scores);
    for (let row = fold; row < errors.length; row += FOLDS) {
      errors[row] = (fitted[row]! - rows.labels[row]!) ** 2;
    }
  }
  return errors;
}

const EDGE = 1e-6;
const MOST_STEPS = 50;

/**
 * Logistic regression of the outcome on the logit of the score (Platt 1999), by Newton's method. A step that does not
 * lessen the loss is halved.
 */
function fitLogistic({ scores, labels }: LabelledScores, weights: Float64Array | null): Recalibration {
  const logits = scores.map(logitOf);
  const rows: WeightedLogits = { logits, labels, weights };
  let line: Line = { intercept: 0, slope: 0 };
  let best = logisticLoss(rows, line);
  for (let step = 0; step < MOST_STEPS; step++) {
    const change = newtonStep(rows, line);
    let part = 1;
    let next = moved(line, change, part);
    let loss = logisticLoss(rows, next);
    while (!(loss <= best) && part > 1e-6) {
      part /= 2;
      next = moved(line, change, part);
      loss = logisticLoss(rows, next);
    }
    if (!(loss < best)) break;
    const gain = best - loss;
    [line, best] = [next, loss];
    if (gain < 1e-12 * (1 + best)) break;
  }
  const { intercept, slope } = line;
  return (values) => values.map((value) => 1 / (1 + Math.exp(-(intercept + slope * logitOf(value)))));
}

interface Line {
  readonly intercept: number;
  readonly slope: number;
}

interface WeightedLogits {
  readonly logits: Float64Array;
  readonly labels: ArrayLike<number>;
  readonly weights: Float64Array | null;
}

/** Perfectly separable rows have no finite optimum; the line stays within reason. */
const STEEPEST = 30;

function moved(line: Line, change: Line, part: number): Line {
  return {
    intercept: clamp(line.intercept + part * change.intercept, STEEPEST),
    slope: clamp(line.slope + part * change.slope, STEEPEST),
  };
}

function logisticLoss({ logits, labels, weights }: WeightedLogits, { intercept, slope }: Line): number {
  let loss = 0;
  for (let row = 0; row < logits.length; row++) {
    const weight = weights === null ? 1 : weights[row]!;
    if (weight === 0) continue;
    const margin = (intercept + slope * logits[row]!) * (2 * labels[row]! - 1);
    loss += weight * (margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin);
  }
  return loss;
}

function newtonStep({ logits, labels, weights }: WeightedLogits, { intercept, slope }: Line): Line {
  let [g0, g1, h00, h01, h11] = [0, 0, 1e-9, 0, 1e-9];
  for (let row = 0; row < logits.length; row++) {
    const weight = weights === null ? 1 : weights[row]!;
    if (weight === 0) continue;
    const logit = logits[row]!;
    const chance = 1 / (1 + Math.exp(-(intercept + slope * logit)));
    const error = weight * (labels[row]! - chance);
    const curve = weight * chance * (1 - chance);
    g0 += error;
    g1 += error * logit;
    h00 += curve;
    h01 += curve * logit;
    h11 += curve * logit * logit;
  }
  const determinant = h00 * h11 - h01 * h01;
  // All scores equal: only the intercept can be told.
  if (!(determinant > 1e-12 * h00 * h11)) return { intercept: g0 / h00, slope: 0 };
  return {
    intercept: (h11 * g0 - h01 * g1) / determinant,
    slope: (h00 * g1 - h01 * g0) / determinant,
  };
}

function logitOf(score: number): number {
  const kept = Math.min(1 - EDGE, Math.max(EDGE, score));
  return Math.log(kept / (1 - kept));
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(-most, value));
}

/** Isotonic regression by pooling adjacent violators (Ayer et al. 1955), linear between the pools. */
function fitIsotonic({ scores, labels, order }: LabelledScores, weights: Float64Array | null): Recalibration {
  const pools: { weight: number; sum: number; low: number; high: number }[] = [];
  for (const row of order) {
    const weight = weights === null ? 1 : weights[row]!;
    if (weight === 0) continue;
    const score = scores[row]!;
    let pool = { weight, sum: weight * labels[row]!, low: score, high: score };
    for (let last = pools.at(-1); last !== undefined; last = pools.at(-1)) {
      const isOrdered = last.sum / last.weight < pool.sum / pool.weight && last.high < pool.low;
      if (isOrdered) break;
      pools.pop();
      pool = {
        weight: pool.weight + last.weight,
        sum: pool.sum + last.sum,
        low: last.low,
        high: pool.high,
      };
    }
    pools.push(pool);
  }
  const points = pools.flatMap(({ weight, sum, low, high }) =>
    low === high
      ? [[low, sum / weight] as const]
      : [[low, sum / weight] as const, [high, sum / weight] as const],
  );
  const starts = Float64Array.from(points, ([score]) => score);
  const values = Float64Array.from(points, ([, value]) => value);
  return (given) => given.map((score) => interpolate(starts, values, score));
}

function interpolate(starts: Float64Array, values: Float64Array, score: number): number {
  if (starts.length === 0) return score;
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= score) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return values[0]!;
  if (low === starts.length) return values[low - 1]!;
  const part = (score - starts[low - 1]!) / (starts[low]! - starts[low - 1]!);
  return quantileOfSorted([values[low - 1]!, values[low]!], part);
}
