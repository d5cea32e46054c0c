import type { Link } from "../../score/estimator.ts";

/** Loss functions of gradient boosting. */
export type BoostingLoss = "logistic" | "softmax" | "squared";

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
   * Writes first and second derivatives of output `output`. Softmax reads `probabilities`, which `prepare` fills.
   */
  derivatives(request: DerivativeRequest): void;
  /** Weighted mean loss at the given margins: log loss in nats, or half the mean squared error. */
  mean(margins: readonly Float64Array[], rows: TargetRows): number;
}

interface DerivativeRequest {
  readonly output: number;
  /** One array per output. */
  readonly margins: readonly Float64Array[];
  readonly rows: TargetRows;
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
}

export function lossFunction(loss: BoostingLoss, classCount: number): LossFunction {
  if (loss === "logistic") return LOGISTIC;
  return loss === "squared" ? SQUARED : softmaxLoss(classCount);
}

const LOGISTIC: LossFunction = {
  link: "logit",
  outputs: 1,
  base: (rows) => {
    const share = clip(weightedMean(rows));
    return [Math.log(share / (1 - share))];
  },
  derivatives: ({ margins, rows, gradients, hessians }) => {
    const margin = margins[0]!;
    const { target, weights } = rows;
    for (let row = 0; row < target.length; row++) {
      const probability = 1 / (1 + Math.exp(-margin[row]!));
      const weight = weights === null ? 1 : weights[row]!;
      gradients[row] = (probability - target[row]!) * weight;
      hessians[row] = probability * (1 - probability) * weight;
    }
  },
  mean: (margins, { target, weights }) => {
    const margin = margins[0]!;
    if (weights === null) return meanLogLoss(margin, target);
    return weightedAverage(weights, target.length, (row) =>
      softplus(target[row] === 1 ? -margin[row]! : margin[row]!),
    );
  },
};

const SQUARED: LossFunction = {
  link: "identity",
  outputs: 1,
  base: (rows) => [weightedMean(rows)],
  derivatives: ({ margins, rows, gradients, hessians }) => {
    const margin = margins[0]!;
    const { target, weights } = rows;
    for (let row = 0; row < target.length; row++) {
      const weight = weights === null ? 1 : weights[row]!;
      gradients[row] = (margin[row]! - target[row]!) * weight;
      hessians[row] = weight;
    }
  },
  mean: (margins, { target, weights }) => {
    const margin = margins[0]!;
    return weightedAverage(weights, target.length, (row) => (margin[row]! - target[row]!) ** 2 / 2);
  },
};

function softmaxLoss(classCount: number): LossFunction {
  return {
    link: "softmax",
    outputs: classCount,
    base: ({ target, weights }) =>
      Array.from({ length: classCount }, (_, output) => {
        const isClass = target.map((label) => (label === output ? 1 : 0));
        return Math.log(clip(weightedMean({ target: isClass, weights })));
      }),
    derivatives: ({ output, margins, rows, gradients, hessians }) => {
      const { target, weights } = rows;
      for (let row = 0; row < target.length; row++) {
        const probability = Math.exp(margins[output]![row]! - logSumExp(margins, row));
        const weight = weights === null ? 1 : weights[row]!;
        gradients[row] = (probability - (target[row] === output ? 1 : 0)) * weight;
        hessians[row] = probability * (1 - probability) * weight;
      }
    },
    mean: (margins, { target, weights }) =>
      weightedAverage(
        weights,
        target.length,
        (row) => logSumExp(margins, row) - margins[target[row]!]![row]!,
      ),
  };
}

function logSumExp(margins: readonly Float64Array[], row: number): number {
  let highest = -Infinity;
  for (const margin of margins) highest = Math.max(highest, margin[row]!);
  let total = 0;
  for (const margin of margins) total += Math.exp(margin[row]! - highest);
  return highest + Math.log(total);
}

/** Above this, log(1 + e^x) is x in double precision. */
const LINEAR_FROM = 37;

/** Mean of log(1 + e^x) with one logarithm for many rows: that of the product of their terms. */
function meanLogLoss(margin: Float64Array, target: Float64Array): number {
  let sum = 0;
  let product = 1;
  for (let row = 0; row < margin.length; row++) {
    const x = target[row] === 1 ? -margin[row]! : margin[row]!;
    if (x > LINEAR_FROM) sum += x;
    else product *= 1 + Math.exp(x);
    if (product > 1e280) {
      sum += Math.log(product);
      product = 1;
    }
  }
  return margin.length === 0 ? 0 : (sum + Math.log(product)) / margin.length;
}

/** log(1 + e^x) without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

function weightedMean({ target, weights }: TargetRows): number {
  return weightedAverage(weights, target.length, (row) => target[row]!);
}

function weightedAverage(
  weights: Float64Array | null,
  rowCount: number,
  value: (row: number) => number,
): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < rowCount; row++) {
    const weight = weights === null ? 1 : weights[row]!;
    sum += weight * value(row);
    total += weight;
  }
  return total > 0 ? sum / total : 0;
}

/** Keeps a class share away from 0 and 1, whose logarithms are infinite. */
function clip(share: number): number {
  return Math.min(1 - 1e-12, Math.max(1e-12, share));
}
