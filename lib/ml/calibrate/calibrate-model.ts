import { UNWATCHED, type Control } from "../control.ts";
import { fingerprintRows } from "../frame/fingerprint-rows.ts";
import { getColumn, type Frame } from "../frame/frame.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import { createRandom, shuffledIndices } from "../random.ts";
import { applyCalibration, type Calibration } from "../score/calibration.ts";
import { MlError } from "../score/ml-error.ts";
import type { Model } from "../score/model-file.ts";
import { createScorer, type Predictions } from "../score/scorer.ts";
import { calibrationQuality, type CalibrationQuality } from "./calibration-quality.ts";
import { fitCalibration, type CalibrationMethod, type LabelledProbabilities } from "./fit-calibration.ts";

export interface CalibrateOptions {
  /**
   * `auto`: the method with the least cross-fitted log loss, or none where no method lowers it; isotonic competes from
   * 1000 rows on. Default auto.
   */
  readonly method?: CalibrationMethod | "auto";
  /** Parts for the cross-fitted numbers, 2 to 20; fewer where a class has fewer rows. Default 5. */
  readonly folds?: number;
  /** Deals the rows into the parts. Default 0. */
  readonly seed?: number;
  readonly control?: Control;
}

/** What one method would give: cross-fitted numbers, or why it cannot be fitted to these rows. */
export type CalibrationAttempt =
  | { readonly method: CalibrationMethod; readonly quality: CalibrationQuality }
  | { readonly method: CalibrationMethod; readonly refusal: string };

export interface CalibrationResult {
  /** The calibrated model, or the given one where no method helps. */
  readonly model: Model;
  readonly method: CalibrationMethod | "none";
  readonly rows: number;
  readonly folds: number;
  /** The given model on the calibration rows. */
  readonly before: CalibrationQuality;
  /** Cross-fitted: every row calibrated by what was fitted to the other parts. */
  readonly after: CalibrationQuality;
  readonly attempts: readonly CalibrationAttempt[];
  /** Calibration rows that the new model decides otherwise. */
  readonly changedDecisions: number;
  readonly notes: readonly string[];
}

/** From the fewest parameters to the most; the first wins a tie. */
const METHODS: readonly CalibrationMethod[] = ["temperature", "platt", "isotonic"];
/** Below so many rows an isotonic curve follows chance (scikit-learn's advice). */
const ISOTONIC_ROWS = 1000;

/**
 * Calibrates a classifier's probabilities on held-out rows, which must be neither those it was trained on nor those it
 * will be tested on. The decision rule stays as it is and from then on reads calibrated probabilities: a threshold of 0.5
 * then means an outcome more likely than not. An earlier calibration is replaced.
 * @throws MlError bad-argument for a regression, for thresholds per group, or for options out of range; bad-data for the
 * training rows themselves, too few rows, or rows that a stated method cannot be fitted to; cancelled.
 */
