import type { Control } from "../control.ts";
import { MlError } from "../score/ml-error.ts";
import { fitFold, pieceControl, type FoldRecipe } from "../validate/fit-fold.ts";
import type { FoldPart } from "../validate/fold-parts.ts";
import type { Direction, MeasureName } from "../validate/measures.ts";
import type { SpacePoint } from "./search-space.ts";

interface TrialStart {
  readonly number: number;
  /** The searched hyperparameters. */
  readonly parameters: SpacePoint;
  /** Part of the full rounds or rows that the trial was given, for halving; else 1. */
  readonly share: number;
}

export interface CompleteTrial extends TrialStart {
  readonly status: "complete";
  /** Mean over the folds. */
  readonly score: number;
  readonly scores: readonly number[];
  /** Mean number of rounds kept, of a learner that goes in rounds. */
  readonly rounds: number | null;
}

export type Trial = CompleteTrial | (TrialStart & { readonly status: "failed"; readonly reason: string });

export interface TrialRequest {
  readonly point: SpacePoint;
  readonly share: number;
  /** Hyperparameters beside the point that make the share true, such as fewer rounds. */
  readonly shortened?: SpacePoint;
  /** Part of the training rows, where the rows are what is shared. */
  readonly rowShare?: number;
}

export interface Judge {
  readonly trials: Trial[];
  try(request: TrialRequest): Trial;
  /** What of a trial is to be made small; Infinity for one that failed. */
  lossOf(trial: Trial): number;
}

interface JudgeSetup {
  readonly parts: readonly FoldPart[];
  readonly recipe: FoldRecipe;
  readonly measure: MeasureName;
  readonly direction: Direction;
  /** Trials expected, for the progress shown. */
  readonly total: number;
  readonly control: Control;
}

/** Tries points on all folds, one after another, and remembers every trial. */
export function createJudge({ parts, recipe, measure, direction, total, control }: JudgeSetup): Judge {
  const trials: Trial[] = [];
  const lossOf = (trial: Trial): number =>
    trial.status === "failed" ? Infinity : direction === "lower" ? trial.score : -trial.score;
  const scoresOf = ({ point, shortened, rowShare }: TrialRequest) => {
    const parameters = { ...recipe.parameters, ...point, ...shortened };
    const rounds: number[] = [];
    const scores = parts.map((part, fold) => {
      control.throwIfCancelled();
      const place = trials.length + fold / parts.length;
      const fitted = fitFold(
        part,
        { ...recipe, parameters },
        {
          control: pieceControl(control, {
            stage: "tune",
            piece: place,
            pieces: Math.max(total, trials.length + 1),
          }),
          ...(rowShare === undefined ? {} : { share: rowShare }),
        },
      );
      const score = fitted.measures[measure] ?? null;
      if (score === null || !Number.isFinite(score)) {
        throw new MlError("bad-data", `The rows of fold ${fold + 1} do not define ${measure}.`);
      }
      if (fitted.rounds !== null) rounds.push(fitted.rounds);
      return score;
    });
    return { scores, rounds: rounds.length === 0 ? null : mean(rounds) };
  };
  return {
    trials,
    lossOf,
    try: (request) => {
      control.throwIfCancelled();
      const start = { number: trials.length, parameters: request.point, share: request.share };
      const trial = attempt(start, () => scoresOf(request));
      trials.push(trial);
      const least = trials.reduce((best, one) => (lossOf(one) < lossOf(best) ? one : best));
      control.report({
        stage: "tune",
        done: trials.length,
        total: Math.max(total, trials.length),
        ...(least.status === "complete" ? { metric: { name: `best ${measure}`, value: least.score } } : {}),
      });
      return trial;
    },
  };
}

/** A combination that cannot be trained is a finding; a stop or a bug is not. */
function attempt(
  start: TrialStart,
  work: () => { readonly scores: readonly number[]; readonly rounds: number | null },
): Trial {
  try {
    const { scores, rounds } = work();
    return { ...start, status: "complete", score: mean(scores), scores, rounds };
  } catch (error) {
    if (!(error instanceof MlError) || error.code === "cancelled") throw error;
    return { ...start, status: "failed", reason: error.message };
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
