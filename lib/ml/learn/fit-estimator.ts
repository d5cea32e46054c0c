import { assertNever } from "../score/assert-never.ts";
import type { Control } from "../control.ts";
import type { Estimator } from "../score/estimator.ts";
import type { Problem } from "../score/model-file.ts";
import { fitBoosting } from "./boosting/fit-boosting.ts";
import type { BoostingRound, LabelledMatrix } from "./boosting/train-boosting.ts";
import { fitForest } from "./forest/fit-forest.ts";
import { fitBaseline } from "./linear/fit-baseline.ts";
import { fitElasticNet, fitLeastSquares, fitLinear } from "./linear/fit-linear.ts";
import { fitNeighbours } from "./neighbours/fit-neighbours.ts";

/**
 * The learners by name. `linear` is logistic regression for classes and ridge regression for numbers; `lasso` and
 * `elastic-net` do both with absolute values in the penalty; `ols` is for numbers alone.
 */
export const ALGORITHMS = [
  "gradient-boosting",
  "random-forest",
  "extra-trees",
  "decision-tree",
  "linear",
  "ols",
  "lasso",
  "elastic-net",
  "nearest-neighbours",
  "baseline",
] as const;
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

/**
 * Fits the estimator of one algorithm to prepared rows.
 * @throws MlError bad-argument for unknown algorithms or parameters; what the learner throws.
 */
export function fitEstimator(request: FitRequest): FitResult {
  switch (request.algorithm) {
    case "gradient-boosting":
      return fitBoosting(request);
    case "random-forest":
    case "extra-trees":
    case "decision-tree":
      return fitForest(request, request.algorithm);
    case "linear":
      return fitLinear(request);
    case "ols":
      return fitLeastSquares(request);
    case "lasso":
    case "elastic-net":
      return fitElasticNet(request, request.algorithm);
    case "nearest-neighbours":
      return fitNeighbours(request);
    case "baseline":
      return fitBaseline(request);
    default:
      return assertNever(request.algorithm);
  }
}