export function calibrateModel(
  model: Model,
  frame: Frame,
  options: CalibrateOptions = {},
): CalibrationResult {
  const { method = "auto", seed = 0, control = UNWATCHED } = options;
  checkModel(model);
  const labels = encodeTarget(getColumn(frame, model.target), model.classes);
  refuseTrainingRows(model, frame);
  const folds = dealRows(labels, { classes: model.classes ?? [], folds: options.folds ?? 5, seed });
  const before = score(model, frame, control);
  const { calibration: earlier, ...plain } = model;
  const raw = earlier === undefined ? before : score(plain, frame, control);
  const input = model.estimator.link === "probability" ? "probability" : "log-odds";
  const rows: LabelledProbabilities = { probabilities: raw.probabilities, labels, input };
  const quality = calibrationQuality(before.probabilities, labels);
  const attempts = (method === "auto" ? METHODS : [method]).map((one): CalibrationAttempt => {
    control.throwIfCancelled();
    if (method === "auto" && one === "isotonic" && frame.rowCount < ISOTONIC_ROWS) {
      const refusal = `an isotonic curve on ${frame.rowCount} rows follows chance; it is tried from ${ISOTONIC_ROWS} rows on`;
      return { method: one, refusal };
    }
    return attempt(one, { rows, folds, isStated: method !== "auto" });
  });
  const chosen = choose(attempts, method === "auto" ? quality.logLoss : Infinity);
  const notes = attempts.flatMap((one) => ("refusal" in one ? [`${one.method}: ${one.refusal}`] : []));
  const foldCount = folds.reduce((most, fold) => Math.max(most, fold + 1), 0);
  const about = { rows: frame.rowCount, folds: foldCount, before: quality, attempts };
  if (chosen === null) {
    notes.push("No method lowers the cross-fitted log loss; the model stays as it is.");
    return { ...about, model, method: "none", after: quality, changedDecisions: 0, notes };
  }
  const calibrated = withCalibration(plain, {
    calibration: fitCalibration(chosen.method, rows),
    note: `Calibrated by ${chosen.method} on ${frame.rowCount} held-out rows (${fingerprintRows(frame)})${earlier === undefined ? "" : ", in place of an earlier calibration"}.`,
  });
  const changedDecisions = countChanges(before, score(calibrated, frame, control));
  notes.push(...notesOn(chosen, { rowCount: frame.rowCount, changedDecisions, before: quality }));
  return {
    ...about,
    model: calibrated,
    method: chosen.method,
    after: chosen.quality,
    changedDecisions,
    notes,
  };
}

function checkModel({ problem, decision }: Model): void {
  if (problem === "regression") {
    throw new MlError("bad-argument", "Calibration is for classes; this model predicts amounts.");
  }
  if (decision.kind === "group-thresholds") {
    throw new MlError(
      "bad-argument",
      "This model decides by one threshold per group, fitted to its probabilities as they are. " +
        "Calibrate the model that it was made from, then fit the groups' thresholds to the calibrated one.",
    );
  }
}

/** @throws MlError bad-data for the very rows that the model learnt from. */
function refuseTrainingRows({ training, features, target }: Model, frame: Frame): void {
  if (frame.rowCount !== training.rowCount) return;
  const names = [...features.map((feature) => feature.name), target];
  const columns = names.map((name) => getColumn(frame, name));
  if (fingerprintRows({ ...frame, columns }) !== training.dataFingerprint) return;
  throw new MlError(
    "bad-data",
    "These are the rows that the model was trained on, which it knows too well. Give held-out rows.",
  );
}

interface Dealing {
  readonly classes: readonly string[];
  readonly folds: number;
  readonly seed: number;
}

/** A part for every row, the rows of each class spread evenly over the parts. */
function dealRows(labels: Float64Array, { classes, folds, seed }: Dealing): Int32Array {
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= 20)) {
    throw new MlError("bad-argument", `folds is ${folds}; it must be an integer from 2 to 20.`);
  }
  const counts = new Int32Array(classes.length);
  for (const label of labels) counts[label]!++;
  const scarce = counts.findIndex((count) => count < 2);
  if (scarce >= 0) {
    throw new MlError(
      "bad-data",
      `The rows to calibrate on hold ${counts[scarce]} of class ${classes[scarce]}; at least 2 of each class are needed. Give more rows.`,
      { details: { rows: labels.length } },
    );
  }
  const used = Math.min(folds, ...counts);
  const dealt = new Int32Array(classes.length);
  const parts = new Int32Array(labels.length);
  for (const row of shuffledIndices(labels.length, createRandom(seed))) {
    parts[row] = dealt[labels[row]!]!++ % used;
  }
  return parts;
}

interface Scored {
  readonly probabilities: readonly Float64Array[];
  readonly predicted: ArrayLike<number>;
}

