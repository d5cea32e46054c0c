import { fitIsotonic, risingOrder } from "../../calibrate/fit-isotonic.ts";
import { fitPlatt } from "../../calibrate/fit-platt.ts";
import { assertNever } from "../../score/assert-never.ts";
import { logOdds, valueOnCurve } from "../../score/calibration.ts";
import { sigmoid } from "../../score/margins.ts";

/** Probabilities with what happened: 1 or 0 a row. */
export interface LabelledScores {
  readonly scores: Float64Array;
  readonly labels: ArrayLike<number>;
  /** Row indices by rising score. */
  readonly order: Uint32Array;
}

const RECALIBRATIONS = ["logistic", "isotonic"] as const;
export type RecalibrationName = (typeof RECALIBRATIONS)[number];

type Recalibration = (scores: Float64Array) => Float64Array;

export function labelledScores(scores: Float64Array, labels: ArrayLike<number>): LabelledScores {
  return { scores, labels, order: risingOrder(scores) };
}

/** Fits one way of making probabilities agree with what happened; rows of weight 0 are not there. */
export function fitRecalibration(
  name: RecalibrationName,
  rows: LabelledScores,
  weights: Float64Array | null,
): Recalibration {
  switch (name) {
    case "logistic":
      return fitLogistic(rows, weights);
    case "isotonic":
      return fitIsotonicCurve(rows, weights);
    default:
      return assertNever(name);
  }
}

const FOLDS = 5;

/**
 * The way with the smallest squared error on rows it was not fitted on, by five folds of every fifth row; a way that
 * changes more has to be better by more than two standard errors.
 */
export function chooseRecalibration(rows: LabelledScores): RecalibrationName {
  const errors = RECALIBRATIONS.map((name) => heldOutErrors(name, rows));
  let best = 0;
  for (let candidate = 1; candidate < errors.length; candidate++) {
    const gains = errors[best]!.map((error, row) => error - errors[candidate]![row]!);
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
    const squares = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0);
    if (mean > (2 * Math.sqrt(squares)) / gains.length) best = candidate;
  }
  return RECALIBRATIONS[best]!;
}

function heldOutErrors(name: RecalibrationName, rows: LabelledScores): Float64Array {
  const errors = new Float64Array(rows.scores.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const weights = Float64Array.from(errors, (_, row) => (row % FOLDS === fold ? 0 : 1));
    const fitted = fitRecalibration(name, rows, weights)(rows.scores);
    for (let row = fold; row < errors.length; row += FOLDS) {
      errors[row] = (fitted[row]! - rows.labels[row]!) ** 2;
    }
  }
  return errors;
}

/** Keeps logits of certain rows within reach of the others. */
const EDGE = 1e-6;

/**
 * Platt's sigmoid of the logit of the score. Where there is no slope to tell, of one outcome or one score only, every row
 * gets the share of the outcomes.
 */
function fitLogistic({ scores, labels }: LabelledScores, weights: Float64Array | null): Recalibration {
  const logits = scores.map(logitOf);
  const isPresent = (row: number): boolean => weights === null || weights[row]! > 0;
  const first = logits.findIndex((_, row) => isPresent(row));
  const varies = (numbers: ArrayLike<number>): boolean =>
    logits.some((_, row) => isPresent(row) && numbers[row] !== numbers[first]);
  if (!varies(logits) || !varies(labels)) {
    let [positives, total] = [0, 0];
    for (let row = 0; row < scores.length; row++) {
      const weight = weights === null ? 1 : weights[row]!;
      positives += weight * labels[row]!;
      total += weight;
    }
    return (values) => values.map(() => positives / total);
  }
  const { slope, intercept } = fitPlatt({ scores: logits, labels, weights });
  return (values) => values.map((value) => sigmoid(slope * logitOf(value) + intercept));
}

function logitOf(score: number): number {
  return logOdds(Math.min(1 - EDGE, Math.max(EDGE, score)));
}

function fitIsotonicCurve(rows: LabelledScores, weights: Float64Array | null): Recalibration {
  const curve = fitIsotonic({ ...rows, weights });
  return (values) => values.map((score) => valueOnCurve(curve, score));
}
