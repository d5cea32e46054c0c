import type { Control } from "../control.ts";
import type { AlgorithmName } from "../learn/fit-estimator.ts";
import { trainModel, type TrainModelOptions } from "../learn/train-model.ts";
import type { ProblemChoice } from "../profile/infer-problem.ts";
import { createScorer, type Predictions } from "../score/scorer.ts";
import type { Model } from "../score/model-file.ts";
import { shareOfRows, type FoldPart } from "./fold-parts.ts";
import { measure, type Measures } from "./measures.ts";

/** What of a training may be stated for all folds alike. */
export type SharedOptions = Pick<
  TrainModelOptions,
  "target" | "features" | "parameters" | "engineering" | "preparation" | "classWeights" | "seed"
>;

/** What is fitted in every fold. */
export interface FoldRecipe extends SharedOptions {
  readonly choice: ProblemChoice;
  readonly algorithm: AlgorithmName;
}

/** The recipe within more options, with the problem that was settled for the whole table. */
export function recipeOf(
  options: SharedOptions,
  more: Pick<FoldRecipe, "choice" | "algorithm" | "parameters">,
): FoldRecipe {
  const { target, seed, features, parameters, engineering, preparation, classWeights } = options;
  return {
    target,
    seed,
    ...(features === undefined ? {} : { features }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(engineering === undefined ? {} : { engineering }),
    ...(preparation === undefined ? {} : { preparation }),
    ...(classWeights === undefined ? {} : { classWeights }),
    ...more,
  };
}

export interface FittedFold {
  readonly model: Model;
  readonly predictions: Predictions;
  readonly measures: Measures;
  /** Rounds kept by a learner that goes in rounds, else null. */
  readonly rounds: number | null;
}

/**
 * Fits preparation and learner to the training rows of one fold and predicts its test rows. `share` of less than 1
 * learns from that part of the training rows only.
 * @throws MlError as trainModel.
 */
export function fitFold(
  part: FoldPart,
  recipe: FoldRecipe,
  { control, share = 1 }: { readonly control: Control; readonly share?: number },
): FittedFold {
  const { choice, ...options } = recipe;
  const stopsEarly = typeof recipe.parameters?.patience === "number";
  const { training, validation } = stopsEarly
    ? part.early()
    : { training: part.training, validation: undefined };
  const { model, history } = trainModel({
    ...options,
    choice,
    training: shareOfRows(training, share, recipe.seed),
    ...(validation === undefined ? {} : { validation }),
    // A model that lives as long as its fold needs no fingerprint, which costs a pass over all cells.
    dataFingerprint: "",
    control,
  });
  const { columns, rowCount } = part.test;
  const predictions = createScorer(model).scoreColumns(columns, rowCount, () => control.throwIfCancelled());
  const { estimator } = model;
  const rounds =
    history.length > 0 && estimator.kind === "tree-ensemble"
      ? estimator.trees.length / estimator.outputs
      : null;
  return { model, predictions, measures: measure(predictions, part.actual, choice.classes), rounds };
}

/** A control for one of many pieces of work: its progress counts as a part of the whole. */
export function pieceControl(
  control: Control,
  { stage, piece, pieces }: { readonly stage: string; readonly piece: number; readonly pieces: number },
): Control {
  return {
    throwIfCancelled: () => control.throwIfCancelled(),
    report: ({ done, total }) =>
      control.report({
        stage,
        done: Math.min(piece + done / Math.max(1, total), piece + 0.999),
        total: pieces,
      }),
  };
}
