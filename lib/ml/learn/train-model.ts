import { assertNever } from "../score/assert-never.ts";
import { UNWATCHED, type Control } from "../control.ts";
import { fingerprintRows } from "../frame/fingerprint-rows.ts";
import { getColumn, selectColumns, type Frame } from "../frame/frame.ts";
import { fitPreparation, type DroppedColumn, type PreparationOptions } from "../prepare/fit-preparation.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import { inferProblem, type ProblemChoice } from "../profile/infer-problem.ts";
import { suggestFeatures } from "../profile/suggest-features.ts";
import { applyPreparation } from "../score/apply-preparation.ts";
import { columnLength } from "../score/column.ts";
import { MlError } from "../score/ml-error.ts";
import { MODEL_FORMAT, type DecisionRule, type Model, type Problem } from "../score/model-file.ts";
import type { BoostingRound } from "./boosting/train-boosting.ts";
import { classWeighted, type ClassWeights } from "./class-weights.ts";
import { fitEstimator, type AlgorithmName, type ParameterValue } from "./fit-estimator.ts";

export interface TrainModelOptions {
  /** Rows to learn from, the target column included. */
  readonly training: Frame;
  /** Rows for the validation loss and early stopping; never learnt from. */
  readonly validation?: Frame;
  readonly target: string;
  readonly algorithm: AlgorithmName;
  /** Inferred from the target when left out. */
  readonly problem?: Problem;
  readonly positiveClass?: string;
  /** Raw columns to predict from; `suggestFeatures` chooses when left out. */
  readonly features?: readonly string[];
  /** Hyperparameters of the algorithm; the rest keep their defaults. */
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  /** One weight per training row, for instance from reweighing. */
  readonly weights?: Float64Array;
  /** `balanced` gives every class the same total weight; or a factor per class. */
  readonly classWeights?: ClassWeights;
  /** Identifies the data in the model's record; the fingerprint of features and target when left out. */
  readonly dataFingerprint?: string;
  readonly preparation?: Pick<
    PreparationOptions,
    "rareCount" | "maximalLevels" | "impute" | "missingIndicators"
  >;
  readonly seed: number;
  readonly control?: Control;
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
  const { training, target, algorithm, seed } = options;
  const control = options.control ?? UNWATCHED;
  const problem = chooseProblem(options);
  const targetRows = encodeTarget(getColumn(training, target), problem.classes);
  const suggestion = options.features === undefined ? suggestFeatures(training, target) : null;
  const names = options.features ?? suggestion?.features ?? [];
  if (names.includes(target)) {
    throw new MlError("bad-argument", `The target "${target}" is among the features. Take it out.`);
  }
  const kind = algorithm === "gradient-boosting" || algorithm === "baseline" ? "trees" : "linear";
  const fitted = fitPreparation(training, { ...options.preparation, target: kind, features: names });
  const matrix = applyPreparation(fitted.preparation, training.columns, training.rowCount);
  control.throwIfCancelled();
  const rows = {
    matrix,
    target: targetRows,
    weights: classWeighted({ ...problem, target: targetRows }, checkedWeights(options), options.classWeights),
  };
  const result = fitEstimator({
    algorithm,
    problem: problem.problem,
    classCount: problem.classes?.length ?? 1,
    training: rows,
    validation: validationRows(options, problem, fitted.preparation),
    parameters: options.parameters ?? {},
    seed,
    control,
  });
  const excluded = suggestion?.excluded.map(({ column, reason }) => `"${column}" left out: ${reason}.`) ?? [];
  const notes = [...excluded, ...result.notes];
  const used = fitted.features.map((feature) => feature.name);
  const model: Model = {
    format: MODEL_FORMAT,
    problem: problem.problem,
    target,
    features: fitted.features,
    preparation: fitted.preparation,
    estimator: result.estimator,
    classes: problem.classes,
    positiveClass: problem.positiveClass,
    decision: defaultDecision(problem.problem),
    training: {
      algorithm,
      seed,
      parameters: result.parameters,
      rowCount: training.rowCount,
      dataFingerprint: options.dataFingerprint ?? fingerprintRows(selectColumns(training, [...used, target])),
      notes,
    },
  };
  return { model, problem, history: result.history, dropped: fitted.dropped, notes };
}

function chooseProblem(options: TrainModelOptions): ProblemChoice {
  const { training, target, positiveClass } = options;
  const inferred = inferProblem(training, target, positiveClass === undefined ? {} : { positiveClass });
  const stated = options.problem ?? inferred.problem;
  if (stated === inferred.problem) return inferred;
  if (stated === "regression") {
    const column = getColumn(training, target);
    if (column.kind !== "numeric") {
      throw new MlError("bad-argument", `Target "${target}" is ${column.kind}; a regression needs numbers.`);
    }
    return {
      ...inferred,
      problem: "regression",
      reason: "stated by the caller",
      classes: null,
      positiveClass: null,
      positiveReason: null,
      classCounts: null,
    };
  }
  throw new MlError(
    "bad-argument",
    `The problem is stated to be ${stated}, but ${inferred.reason} (${inferred.problem}). ` +
      "Cast the target to categorical, or state the right problem.",
  );
}

function checkedWeights({ weights, training }: TrainModelOptions): Float64Array | null {
  if (weights === undefined) return null;
  if (weights.length !== training.rowCount) {
    throw new MlError(
      "bad-argument",
      `${weights.length} weights are given for ${training.rowCount} training rows.`,
    );
  }
  if (
    weights.some((weight) => !(weight >= 0 && weight < Infinity)) ||
    weights.every((weight) => weight === 0)
  ) {
    throw new MlError("bad-argument", "Weights must be finite, not negative and not all 0.");
  }
  return weights;
}

function validationRows(
  { validation, target }: TrainModelOptions,
  problem: ProblemChoice,
  preparation: Model["preparation"],
) {
  if (validation === undefined || validation.rowCount === 0) return null;
  const column = getColumn(validation, target);
  return {
    matrix: applyPreparation(preparation, validation.columns, columnLength(column)),
    target: encodeTarget(column, problem.classes),
    weights: null,
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
