import { assertNever } from "../../score/assert-never.ts";
import type { Link } from "../../score/estimator.ts";
import { weightedQuantile } from "./weighted-quantile.ts";

/** Loss functions of gradient boosting. */
export type BoostingLoss = "logistic" | "softmax" | "squared" | "absolute" | "quantile" | "poisson";

/** Plain data, so that every thread makes the same loss function from it. */
export interface LossSettings {
  readonly loss: BoostingLoss;
  /** Number of classes for softmax; ignored otherwise. */
  readonly classCount: number;
  /** Which quantile is predicted, between 0 and 1; ignored by the other losses. */
  readonly quantile: number;
}

/** What rows are to be predicted: class indices or values, each with a weight. */
export interface TargetRows {
  readonly target: Float64Array;
  /** Null when every row weighs 1. */
  readonly weights: Float64Array | null;
}

/** A loss with its derivatives with respect to the margins. */
export interface LossFunction {
  readonly link: Link;
  readonly outputs: number;
  /** The constant margins with the least loss. */
  base(rows: TargetRows): number[];
  /**
   * Writes [gradient, hessian] of one output for the rows from `from` to before `to`; returns the same sum as `sum`,
   * which costs little here.
   */
  derivatives(request: DerivativeRequest): number;
  /** Weighted loss of a range of rows, summed: log loss in nats, half the squared error, or as the loss is defined. */
  sum(request: LossRequest): number;
  /**
   * For losses without curvature: the best constant to add to the margins of a leaf's rows (Friedman 2001). The others
   * take the Newton step.
   */
  readonly leafValue: ((residuals: Float64Array, weights: Float64Array | null) => number) | null;
}

interface LossRequest {
  /** One array per output. */
  readonly margins: readonly Float64Array[];
  readonly rows: TargetRows;
  readonly from: number;
  readonly to: number;
}

interface DerivativeRequest extends LossRequest {
  readonly output: number;
  /** Gradient and hessian of each row, one after the other. */
  readonly derivatives: Float64Array;
}

/** Makes a loss function. Quantile loss is the pinball loss of Koenker and Bassett 1978. */
export function lossFunction({ loss, classCount, quantile }: LossSettings): LossFunction {
  switch (loss) {
    case "logistic":
      return LOGISTIC;
    case "squared":
      return SQUARED;
    case "poisson":
      return POISSON;
    // The absolute error is twice the pinball loss at one half.
    case "absolute":
      return pinballLoss(0.5, 2);
    case "quantile":
      return pinballLoss(quantile, 1);
    case "softmax":
      return softmaxLoss(classCount);
    default:
      return assertNever(loss);
  }
}

/** The weighted mean loss of all rows, for losses of rows that no training memory holds. */
export function meanLoss(loss: LossFunction, margins: readonly Float64Array[], rows: TargetRows): number {
  const total = totalWeight(rows);
  return total > 0 ? loss.sum({ margins, rows, from: 0, to: rows.target.length }) / total : 0;
}

export function totalWeight({ target, weights }: TargetRows): number {
  if (weights === null) return target.length;
  let total = 0;
  for (const weight of weights) total += weight;
  return total;
}

const LOGISTIC: LossFunction = {
  link: "logit",
  outputs: 1,
  leafValue: null,
  base: (rows) => {
    const share = clip(weightedMean(rows));
    return [Math.log(share / (1 - share))];
  },
  derivatives: ({ margins, rows: { target, weights }, derivatives, from, to }) => {
    const margin = margins[0]!;
    let sum = 0;
    let product = 1;
    for (let row = from; row < to; row++) {
      const power = Math.exp(-margin[row]!);
      const probability = 1 / (1 + power);
      const weight = weights === null ? 1 : weights[row]!;
      derivatives[2 * row] = (probability - target[row]!) * weight;
      derivatives[2 * row + 1] = probability * (1 - probability) * weight;
      // -log(p) is log(1 + power), -log(1 - p) that plus the margin; one logarithm serves many rows.
      if (weights !== null || power > LARGE) {
        sum += weight * softplus(target[row] === 1 ? -margin[row]! : margin[row]!);
        continue;
      }
      sum += (1 - target[row]!) * margin[row]!;
      product *= 1 + power;
      if (product > LARGE) {
        sum += Math.log(product);
        product = 1;
      }
    }
    return sum + Math.log(product);
  },
  sum: (request) => {
    const [margin, { target }] = [request.margins[0]!, request.rows];
    return weightedSum(request, (row) => softplus(target[row] === 1 ? -margin[row]! : margin[row]!));
  },
};

