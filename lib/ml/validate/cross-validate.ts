import { UNWATCHED } from "../control.ts";
import type { Frame } from "../frame/frame.ts";
import type { AlgorithmName } from "../learn/fit-estimator.ts";
import { chooseProblem } from "../learn/prepare-training.ts";
import type { TrainModelOptions } from "../learn/train-model.ts";
import type { Problem } from "../score/model-file.ts";
import type { Predictions } from "../score/scorer.ts";
import { assertNever } from "../score/assert-never.ts";
import { fitFold, pieceControl, recipeOf, type SharedOptions } from "./fit-fold.ts";
import { cutFolds, type FoldPart } from "./fold-parts.ts";
import type { FoldOptions, FoldStrategy } from "./folds.ts";
import { MEASURES, type MeasureName, type Measures } from "./measures.ts";
import { summarizeFolds, type FoldSummary } from "./summarize-folds.ts";

export interface CrossValidateOptions
  extends SharedOptions,
    Pick<TrainModelOptions, "problem" | "positiveClass" | "control"> {
  readonly frame: Frame;
  readonly algorithm: AlgorithmName;
  /** Default: 5 folds, stratified by the class, or random for amounts. */
  readonly folds?: Partial<Omit<FoldOptions, "seed">>;
}

/** One fold as it went. */
export interface FoldResult {
  readonly repeat: number;
  readonly fold: number;
  readonly trainRows: number;
  readonly testRows: number;
  readonly measures: Measures;
  /** Rounds kept by a learner that goes in rounds, else null. */
  readonly rounds: number | null;
}

/** Predictions of rows by models that did not learn from them. */
export interface OutOfFold {
  /**
   * The probability of the positive class, one array per class, or the value; the mean over repeats, NaN for rows that
   * were never tested (the earliest ones over time).
   */
  readonly outputs: readonly Float64Array[];
  /** How often each row was tested. */
  readonly tested: Uint8Array;
}

export interface CrossValidation {
  readonly problem: Problem;
  readonly classes: readonly string[] | null;
  readonly positiveClass: string | null;
  readonly strategy: FoldStrategy;
  readonly folds: readonly FoldResult[];
  readonly summary: Readonly<Partial<Record<MeasureName, FoldSummary | null>>>;
  readonly outOfFold: OutOfFold;
}

/**
 * Measures a recipe on rows it did not learn from: in every fold the preparation and the learner are fitted to the
 * training rows alone, early stopping included, and the test rows are only predicted.
 * @throws MlError as makeFolds and trainModel.
 */
export function crossValidate(options: CrossValidateOptions): CrossValidation {
  const { frame, target, algorithm, seed } = options;
  const control = options.control ?? UNWATCHED;
  const choice = chooseProblem({ ...options, training: frame });
  const strategy = options.folds?.strategy ?? defaultStrategy(choice.problem, target);
  const parts = cutFolds(frame, { ...options.folds, strategy, seed, target, choice });
  const recipe = recipeOf(options, { choice, algorithm });
  const collected = createOutOfFold(
    frame.rowCount,
    choice.problem === "multiclass" ? choice.classes!.length : 1,
  );
  const folds = parts.map((part, piece): FoldResult => {
    control.throwIfCancelled();
    const pieces = parts.length;
    const fitted = fitFold(part, recipe, {
      control: pieceControl(control, { stage: "cross-validate", piece, pieces }),
    });
    collected.add(part, fitted.predictions);
    const first = MEASURES[choice.problem][0]!;
    const value = fitted.measures[first];
    control.report({
      stage: "cross-validate",
      done: piece + 1,
      total: pieces,
      ...(value == null ? {} : { metric: { name: first, value } }),
    });
    const { repeat, fold, train, test } = part.fold;
    const { measures, rounds } = fitted;
    return { repeat, fold, trainRows: train.length, testRows: test.length, measures, rounds };
  });
  return {
    problem: choice.problem,
    classes: choice.classes,
    positiveClass: choice.positiveClass,
    strategy,
    folds,
    summary: summaryOf(choice.problem, folds),
    outOfFold: collected.finish(),
  };
}

/** Classes keep their shares in every fold; amounts need no such care. */
export function defaultStrategy(problem: Problem, target: string): FoldStrategy {
  return problem === "regression" ? { kind: "random" } : { kind: "stratified", column: target };
}

function summaryOf(problem: Problem, folds: readonly FoldResult[]): CrossValidation["summary"] {
  return Object.fromEntries(
    MEASURES[problem].map((name) => [
      name,
      summarizeFolds(
        folds.map(({ measures, trainRows, testRows }) => ({
          value: measures[name] ?? null,
          trainRows,
          testRows,
        })),
      ),
    ]),
  );
}

/** The numbers that stand for a prediction: one array per output. */
export function outputsOf(predictions: Predictions): readonly Float64Array[] {
  switch (predictions.kind) {
    case "binary":
      return [predictions.probability];
    case "multiclass":
      return predictions.probabilities;
    case "regression":
      return [predictions.values];
    default:
      return assertNever(predictions);
  }
}

/** Collects predictions of test rows, fold by fold. */
export function createOutOfFold(rowCount: number, outputCount: number) {
  const outputs = Array.from({ length: outputCount }, () => new Float64Array(rowCount));
  const tested = new Uint8Array(rowCount);
  return {
    add: ({ fold }: FoldPart, predictions: Predictions): void => {
      for (const [output, values] of outputsOf(predictions).entries()) {
        for (const [place, row] of fold.test.entries()) outputs[output]![row]! += values[place]!;
      }
      for (const row of fold.test) tested[row]!++;
    },
    finish: (): OutOfFold => ({
      outputs: outputs.map((values) =>
        values.map((sum, row) => (tested[row] === 0 ? NaN : sum / tested[row]!)),
      ),
      tested,
    }),
  };
}
