import { assertNever } from "../score/assert-never.ts";
import type { Estimator } from "../score/estimator.ts";
import { MODEL_FORMAT, type DecisionRule, type Model, type Problem } from "../score/model-file.ts";
import type { ParameterValue } from "./fit-estimator.ts";
import type { PreparedTraining } from "./prepare-training.ts";

/** What a learner made of a prepared training. */
export interface TrainedEstimator {
  readonly estimator: Estimator;
  readonly algorithm: string;
  readonly seed: number;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Remarks of the learner, after those of the preparation. */
  readonly notes: readonly string[];
}

/** Puts everything that scoring needs into one model, whoever fitted the estimator. */
export function assembleModel(
  prepared: Omit<PreparedTraining, "validation">,
  fitted: TrainedEstimator,
): Model {
  const { problem } = prepared;
  return {
    format: MODEL_FORMAT,
    problem: problem.problem,
    target: prepared.target,
    features: prepared.features,
    preparation: prepared.preparation,
    estimator: fitted.estimator,
    classes: problem.classes,
    positiveClass: problem.positiveClass,
    decision: defaultDecision(problem.problem),
    training: {
      algorithm: fitted.algorithm,
      seed: fitted.seed,
      parameters: fitted.parameters,
      rowCount: prepared.training.matrix.rowCount,
      dataFingerprint: prepared.dataFingerprint,
      notes: [...prepared.notes, ...fitted.notes],
    },
  };
}

/** The rule a fresh model decides by. */
function defaultDecision(problem: Problem): DecisionRule {
  switch (problem) {
    case "binary":
      return { kind: "threshold", value: 0.5 };
    case "multiclass":
      return { kind: "argmax" };
    case "regression":
      return { kind: "identity" };
    default:
      return assertNever(problem);
  }
}
