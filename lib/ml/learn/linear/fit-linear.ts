import { MlError } from "../../score/ml-error.ts";
import type { FitRequest, FitResult } from "../fit-estimator.ts";
import { readParameters } from "./read-parameters.ts";
import { ELASTIC_LOGISTIC_DEFAULTS, trainElasticLogistic } from "./train-elastic-logistic.ts";
import { ELASTIC_NET_DEFAULTS, trainElasticNet } from "./train-elastic-net.ts";
import { trainLeastSquares } from "./train-least-squares.ts";
import { trainRidge } from "./train-linear.ts";
import { LOGISTIC_DEFAULTS, trainLogistic } from "./train-logistic.ts";
import { trainMultinomial } from "./train-multinomial.ts";

const PENALTY = { from: 0, to: 1e12 };

/**
 * Logistic regression with squares in the penalty for classes, ridge regression for numbers.
 * @throws MlError bad-argument naming the parameter; what the learners throw.
 */
export function fitLinear({ training, problem, classCount, parameters, control }: FitRequest): FitResult {
  const { penalty, maximalIterations } = readParameters(parameters, {
    penalty: { default: LOGISTIC_DEFAULTS.penalty, ...PENALTY },
    maximalIterations: {
      default: LOGISTIC_DEFAULTS.maximalIterations,
      from: 1,
      to: 10_000,
      isInteger: true,
    },
  });
  if (problem === "regression") {
    const estimator = trainRidge(training.matrix, training, penalty);
    return { estimator, parameters: { penalty }, history: [], notes: [] };
  }
  const options = { penalty, maximalIterations, control };
  const fit =
    problem === "binary"
      ? trainLogistic(training.matrix, training, options)
      : trainMultinomial(training.matrix, training, { ...options, classCount });
  const notes = fit.hasConverged ? [] : [notConverged(fit.iterations)];
  return { estimator: fit.estimator, parameters: { penalty, maximalIterations }, history: [], notes };
}

/**
 * Ordinary least squares without a penalty, for numbers.
 * @throws MlError bad-argument for classes or any parameter; what the learner throws.
 */
export function fitLeastSquares({ training, problem, parameters, control }: FitRequest): FitResult {
  readParameters(parameters, {});
  if (problem !== "regression") {
    throw new MlError(
      "bad-argument",
      'The algorithm "ols" predicts numbers. For classes use "linear", with penalty 0 for no penalty.',
    );
  }
  const { estimator, rank, width } = trainLeastSquares(training.matrix, training, control);
  const notes =
    rank === width
      ? []
      : [
          `The ${width} columns depend on each other (rank ${rank}), as all levels of a category always do: ` +
            "of all coefficients with the least error the smallest are given.",
        ];
  return { estimator, parameters: {}, history: [], notes };
}

const SHARE = { from: 0, to: 1 };
/** Without any penalty the optimum of separable classes would lie at infinity. */
const POSITIVE_PENALTY = { from: 1e-12, to: 1e12 };

/**
 * Elastic net, or with `lasso` absolute values alone, for numbers and classes. `penalty` is scikit-learn's alpha for
 * numbers and 1 / C for classes.
 * @throws MlError bad-argument naming the parameter; what the learners throw.
 */
export function fitElasticNet(request: FitRequest, kind: "lasso" | "elastic-net"): FitResult {
  const { training, problem, classCount, parameters, control } = request;
  const defaults = problem === "regression" ? ELASTIC_NET_DEFAULTS : ELASTIC_LOGISTIC_DEFAULTS;
  const rules = {
    penalty: { default: defaults.penalty, ...POSITIVE_PENALTY },
    maximalIterations: { default: defaults.maximalIterations, from: 1, to: 1_000_000, isInteger: true },
  } as const;
  const read =
    kind === "lasso"
      ? { ...readParameters(parameters, rules), l1Ratio: 1 }
      : readParameters(parameters, { ...rules, l1Ratio: { default: defaults.l1Ratio, ...SHARE } });
  const used = {
    penalty: read.penalty,
    maximalIterations: read.maximalIterations,
    ...(kind === "lasso" ? {} : { l1Ratio: read.l1Ratio }),
  };
  if (problem !== "regression") {
    const fit = trainElasticLogistic(training.matrix, training, { ...read, classCount, control });
    const notes = fit.hasConverged ? [] : [notConverged(fit.iterations)];
    return { estimator: fit.estimator, parameters: used, history: [], notes };
  }
  if (read.l1Ratio === 0) {
    // Without absolute values it is ridge regression, whose penalty is not divided by the rows.
    const total = training.weights?.reduce((sum, weight) => sum + weight, 0) ?? training.matrix.rowCount;
    const estimator = trainRidge(training.matrix, training, read.penalty * total);
    return { estimator, parameters: used, history: [], notes: [] };
  }
  const fit = trainElasticNet(training.matrix, training, { ...read, control });
  const notes = fit.hasConverged ? [] : [notConverged(fit.iterations)];
  if (fit.emptyFrom > 0 && read.penalty >= fit.emptyFrom) {
    notes.push(
      `Every coefficient is 0, so the mean is predicted: the penalty is in units of the target and must be below ${fit.emptyFrom.toPrecision(6)}.`,
    );
  }
  return { estimator: fit.estimator, parameters: used, history: [], notes };
}

function notConverged(iterations: number): string {
  return `Not converged after ${iterations} iterations; raise maximalIterations or the penalty.`;
}
