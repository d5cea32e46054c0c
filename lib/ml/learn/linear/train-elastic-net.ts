import { UNWATCHED, type Control } from "../../control.ts";
import type { LinearEstimator } from "../../score/estimator.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Matrix } from "../../score/preparation.ts";
import type { TargetRows } from "../boosting/boosting-loss.ts";
import { centredMoments, interceptOf, type CentredMoments } from "./centred-moments.ts";
import { createDesign, designMeans, linearOutput } from "./linear-design.ts";
import { minimisePenalisedQuadratic } from "./penalised-quadratic.ts";

export interface ElasticNetParameters {
  /** Factor of the whole penalty; scikit-learn's alpha. Above 0. */
  readonly penalty: number;
  /** Share of the absolute values in the penalty, above 0; 1 is the lasso. */
  readonly l1Ratio: number;
  /** Most sweeps over the coefficients. */
  readonly maximalIterations: number;
}

export const ELASTIC_NET_DEFAULTS: ElasticNetParameters = {
  penalty: 1,
  l1Ratio: 0.5,
  maximalIterations: 10_000,
};

export interface ElasticNetFit {
  readonly estimator: LinearEstimator;
  /** The penalty from which on every coefficient is 0. */
  readonly emptyFrom: number;
  /** How far the objective can at most be from its minimum, as a part of the target's variance. */
  readonly dualityGap: number;
  readonly iterations: number;
  /** Whether the duality gap is closed. */
  readonly hasConverged: boolean;
}

/** Moves below this part of the largest coefficient end the descent. */
const STEP_TOLERANCE = 1e-12;
/** A gap below this part of the target's variance is rounding. */
const GAP_TOLERANCE = 1e-9;

/**
 * Lasso and elastic net for numbers (Zou and Hastie 2005): minimises
 * 1 / (2 n) |y - Xw - b|^2 + penalty (l1Ratio |w|_1 + (1 - l1Ratio) / 2 |w|^2), as scikit-learn; with row weights n is
 * their sum. Coordinate descent on the centred second moments, certified by the duality gap. Where levels of a category
 * or other dependent columns leave several equally good lasso solutions, earlier columns take the effect.
 * @throws MlError bad-data without rows or for missing values in the matrix; cancelled.
 */
export function trainElasticNet(
  matrix: Matrix,
  rows: TargetRows,
  options: ElasticNetParameters & { readonly control?: Control },
): ElasticNetFit {
  if (matrix.rowCount === 0) throw new MlError("bad-data", "There are no rows to train on.");
  const { penalty, l1Ratio, maximalIterations, control = UNWATCHED } = options;
  const design = createDesign(matrix);
  const moments = centredMoments(design, rows);
  control.throwIfCancelled();
  const quadratic = moments.gram.map((value) => value / moments.total);
  const linear = moments.products.map((value) => value / moments.total);
  const problem = { quadratic, linear, l1: penalty * l1Ratio, l2: penalty * (1 - l1Ratio) };
  const { solution, sweeps } = minimisePenalisedQuadratic(problem, {
    start: new Float64Array(design.width),
    tolerance: STEP_TOLERANCE,
    maximalSweeps: maximalIterations,
    control,
  });
  const variance = targetVariance(rows, moments);
  const gap = dualityGap({ ...problem, solution, variance });
  control.report({ stage: "train", done: sweeps, total: sweeps, rows: matrix.rowCount });
  return {
    estimator: {
      kind: "linear",
      link: "identity",
      outputs: [linearOutput(design, interceptOf(moments, solution), solution)],
      means: designMeans(design, rows.weights),
    },
    emptyFrom: linear.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / l1Ratio,
    dualityGap: variance > 0 ? gap / variance : 0,
    iterations: sweeps,
    hasConverged: gap <= GAP_TOLERANCE * variance,
  };
}

function targetVariance({ target, weights }: TargetRows, { targetMean, total }: CentredMoments): number {
  let sum = 0;
  for (let row = 0; row < target.length; row++) {
    sum += (weights === null ? 1 : weights[row]!) * (target[row]! - targetMean) ** 2;
  }
  return sum / total;
}

interface GapRequest {
  readonly quadratic: Float64Array;
  readonly linear: Float64Array;
  readonly l1: number;
  readonly l2: number;
  readonly solution: Float64Array;
  /** Mean squared target about its mean. */
  readonly variance: number;
}

/**
 * Primal objective minus the dual one at the residual scaled into the dual's feasible set; the elastic net is the
 * lasso of X stacked on sqrt(l2) I (Kim et al. 2007, section III-A). Divided by n throughout.
 */
function dualityGap({ quadratic, linear, l1, l2, solution, variance }: GapRequest): number {
  const size = solution.length;
  let fitted = 0;
  let explained = 0;
  let absolute = 0;
  let squared = 0;
  let steepest = 0;
  for (let index = 0; index < size; index++) {
    const value = solution[index]!;
    let product = 0;
    for (let other = 0; other < size; other++) product += quadratic[index * size + other]! * solution[other]!;
    fitted += value * product;
    explained += value * linear[index]!;
    absolute += Math.abs(value);
    squared += value * value;
    steepest = Math.max(steepest, Math.abs(linear[index]! - product - l2 * value));
  }
  const residual = Math.max(0, variance - 2 * explained + fitted) + l2 * squared;
  const scaling = steepest > l1 ? l1 / steepest : 1;
  const alignment = variance - explained;
  return Math.abs(((1 + scaling * scaling) / 2) * residual + l1 * absolute - scaling * alignment);
}