function score(model: Model, frame: Frame, control: Control): Scored {
  const predictions: Predictions = createScorer(model).scoreColumns(frame.columns, frame.rowCount, () =>
    control.throwIfCancelled(),
  );
  if (predictions.kind === "regression") throw new TypeError("only classifiers are calibrated");
  const probabilities = predictions.kind === "binary" ? [predictions.probability] : predictions.probabilities;
  return { probabilities, predicted: predictions.predicted };
}

interface AttemptRequest {
  readonly rows: LabelledProbabilities;
  readonly folds: Int32Array;
  /** A method that the caller stated throws what it cannot do. */
  readonly isStated: boolean;
}

function attempt(method: CalibrationMethod, { rows, folds, isStated }: AttemptRequest): CalibrationAttempt {
  try {
    // What cannot be fitted to all rows is refused too, however well it does on parts of them.
    fitCalibration(method, rows);
    const probabilities = rows.probabilities.map((values) => new Float64Array(values.length));
    const foldCount = folds.reduce((most, fold) => Math.max(most, fold + 1), 0);
    for (let fold = 0; fold < foldCount; fold++) {
      const calibration = fitCalibration(
        method,
        chosenRows(rows, (row) => folds[row] !== fold),
      );
      const held = folds
        .keys()
        .filter((row) => folds[row] === fold)
        .toArray();
      const applied = applyCalibration(
        calibration,
        chosenRows(rows, (row) => folds[row] === fold).probabilities,
      );
      for (const [output, values] of applied.entries()) {
        for (const [place, row] of held.entries()) probabilities[output]![row] = values[place]!;
      }
    }
    return { method, quality: calibrationQuality(probabilities, rows.labels) };
  } catch (error) {
    if (isStated || !(error instanceof MlError) || error.code !== "bad-data") throw error;
    return { method, refusal: error.message };
  }
}

function chosenRows(rows: LabelledProbabilities, isChosen: (row: number) => boolean): LabelledProbabilities {
  return {
    ...rows,
    probabilities: rows.probabilities.map((values) => values.filter((_, row) => isChosen(row))),
    labels: rows.labels.filter((_, row) => isChosen(row)),
  };
}

type Fitted = Extract<CalibrationAttempt, { readonly quality: unknown }>;

/** The attempt with the least log loss, if that is below `bar`. */
function choose(attempts: readonly CalibrationAttempt[], bar: number): Fitted | null {
  let best: Fitted | null = null;
  for (const one of attempts) {
    if (!("quality" in one)) continue;
    if (one.quality.logLoss < (best?.quality.logLoss ?? bar)) best = one;
  }
  return best;
}

function withCalibration(
  model: Model,
  { calibration, note }: { readonly calibration: Calibration; readonly note: string },
): Model {
  const training = { ...model.training, notes: [...model.training.notes, note] };
  return { ...model, calibration, training };
}

function countChanges(before: Scored, after: Scored): number {
  let count = 0;
  for (let row = 0; row < before.predicted.length; row++) {
    if (before.predicted[row] !== after.predicted[row]) count++;
  }
  return count;
}

interface NoteFacts {
  readonly rowCount: number;
  readonly changedDecisions: number;
  readonly before: CalibrationQuality;
}

function notesOn({ method, quality }: Fitted, { rowCount, changedDecisions, before }: NoteFacts): string[] {
  const notes: string[] = [];
  if (changedDecisions > 0) {
    notes.push(
      `The decision rule now reads calibrated probabilities: ${changedDecisions} of ${rowCount} rows are decided otherwise. Measure the model again, fairness included.`,
    );
  }
  if (method === "isotonic" && rowCount < ISOTONIC_ROWS) {
    notes.push(
      `An isotonic curve on ${rowCount} rows follows chance; ${ISOTONIC_ROWS} or more, or another method, are safer.`,
    );
  }
  if (!(quality.logLoss < before.logLoss)) {
    notes.push(
      `The cross-fitted log loss is not below that of the model as it was (${quality.logLoss.toFixed(4)} against ${before.logLoss.toFixed(4)}).`,
    );
  }
  return notes;
}
