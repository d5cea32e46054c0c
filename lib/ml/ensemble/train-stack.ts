import { UNWATCHED, type Control } from "../control.ts";
import { fingerprintRows } from "../frame/fingerprint-rows.ts";
import { getColumn, selectColumns, type Frame } from "../frame/frame.ts";
import type { AlgorithmName, ParameterValue } from "../learn/fit-estimator.ts";
import { chooseProblem } from "../learn/prepare-training.ts";
import { trainModel, type TrainedModel, type TrainModelOptions } from "../learn/train-model.ts";
import { requireInRange } from "../parameter-range.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import type { ProblemChoice } from "../profile/infer-problem.ts";
import type { Link, MemberEstimator, StackEstimator } from "../score/estimator.ts";
import { MlError } from "../score/ml-error.ts";
import type { Model, Problem } from "../score/model-file.ts";
import { combinerInputs } from "../score/stack-margins.ts";
import { createOutOfFold, defaultStrategy } from "../validate/cross-validate.ts";
import {
  fitFold,
  pieceControl,
  recipeOf,
  type FoldRecipe,
  type SharedOptions,
} from "../validate/fit-fold.ts";
import { cutFolds, type FoldPart } from "../validate/fold-parts.ts";
import type { FoldOptions } from "../validate/folds.ts";
import { MEASURES } from "../validate/measures.ts";
import { fitCombiner } from "./fit-combiner.ts";
import { joinPreparations } from "./join-preparations.ts";

/** One model of a stack. */
export interface StackMemberRecipe {
  readonly algorithm: AlgorithmName;
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
}

export interface TrainStackOptions
  extends Omit<SharedOptions, "parameters">,
    Pick<
      TrainModelOptions,
      "training" | "validation" | "problem" | "positiveClass" | "dataFingerprint" | "control"
    > {
  /** From 1 to 10 models; `STACK_MEMBERS` when left out. */
  readonly members?: readonly StackMemberRecipe[];
  /** How the out-of-fold predictions are made; 5 folds, stratified for classes, when left out. */
  readonly folds?: Partial<Omit<FoldOptions, "seed" | "repeats">>;
  /** L2 penalty of the combiner; default 1. */
  readonly penalty?: number;
}

/** Models that err differently: boosted steps, averaged deep trees, and straight lines. */
export const STACK_MEMBERS: readonly StackMemberRecipe[] = [
  { algorithm: "gradient-boosting", parameters: { rounds: 600, learningRate: 0.05, patience: 40 } },
  { algorithm: "random-forest" },
  { algorithm: "linear" },
];

const LINKS: Readonly<Record<Problem, Link>> = {
  binary: "logit",
  multiclass: "softmax",
  regression: "identity",
};

/**
 * Trains several models and a linear model over their predictions (Wolpert 1992). The combiner learns from predictions
 * of rows that the member did not learn from; then every member is trained on all rows, for as many rounds as it
 * needed in the folds. The same options give the same model, bit for bit.
 * @throws MlError bad-argument for no or too many members; as trainModel and makeFolds.
 */
export function trainStack(options: TrainStackOptions): TrainedModel {
  const { training, target, seed, members = STACK_MEMBERS, penalty = 1 } = options;
  const control = options.control ?? UNWATCHED;
  if (members.length === 0 || members.length > 10) {
    throw new MlError("bad-argument", `A stack has 1 to 10 members, not ${members.length}.`);
  }
  requireInRange("penalty", penalty, { from: 0, to: 1e12 });
  const choice = chooseProblem(options);
  const strategy = options.folds?.strategy ?? defaultStrategy(choice.problem, target);
  const parts = cutFolds(training, { ...options.folds, strategy, repeats: 1, seed, target, choice });
  const pieces = members.length * (parts.length + 1);
  const fitted = members.map((member, index) =>
    fitMember(member, { options, choice, parts, control, piece: index * (parts.length + 1), pieces }),
  );
  const tested = testedRows(fitted[0]!.tested);
  const actual = encodeTarget(getColumn(training, target), choice.classes);
  const combiner = fitCombiner({
    problem: choice.problem,
    classCount: choice.classes?.length ?? 1,
    inputs: fitted.flatMap(({ model, outputs }) =>
      combinerInputs(model.estimator.link, outputs).map((values) => valuesAt(values, tested)),
    ),
    target: valuesAt(actual, tested),
    penalty,
    control,
  });
  control.report({ stage: "stack", done: pieces, total: pieces });
  const { preparation, features, columns } = joinPreparations(fitted.map(({ model }) => model));
  const estimator: StackEstimator = {
    kind: "stack",
    link: LINKS[choice.problem],
    members: fitted.map(({ model }, index) => ({
      columns: columns[index]!,
      estimator: memberEstimator(model),
    })),
    combiner,
  };
  const first = fitted[0]!.model;
  const notes = [...new Set(fitted.flatMap(({ notes }) => notes))];
  const model: Model = {
    ...first,
    features,
    preparation,
    estimator,
    training: {
      algorithm: "stack",
      seed,
      parameters: recordOf(members, { penalty, folds: parts.length }),
      rowCount: training.rowCount,
      dataFingerprint:
        options.dataFingerprint ?? fingerprintOf(training, [...features.map(({ name }) => name), target]),
      notes,
    },
  };
  return { model, problem: choice, history: [], dropped: fitted.flatMap(({ dropped }) => dropped), notes };
}

