import { MlError } from "../score/ml-error.ts";

/** Losses after one round; lower is better. */
export interface HistoryRound {
  readonly round: number;
  readonly trainingLoss: number | null;
  readonly validationLoss: number | null;
}

/**
 * `converged`: more rounds would change little. `still-improving`: the loss was falling when the rounds ran out.
 * `overfitting`: the validation loss rose again while the training loss fell, and the last round was kept. `diverging`:
 * the loss rose or stopped being a number. `unstable`: it jumps up and down. `too-short`: too few rounds to tell.
 */
export type ConvergenceVerdict =
  | "converged"
  | "still-improving"
  | "overfitting"
  | "diverging"
  | "unstable"
  | "too-short";

export interface Convergence {
  readonly verdict: ConvergenceVerdict;
  readonly rounds: number;
  /** The round with the least watched loss; null when there is none. */
  readonly bestRound: number | null;
  /** Which loss was watched: validation where it was recorded, else training. */
  readonly watched: "validation" | "training";
  readonly evidence: {
    readonly first: number | null;
    readonly best: number | null;
    readonly last: number | null;
    /** Part of the whole fall that fell within the last tenth of the rounds. */
    readonly lateShare: number | null;
    /** (last - best) / (first - best): how much of the fall was lost again. */
    readonly riseShare: number | null;
    /** Rounds of the second half in which the loss rose, as a part of them. */
    readonly risingRounds: number | null;
    /** Validation loss above training loss at the best round, as a part of the training loss. */
    readonly gap: number | null;
    readonly stoppedEarly: boolean;
  };
  /** What to do next, in plain words. */
  readonly advice: readonly string[];
}

/** Fewer rounds than this show no trend. */
const LEAST_ROUNDS = 5;
/** A rise of this part of the whole fall counts. */
const RISE = 0.05;
/** A fall of this part of the whole within the last tenth of the rounds is more than the end of a curve. */
const LATE = 0.02;

/**
 * Judges a training history by the shape of its loss (validation where it was recorded). `patience` is what the training
 * stopped early by, or null: then the best round was kept, and a rise after it is no overfitting of the model.
 * @throws MlError bad-data without rounds or without any loss.
 */
export function judgeConvergence(
  history: readonly HistoryRound[],
  { patience }: { readonly patience: number | null },
): Convergence {
  const watched = history.some(({ validationLoss }) => validationLoss !== null) ? "validation" : "training";
  const lossOf = (round: HistoryRound) =>
    watched === "validation" ? round.validationLoss : round.trainingLoss;
  const losses = history.map((round) => lossOf(round) ?? NaN);
  if (!history.some((round) => lossOf(round) !== null)) {
    throw new MlError(
      "bad-data",
      "The history holds no losses. Give rounds with trainingLoss or validationLoss; learners without rounds have none.",
    );
  }
  const finite = losses.filter((loss) => Number.isFinite(loss));
  const best = finite.length === 0 ? NaN : finite.reduce((least, loss) => Math.min(least, loss));
  const bestPlace = losses.indexOf(best);
  const first = losses[0]!;
  const last = losses[losses.length - 1]!;
  const fall = first - best;
  const lateStart = losses[Math.max(0, Math.ceil(losses.length * 0.9) - 1)]!;
  const half = losses.slice(Math.floor(losses.length / 2));
  const rising = half.filter((loss, index) => index > 0 && loss > half[index - 1]!).length;
  const kept = history[bestPlace];
  const stoppedEarly = patience !== null && bestPlace >= 0 && losses.length - 1 - bestPlace >= patience;
  const evidence: Convergence["evidence"] = {
    first: orNull(first),
    best: orNull(best),
    last: orNull(last),
    lateShare: orNull((lateStart - Math.min(last, lateStart)) / fall),
    riseShare: orNull((last - best) / fall),
    risingRounds: half.length > 1 ? rising / (half.length - 1) : null,
    gap:
      kept?.validationLoss == null || kept.trainingLoss === null
        ? null
        : orNull((kept.validationLoss - kept.trainingLoss) / Math.abs(kept.trainingLoss)),
    stoppedEarly,
  };
  const verdict = verdictOf(losses, { fall, best, first, last, evidence, history, half });
  return {
    verdict,
    rounds: losses.length,
    bestRound: kept?.round ?? null,
    watched,
    evidence,
    advice: adviceOf(verdict, { bestRound: kept?.round ?? 0, rounds: losses.length, evidence, watched }),
  };
}