const SQUARED: LossFunction = {
  link: "identity",
  outputs: 1,
  leafValue: null,
  base: (rows) => [weightedMean(rows)],
  derivatives: ({ margins, rows: { target, weights }, derivatives, from, to }) => {
    const margin = margins[0]!;
    let sum = 0;
    for (let row = from; row < to; row++) {
      const weight = weights === null ? 1 : weights[row]!;
      const error = margin[row]! - target[row]!;
      derivatives[2 * row] = error * weight;
      derivatives[2 * row + 1] = weight;
      sum += (weight * error * error) / 2;
    }
    return sum;
  },
  sum: (request) => {
    const [margin, { target }] = [request.margins[0]!, request.rows];
    return weightedSum(request, (row) => (margin[row]! - target[row]!) ** 2 / 2);
  },
};

/** The margin is the logarithm of the expected count; the loss leaves out the term log(y!), as it does not move. */
const POISSON: LossFunction = {
  link: "log",
  outputs: 1,
  leafValue: null,
  base: (rows) => [Math.log(Math.max(1e-12, weightedMean(rows)))],
  derivatives: ({ margins, rows: { target, weights }, derivatives, from, to }) => {
    const margin = margins[0]!;
    let sum = 0;
    for (let row = from; row < to; row++) {
      const weight = weights === null ? 1 : weights[row]!;
      const expected = Math.exp(margin[row]!);
      derivatives[2 * row] = (expected - target[row]!) * weight;
      derivatives[2 * row + 1] = expected * weight;
      sum += weight * (expected - target[row]! * margin[row]!);
    }
    return sum;
  },
  sum: (request) => {
    const [margin, { target }] = [request.margins[0]!, request.rows];
    return weightedSum(request, (row) => Math.exp(margin[row]!) - target[row]! * margin[row]!);
  },
};

/** scale * max(q * r, (q - 1) * r) with the residual r = y - margin. */
function pinballLoss(quantile: number, scale: number): LossFunction {
  return {
    link: "identity",
    outputs: 1,
    leafValue: (residuals, weights) => weightedQuantile(residuals, quantile, weights),
    base: ({ target, weights }) => [weightedQuantile(target, quantile, weights)],
    derivatives: ({ margins, rows: { target, weights }, derivatives, from, to }) => {
      const margin = margins[0]!;
      let sum = 0;
      for (let row = from; row < to; row++) {
        const weight = weights === null ? 1 : weights[row]!;
        const residual = target[row]! - margin[row]!;
        const slope = residual > 0 ? -quantile : residual < 0 ? 1 - quantile : 0;
        derivatives[2 * row] = scale * slope * weight;
        derivatives[2 * row + 1] = weight;
        sum -= scale * weight * slope * residual;
      }
      return sum;
    },
    sum: (request) => {
      const [margin, { target }] = [request.margins[0]!, request.rows];
      return weightedSum(request, (row) => {
        const residual = target[row]! - margin[row]!;
        return scale * (residual > 0 ? quantile * residual : (quantile - 1) * residual);
      });
    },
  };
}

function softmaxLoss(classCount: number): LossFunction {
  return {
    link: "softmax",
    outputs: classCount,
    leafValue: null,
    base: ({ target, weights }) =>
      Array.from({ length: classCount }, (_, output) => {
        const isClass = target.map((label) => (label === output ? 1 : 0));
        return Math.log(clip(weightedMean({ target: isClass, weights })));
      }),
    derivatives: ({ output, margins, rows: { target, weights }, derivatives, from, to }) => {
      let sum = 0;
      for (let row = from; row < to; row++) {
        const total = logSumExp(margins, row);
        const probability = Math.exp(margins[output]![row]! - total);
        const weight = weights === null ? 1 : weights[row]!;
        derivatives[2 * row] = (probability - (target[row] === output ? 1 : 0)) * weight;
        derivatives[2 * row + 1] = probability * (1 - probability) * weight;
        sum += weight * (total - margins[target[row]!]![row]!);
      }
      return sum;
    },
    sum: (request) => {
      const [{ margins }, { target }] = [request, request.rows];
      return weightedSum(request, (row) => logSumExp(margins, row) - margins[target[row]!]![row]!);
    },
  };
}

function logSumExp(margins: readonly Float64Array[], row: number): number {
  let highest = -Infinity;
  for (const margin of margins) highest = Math.max(highest, margin[row]!);
  let total = 0;
  for (const margin of margins) total += Math.exp(margin[row]! - highest);
  return highest + Math.log(total);
}

/** A product of this and one more factor below it does not overflow. */
const LARGE = 1e150;

/** log(1 + e^x) without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

function weightedMean(rows: TargetRows): number {
  const total = totalWeight(rows);
  const { target } = rows;
  const request = { rows, margins: [], from: 0, to: target.length };
  return total > 0 ? weightedSum(request, (row) => target[row]!) / total : 0;
}

function weightedSum({ rows: { weights }, from, to }: LossRequest, value: (row: number) => number): number {
  let sum = 0;
  for (let row = from; row < to; row++) sum += (weights === null ? 1 : weights[row]!) * value(row);
  return sum;
}

/** Keeps a class share away from 0 and 1, whose logarithms are infinite. */
function clip(share: number): number {
  return Math.min(1 - 1e-12, Math.max(1e-12, share));
}