interface MemberRequest {
  readonly options: TrainStackOptions;
  readonly choice: ProblemChoice;
  readonly parts: readonly FoldPart[];
  readonly control: Control;
  /** How many fits of how many come before this member's. */
  readonly piece: number;
  readonly pieces: number;
}

function fitMember(
  member: StackMemberRecipe,
  { options, choice, parts, control, piece, pieces }: MemberRequest,
) {
  const { training } = options;
  const recipe = recipeOf(options, {
    choice,
    algorithm: member.algorithm,
    parameters: member.parameters ?? {},
  });
  const outputCount = choice.problem === "multiclass" ? choice.classes!.length : 1;
  const collected = createOutOfFold(training.rowCount, outputCount);
  const rounds: number[] = [];
  const measureName = MEASURES[choice.problem][0]!;
  const scores: number[] = [];
  for (const [fold, part] of parts.entries()) {
    control.throwIfCancelled();
    const fitted = fitFold(part, recipe, {
      control: pieceControl(control, { stage: "stack", piece: piece + fold, pieces }),
    });
    collected.add(part, fitted.predictions);
    if (fitted.rounds !== null) rounds.push(fitted.rounds);
    const score = fitted.measures[measureName] ?? null;
    if (score !== null) scores.push(score);
  }
  const validation = options.validation;
  const { model, dropped, notes } = trainModel({
    ...recipe,
    parameters: fullParameters(recipe, rounds, validation !== undefined),
    training,
    ...(validation === undefined ? {} : { validation }),
    dataFingerprint: "",
    control: pieceControl(control, { stage: "stack", piece: piece + parts.length, pieces }),
  });
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const quality = scores.length === 0 ? "" : `, ${measureName} ${mean.toFixed(4)} on average out of fold`;
  return {
    model,
    dropped,
    notes: [...notes, `Member ${member.algorithm}${quality}.`],
    ...collected.finish(),
  };
}

/** Without validation rows a learner that stops early is given as many rounds as it kept in the folds. */
function fullParameters(
  { parameters = {} }: FoldRecipe,
  rounds: readonly number[],
  hasValidation: boolean,
): Readonly<Record<string, ParameterValue>> {
  if (hasValidation || typeof parameters.patience !== "number" || rounds.length === 0) return parameters;
  const mean = Math.round(rounds.reduce((sum, count) => sum + count, 0) / rounds.length);
  return { ...parameters, patience: null, rounds: Math.max(1, mean) };
}

function memberEstimator({ estimator }: Model): MemberEstimator {
  if (estimator.kind === "stack") throw new MlError("bad-argument", "A stack cannot be a member of a stack.");
  return estimator;
}

function testedRows(tested: Uint8Array): Uint32Array {
  const rows: number[] = [];
  for (const [row, count] of tested.entries()) if (count > 0) rows.push(row);
  return Uint32Array.from(rows);
}

function valuesAt(values: Float64Array, rows: Uint32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!);
}

/** The recipe in flat names, as a model's record holds it. */
function recordOf(
  members: readonly StackMemberRecipe[],
  more: Readonly<Record<string, ParameterValue>>,
): Record<string, ParameterValue> {
  const entries = members.flatMap(({ algorithm, parameters = {} }, index) => [
    [`member ${index + 1}`, algorithm] as const,
    ...Object.entries(parameters).map(([name, value]) => [`member ${index + 1} ${name}`, value] as const),
  ]);
  return { ...Object.fromEntries(entries), ...more };
}

function fingerprintOf(training: Frame, names: readonly string[]): string {
  return fingerprintRows(selectColumns(training, names));
}