interface Shape {
  readonly fall: number;
  readonly best: number;
  readonly first: number;
  readonly last: number;
  readonly evidence: Convergence["evidence"];
  readonly history: readonly HistoryRound[];
  readonly half: readonly number[];
}

function verdictOf(losses: readonly number[], shape: Shape): ConvergenceVerdict {
  const { fall, best, first, last, evidence, history, half } = shape;
  if (losses.some((loss) => !Number.isFinite(loss))) return "diverging";
  if (losses.length < LEAST_ROUNDS) return "too-short";
  const scale = Math.max(Math.abs(first), Math.abs(best));
  // A loss that hardly moves has nothing to converge from.
  if (fall <= scale * 1e-9) return last > first + scale * 1e-3 ? "diverging" : "converged";
  if (last > first && !hasFallingTraining(history)) return "diverging";
  if (isUnstable(half, fall, evidence.risingRounds ?? 0)) return "unstable";
  if ((evidence.riseShare ?? 0) > RISE && !evidence.stoppedEarly) {
    return hasFallingTraining(history) ? "overfitting" : "diverging";
  }
  if (evidence.stoppedEarly) return "converged";
  return (evidence.lateShare ?? 0) > LATE ? "still-improving" : "converged";
}

/** Up in at least a quarter of the rounds, by jumps that are large beside the whole fall. */
function isUnstable(half: readonly number[], fall: number, risingRounds: number): boolean {
  if (risingRounds < 0.25 || risingRounds > 0.75) return false;
  let jumps = 0;
  for (let index = 1; index < half.length; index++) jumps += Math.abs(half[index]! - half[index - 1]!);
  return jumps / (half.length - 1) > 0.1 * fall;
}

/** Where only one loss was recorded, a rise cannot be told from a training that runs away. */
function hasFallingTraining(history: readonly HistoryRound[]): boolean {
  const training = history.map(({ trainingLoss }) => trainingLoss);
  const middle = training[Math.floor(training.length / 2)];
  const last = training[training.length - 1];
  const hasValidation = history.some(({ validationLoss }) => validationLoss !== null);
  if (!hasValidation) return false;
  return middle == null || last == null || last <= middle;
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

interface Advised {
  readonly bestRound: number;
  readonly rounds: number;
  readonly evidence: Convergence["evidence"];
  readonly watched: Convergence["watched"];
}

function adviceOf(verdict: ConvergenceVerdict, about: Advised): string[] {
  const { bestRound, rounds, evidence, watched } = about;
  const blind =
    watched === "training"
      ? ["Only the training loss was recorded; give validation rows to see overfitting."]
      : [];
  switch (verdict) {
    case "converged":
      return [
        evidence.stoppedEarly
          ? `Round ${bestRound} of ${rounds} was the best and was kept; nothing needs to change.`
          : "More rounds would change little; nothing needs to change.",
        ...((evidence.gap ?? 0) > 1
          ? [
              "The validation loss is more than twice the training loss: try fewer leaves, more rows a leaf or a higher l2.",
            ]
          : []),
        ...blind,
      ];
    case "still-improving":
      return [
        `The loss was still falling at round ${rounds}: raise rounds (try ${rounds * 2}), or learningRate where time is short.`,
        ...blind,
      ];
    case "overfitting":
      return [
        `The validation loss was least at round ${bestRound} and rose after it: set patience so that training stops there, or rounds to ${bestRound}.`,
        "Fewer leaves, more rows a leaf, a higher l2 or a lower learningRate overfit later.",
      ];
    case "diverging":
      return [
        "The loss rises or is no number: lower learningRate (a tenth of it), and look for infinite or huge values in the columns and the target.",
        ...blind,
      ];
    case "unstable":
      return [
        "The loss jumps up and down: lower learningRate, or raise the rows a leaf needs and rowFraction.",
        ...blind,
      ];
    default:
      return [`${rounds} rounds show no trend: train for at least ${LEAST_ROUNDS}, better 50.`, ...blind];
  }
}
