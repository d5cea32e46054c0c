import { UNWATCHED, type Control } from "../control.ts";
import { allocateDoubles } from "../frame/allocate.ts";
import type { EngineeringPlan } from "../engineer/engineering-plan.ts";
import { fitEngineering, type FittedEngineering } from "../engineer/fit-engineering.ts";
import { rawFeatures } from "../engineer/raw-features.ts";
import { neededSteps } from "../engineer/trace-sources.ts";
import { fingerprintRows } from "../frame/fingerprint-rows.ts";
import { getColumn, selectColumns, type Frame } from "../frame/frame.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import { fitPreparation, type DroppedColumn, type PreparationOptions } from "../prepare/fit-preparation.ts";
import { inferProblem, type ProblemChoice } from "../profile/infer-problem.ts";
import { suggestFeatures } from "../profile/suggest-features.ts";
import { applyEngineering } from "../score/apply-engineering.ts";
import { applyPreparation } from "../score/apply-preparation.ts";
import { columnLength, type Column } from "../score/column.ts";
import type { Feature } from "../score/feature.ts";
import { MlError } from "../score/ml-error.ts";
import type { Problem } from "../score/model-file.ts";
import type { Matrix, Preparation } from "../score/preparation.ts";
import type { LabelledMatrix } from "./boosting/train-boosting.ts";
import { classWeighted, type ClassWeights } from "./class-weights.ts";

export interface PrepareTrainingOptions {
  /** Rows to learn from, the target column included. */
  readonly training: Frame;
  /** Rows for the validation loss and early stopping; never learnt from. */
  readonly validation?: Frame;
  readonly target: string;
  /** What the learner takes: trees keep missing values and level numbers, linear models want neither. */
  readonly kind: Preparation["target"];
  /** Inferred from the target when left out. */
  readonly problem?: Problem;
  readonly positiveClass?: string;
  /** What was settled on more rows, as for the folds of a table; inferred from the training rows when left out. */
  readonly choice?: ProblemChoice;
  /** Columns to predict from, raw or made; `suggestFeatures` chooses when left out. */
  readonly features?: readonly string[];
  /** Columns to make of the raw ones; fitted on the training rows, and part of the model. */
  readonly engineering?: EngineeringPlan;
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
  readonly control?: Control;
}

/** Everything about a training but the estimator: what a learner is given, and what the model's record needs. */
export interface PreparedTraining {
  readonly problem: ProblemChoice;
  readonly target: string;
  readonly preparation: Preparation;
  readonly features: readonly Feature[];
  readonly dropped: readonly DroppedColumn[];
  readonly training: LabelledMatrix;
  readonly validation: LabelledMatrix | null;
  readonly dataFingerprint: string;
  /** Columns that were left out, and why. */
  readonly notes: readonly string[];
}

/**
 * Prepares a training: infers the problem, encodes the target, fits the preparation on the training rows alone, and
 * applies it to both parts. Large matrix columns lie in shared memory, so that handing them to another thread copies
 * nothing.
 * @throws MlError bad-argument for wrong columns or weights; bad-data for a target or features that cannot be learnt;
 * cancelled.
 */
export function prepareTraining(options: PrepareTrainingOptions): PreparedTraining {
  const { training, target, kind } = options;
  const control = options.control ?? UNWATCHED;
  const problem = chooseProblem(options);
  const targetRows = encodeTarget(getColumn(training, target), problem.classes);
  const made = fitMade(options, problem);
  const rows = made?.training ?? training;
  const suggestion = options.features === undefined ? suggestFeatures(rows, target) : null;
  const names = options.features ?? suggestion?.features ?? [];
  if (names.includes(target)) {
    throw new MlError("bad-argument", `The target "${target}" is among the features. Take it out.`);
  }
  const fitted = fitPreparation(rows, { ...options.preparation, target: kind, features: names });
  control.throwIfCancelled();
  // The made columns of the training rows are there already; target means among them are out of fold.
  const matrix = sharedMatrix(fitted.preparation, rows.columns, rows.rowCount);
  control.throwIfCancelled();
  const chosen = fitted.features.map((feature) => feature.name);
  const engineering = made === null ? { steps: [] } : neededSteps(made.engineering, chosen);
  const features = rawFeatures(training, engineering, fitted.features);
  const { encoders } = fitted.preparation;
  const preparation =
    engineering.steps.length === 0 ? fitted.preparation : { target: kind, engineering, encoders };
  const used = features.map((feature) => feature.name);
  return {
    problem,
    target,
    preparation,
    features,
    dropped: fitted.dropped,
    training: {
      matrix,
      target: targetRows,
      weights: classWeighted(
        { ...problem, target: targetRows },
        checkedWeights(options),
        options.classWeights,
      ),
    },
    validation: validationRows(options, problem, preparation),
    dataFingerprint: options.dataFingerprint ?? fingerprintRows(selectColumns(training, [...used, target])),
    notes: suggestion?.excluded.map(({ column, reason }) => `"${column}" left out: ${reason}.`) ?? [],
  };
}

function fitMade(options: PrepareTrainingOptions, { classes }: ProblemChoice): FittedEngineering | null {
  const { training, target, engineering, control } = options;
  if (engineering === undefined) return null;
  return fitEngineering(training, engineering, {
    target,
    classes,
    ...(control === undefined ? {} : { control }),
  });
}

/** The prepared matrix, made column by column: at no time are there two copies of more than one of them. */
function sharedMatrix(preparation: Preparation, columns: readonly Column[], rowCount: number): Matrix {
  const { target, encoders } = preparation;
  const engineered = applyEngineering(preparation.engineering, columns, rowCount);
  return {
    rowCount,
    columns: encoders.flatMap((encoder) =>
      applyPreparation({ target, encoders: [encoder] }, engineered, rowCount).columns.map((column) => {
        const values = allocateDoubles(rowCount);
        values.set(column.values);
        return { ...column, values };
      }),
    ),
  };
}

/**
 * Settles what kind of prediction the target asks for: inferred from its values unless stated.
 * @throws MlError bad-argument when the stated problem does not fit the target; bad-data when nothing can be predicted.
 */
export function chooseProblem(
  options: Pick<PrepareTrainingOptions, "training" | "target" | "positiveClass" | "problem" | "choice">,
): ProblemChoice {
  const { training, target, positiveClass } = options;
  if (options.choice !== undefined) return options.choice;
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

function checkedWeights({ weights, training }: PrepareTrainingOptions): Float64Array | null {
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
  { validation, target }: PrepareTrainingOptions,
  problem: ProblemChoice,
  preparation: Preparation,
) {
  if (validation === undefined || validation.rowCount === 0) return null;
  const column = getColumn(validation, target);
  return {
    matrix: sharedMatrix(preparation, validation.columns, columnLength(column)),
    target: encodeTarget(column, problem.classes),
    weights: null,
  };
}
