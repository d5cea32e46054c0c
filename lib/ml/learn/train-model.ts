import { UNWATCHED } from "../control.ts";
import type { DroppedColumn } from "../prepare/fit-preparation.ts";
import type { ProblemChoice } from "../profile/infer-problem.ts";
import { assertNever } from "../score/assert-never.ts";
import type { Model } from "../score/model-file.ts";
import { assembleModel } from "./assemble-model.ts";
import type { BoostingRound } from "./boosting/train-boosting.ts";
import { fitEstimator, type AlgorithmName, type ParameterValue } from "./fit-estimator.ts";
import { prepareTraining, type PrepareTrainingOptions } from "./prepare-training.ts";

export interface TrainModelOptions extends Omit<PrepareTrainingOptions, "kind"> {
  readonly algorithm: AlgorithmName;
  /** Hyperparameters of the algorithm; the rest keep their defaults. */
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  readonly seed: number;
  /** Threads that the learner may share its work among; the model is the same for any number. Default 1. */
  readonly threads?: number;
}

export interface TrainedModel {
  readonly model: Model;
  readonly problem: ProblemChoice;
  /** Loss per round, for gradient boosting. */
  readonly history: readonly BoostingRound[];
  /** Columns that were offered but cannot serve as features. */
  readonly dropped: readonly DroppedColumn[];
  /** Remarks for the record: early stop, no convergence, excluded columns. */
  readonly notes: readonly string[];
}

/**
 * Trains a model: infers the problem, fits the preparation on the training rows, trains, and puts everything that
 * scoring needs into one model. The same options give the same model, bit for bit.
 * @throws MlError bad-argument for wrong columns, parameters or weights; bad-data for a target or features that cannot
 * be learnt; cancelled; out-of-memory.
 */
export function trainModel(options: TrainModelOptions): TrainedModel {
  const { algorithm, seed } = options;
  const prepared = prepareTraining({ ...options, kind: preparationOf(algorithm) });
  const { problem, training, validation, dropped } = prepared;
  const result = fitEstimator({
    algorithm,
    problem: problem.problem,
    classCount: problem.classes?.length ?? 1,
    training,
    validation,
    parameters: options.parameters ?? {},
    seed,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    control: options.control ?? UNWATCHED,
  });
  const model = assembleModel(prepared, { ...result, algorithm, seed });
  return { model, problem, history: result.history, dropped, notes: model.training.notes };
}

/** What an algorithm takes: trees keep missing values and level numbers, the others want neither. */
export function preparationOf(algorithm: AlgorithmName): "trees" | "linear" {
  switch (algorithm) {
    case "gradient-boosting":
    case "random-forest":
    case "extra-trees":
    case "decision-tree":
    case "baseline":
      return "trees";
    case "linear":
    case "ols":
    case "lasso":
    case "elastic-net":
    case "nearest-neighbours":
      return "linear";
    default:
      return assertNever(algorithm);
  }
}
