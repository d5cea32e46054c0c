import { UNWATCHED } from "../control.ts";
import { chooseProblem } from "../learn/prepare-training.ts";
import type { ParameterValue } from "../learn/fit-estimator.ts";
import { requireInRange } from "../parameter-range.ts";
import { MlError } from "../score/ml-error.ts";
import type { Problem } from "../score/model-file.ts";
import { createRandom } from "../random.ts";
import { defaultStrategy, type CrossValidateOptions } from "../validate/cross-validate.ts";
import { recipeOf } from "../validate/fit-fold.ts";
import { cutFolds } from "../validate/fold-parts.ts";
import type { FoldStrategy } from "../validate/folds.ts";
import { chooseMeasure, directionOf, type Direction, type MeasureName } from "../validate/measures.ts";
import { summarizeFolds, type FoldSummary } from "../validate/summarize-folds.ts";
import { defaultSpace } from "./default-spaces.ts";
import { createJudge, type CompleteTrial, type Trial } from "./judge-point.ts";
import { checkSpace, type SearchSpace } from "./search-space.ts";
import { SEARCHES, type SearchMethod, type SearchStop } from "./search-methods.ts";

export interface TuneOptions extends CrossValidateOptions {
  /** Hyperparameters to search over; the algorithm's default space when left out. `parameters` holds the rest. */
  readonly space?: SearchSpace;
  /** Default `tpe`. */
  readonly method?: SearchMethod;
  /** How many points are tried beside the defaults, 1 to 10,000; default 30. For halving: how many start. */
  readonly trials?: number;
  /** What a trial is judged by; the problem's first measure when left out. */
  readonly measure?: string;
  /** No trial starts after this time; needs `elapsedSeconds`. Where it ends the search, another run may try more. */
  readonly maximalSeconds?: number;
  /** Seconds since the start, by the caller's clock. */
  readonly elapsedSeconds?: () => number;
}

export interface Tuning {
  readonly problem: Problem;
  readonly strategy: FoldStrategy;
  readonly method: SearchMethod;
  readonly measure: MeasureName;
  readonly direction: Direction;
  readonly space: SearchSpace;
  /** Every trial in the order of trying; number 0 are the parameters as given, without the space. */
  readonly trials: readonly Trial[];
  readonly best: {
    readonly trial: number;
    /** Given and found hyperparameters together: what to train with. */
    readonly parameters: Readonly<Record<string, ParameterValue>>;
    readonly summary: FoldSummary;
  };
  /** Why the search ended. Only searches that end by `trials` or `exhausted` are the same for the same seed. */
  readonly stop: SearchStop;
  readonly notes: readonly string[];
}

/**
 * Searches for the hyperparameters with the best cross-validated measure; the same options give the same trials. Every
 * trial uses the same folds, and nothing is fitted on the rows a fold tests. A trial that fails is kept with its reason.
 * @throws MlError bad-argument for an impossible space, measure or budget; bad-data when no trial succeeds; cancelled.
 */
export function tuneModel(options: TuneOptions): Tuning {
  const { frame, target, algorithm, seed, method = "tpe", trials: budget = 30 } = options;
  const control = options.control ?? UNWATCHED;
  requireInRange("trials", budget, { from: 1, to: 10_000, isInteger: true });
  const space = options.space ?? defaultSpace(algorithm);
  checkSpace(space);
  const choice = chooseProblem({ ...options, training: frame });
  const measure = chooseMeasure(choice.problem, options.measure);
  const strategy = options.folds?.strategy ?? defaultStrategy(choice.problem, target);
  const parts = cutFolds(frame, { ...options.folds, strategy, seed, target, choice });
  const { parameters = {} } = options;
  const direction = directionOf(measure);
  const judge = createJudge({
    parts,
    recipe: recipeOf(options, { choice, algorithm }),
    measure,
    direction,
    total: budget + 1,
    control,
  });
  judge.try({ point: {}, share: 1 });
  const { maximalSeconds, elapsedSeconds } = options;
  const stop = SEARCHES[method]({
    space,
    budget,
    judge,
    random: createRandom(seed),
    algorithm,
    parameters,
    isLate: () =>
      maximalSeconds !== undefined && elapsedSeconds !== undefined && elapsedSeconds() >= maximalSeconds,
  });
  const best = bestTrial(judge.trials, direction);
  return {
    problem: choice.problem,
    strategy,
    method,
    measure,
    direction,
    space,
    trials: judge.trials,
    best: {
      trial: best.number,
      parameters: { ...parameters, ...best.parameters },
      summary: summarizeFolds(
        best.scores.map((value, fold) => ({
          value,
          trainRows: parts[fold]!.training.rowCount,
          testRows: parts[fold]!.test.rowCount,
        })),
      )!,
    },
    stop,
    notes: notesOf(judge.trials, best, stop),
  };
}

function bestTrial(trials: readonly Trial[], direction: Direction): CompleteTrial {
  let best: CompleteTrial | null = null;
  for (const trial of trials) {
    if (trial.status !== "complete" || trial.share < 1) continue;
    const isBetter =
      best === null || (direction === "lower" ? trial.score < best.score : trial.score > best.score);
    if (isBetter) best = trial;
  }
  if (best !== null) return best;
  const reason = trials.find((trial) => trial.status === "failed")?.reason ?? "no trial was finished";
  throw new MlError(
    "bad-data",
    `No trial succeeded. The first one said: ${reason} Mend that, or search another space.`,
  );
}

function notesOf(trials: readonly Trial[], best: CompleteTrial, stop: SearchStop): string[] {
  const failed = trials.filter((trial) => trial.status === "failed").length;
  const judged = trials.filter((trial) => trial.status === "complete" && trial.share === 1).length;
  return [
    `The best of ${judged} trials looks better than it is: part of its score is luck of the choice. Judge the model on rows that no trial saw.`,
    ...(best.number === 0 ? ["No trial beat the parameters as given."] : []),
    ...(failed === 0 ? [] : [`${failed} trials failed; each says why.`]),
    ...(stop === "seconds" ? ["The time ended the search, so another run may end at another trial."] : []),
    ...(stop === "exhausted" ? ["Every point of the space was tried."] : []),
  ];
}
