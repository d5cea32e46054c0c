import { assertNever } from "../score/assert-never.ts";
import type { Control } from "../control.ts";
import { requireInRange } from "../parameter-range.ts";
import type { Estimator } from "../score/estimator.ts";
import { MlError } from "../score/ml-error.ts";
import type { Problem } from "../score/model-file.ts";
import type { BoostingLoss } from "./boosting/boosting-loss.ts";
import { fitBoosting } from "./boosting/fit-boosting.ts";
import type { BoostingRound, LabelledMatrix } from "./boosting/train-boosting.ts";
import { trainConstant, trainRidge } from "./linear/train-linear.ts";
import { LOGISTIC_DEFAULTS, trainLogistic, type LinearFit } from "./linear/train-logistic.ts";
import { trainMultinomial } from "./linear/train-multinomial.ts";

/** The learners by name. `linear` is logistic regression for classes and ridge regression for numbers. */
export const ALGORITHMS = ["gradient-boosting", "linear", "baseline"] as const;
export type AlgorithmName = (typeof ALGORITHMS)[number];

/** The value of a hyperparameter; which kind a parameter takes is its algorithm's to say. */
export type ParameterValue = number | string | boolean | null;

export interface FitRequest {
  readonly algorithm: AlgorithmName;
  readonly problem: Problem;
  readonly classCount: number;
  readonly training: LabelledMatrix;
  readonly validation: LabelledMatrix | null;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly seed: number;
  /** Threads that a learner may share its work among; the result is the same for any number. */
  readonly threads?: number;
  readonly control: Control;
}

export interface FitResult {
  readonly estimator: Estimator;
  /** All hyperparameters as they were used. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly history: readonly BoostingRound[];
  readonly notes: readonly string[];
}

const LOSSES: Readonly<Record<Problem, BoostingLoss>> = {
  binary: "logistic",
  multiclass: "softmax",
  regression: "squared",
};

/**
 * Fits the estimator of one algorithm to prepared rows.
 * @throws MlError bad-argument for unknown algorithms or parameters; what the learner throws.
 */
export function fitEstimator(request: FitRequest): FitResult {
  switch (request.algorithm) {
    case "gradient-boosting":
      return fitBoosting(request);
    case "linear":
      return fitLinear(request);
    case "baseline": {
      const { training, problem, classCount } = request;
      refuseUnknown(request.parameters, []);
      const estimator = trainConstant(training, LOSSES[problem], classCount);
      return { estimator, parameters: {}, history: [], notes: [] };
    }
    default:
      return assertNever(request.algorithm);
  }
}

function fitLinear(request: FitRequest): FitResult {
  const { training, problem, classCount, control } = request;
  refuseUnknown(request.parameters, ["penalty", "maximalIterations"]);
  const given = numericParameters(request.parameters);
  const penalty = given.penalty ?? LOGISTIC_DEFAULTS.penalty;
  const maximalIterations = given.maximalIterations ?? LOGISTIC_DEFAULTS.maximalIterations;
  requireInRange("penalty", penalty, { from: 0, to: 1e12 });
  requireInRange("maximalIterations", maximalIterations, { from: 1, to: 10_000, isInteger: true });
  if (problem === "regression") {
    const estimator = trainRidge(training.matrix, training, penalty);
    return { estimator, parameters: { penalty }, history: [], notes: [] };
  }
  const options = { penalty, maximalIterations, control };
  const fit: LinearFit =
    problem === "binary"
      ? trainLogistic(training.matrix, training, options)
      : trainMultinomial(training.matrix, training, { ...options, classCount });
  const notes = fit.hasConverged
    ? []
    : [`Not converged after ${fit.iterations} iterations; raise maximalIterations or the penalty.`];
  return { estimator: fit.estimator, parameters: { penalty, maximalIterations }, history: [], notes };
}

/** @throws MlError bad-argument when a value is neither a number nor null. */
function numericParameters(
  parameters: Readonly<Record<string, ParameterValue>>,
): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      if (value === null || typeof value === "number") return [name, value];
      throw new MlError(
        "bad-argument",
        `Parameter "${name}" is ${JSON.stringify(value)}; it takes a number.`,
        {
          details: { parameter: name },
        },
      );
    }),
  );
}

function refuseUnknown(parameters: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  const unknown = Object.keys(parameters).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const list = known.length === 0 ? "It has none." : `It has: ${known.join(", ")}.`;
  throw new MlError("bad-argument", `This algorithm has no parameter "${unknown}". ${list}`);
}
