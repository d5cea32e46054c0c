import { calibrationCurve, expectedCalibrationError } from "../metrics/curves.ts";

/** How well probabilities come true. */
export interface CalibrationQuality {
  /** Mean negative log likelihood in nats, probabilities kept 2^-52 from 0 and 1. */
  readonly logLoss: number;
  /** Two classes: mean squared error of the positive class's probability; more: summed over the classes (Brier 1950). */
  readonly brier: number;
  /**
   * Mean distance between probability and share over equal-width bins, weighted by rows: of the positive class for two
   * classes, of the most probable class for more (Guo et al. 2017).
   */
  readonly calibrationError: number;
  /** Number of bins of the calibration error. */
  readonly bins: number;
}

const BINS = 10;
const EPSILON = 2 ** -52;

/** Measures probabilities (of the positive class, or one array per class) against class indices. */
export function calibrationQuality(
  probabilities: readonly Float64Array[],
  labels: Float64Array,
): CalibrationQuality {
  const rowCount = labels.length;
  const positive = probabilities[0]!;
  const all = probabilities.length > 1 ? probabilities : [positive.map((value) => 1 - value), positive];
  const top = { labels: new Float64Array(rowCount), probability: new Float64Array(rowCount) };
  let [logLoss, brier] = [0, 0];
  for (let row = 0; row < rowCount; row++) {
    const label = labels[row]!;
    logLoss -= Math.log(Math.min(1 - EPSILON, Math.max(EPSILON, all[label]![row]!)));
    let best = 0;
    for (const [index, values] of all.entries()) {
      brier += (values[row]! - (index === label ? 1 : 0)) ** 2;
      if (values[row]! > all[best]![row]!) best = index;
    }
    top.probability[row] = all[best]![row]!;
    top.labels[row] = best === label ? 1 : 0;
  }
  const isBinary = probabilities.length === 1;
  const judged = isBinary ? { labels, probability: positive } : top;
  return {
    logLoss: logLoss / rowCount,
    brier: brier / rowCount / (isBinary ? 2 : 1),
    calibrationError: expectedCalibrationError(calibrationCurve(judged, BINS)),
    bins: BINS,
  };
}
