import { rankScores } from "../../metrics/ranking-metrics.ts";
import { createRandom, type Random } from "../../random.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Predictions } from "../../score/scorer.ts";
import type { KnownRows } from "./estimate-performance.ts";
import { expectedBinaryMetrics, type MetricNumbers } from "./expected-metrics.ts";
import { chooseRecalibration, fitRecalibration, labelledScores } from "./recalibrate.ts";
import { windowMetrics, type WindowEstimator } from "./window-estimator.ts";

type BinaryPredictions = Extract<Predictions, { readonly kind: "binary" }>;

const RULE =
  "confidence-based performance estimation (NannyML's CBPE): probabilities, recalibrated on the " +
  "reference (logistic, or isotonic where better on held-out rows), give expected confusion counts, and metrics are ratios of those; AUC is that of all pairs of " +
  "rows. Bands: outcomes drawn by the probabilities of recalibrations of bootstrapped references. Limits: 3 deviations " +
  "of as many rows drawn from the reference";

/** @throws MlError bad-data when the reference has one class only. */
export function binaryEstimator(reference: BinaryPredictions, known: KnownRows): WindowEstimator {
  const { actual, level, resamples, seed, control } = known;
  requireBothClasses(actual);
  const rows = labelledScores(reference.probability, actual);
  const name = chooseRecalibration(rows);
  const recalibrate = fitRecalibration(name, rows, null);
  const referenceMetrics = expectedBinaryMetrics(
    { ranking: rankScores(reference.probability), predicted: reference.predicted },
    actual,
  );
  const draws = createRandom(seed);
  const drawn = Array.from({ length: resamples }, () => {
    control.throwIfCancelled();
    return fitRecalibration(name, rows, drawnCounts(actual.length, draws));
  });
  return {
    recalibration: [name],
    rule: RULE,
    estimate({ predictions }) {
      if (predictions.kind !== "binary") throw new MlError("bad-model", "The model changed its problem.");
      const random = createRandom(seed);
      const window = { ranking: rankScores(predictions.probability), predicted: predictions.predicted };
      const possible: MetricNumbers[] = [];
      const usual: MetricNumbers[] = [];
      for (const fitted of drawn) {
        control.throwIfCancelled();
        const chances = fitted(predictions.probability);
        const outcomes = Uint8Array.from(chances, (chance) => (random.uniform() < chance ? 1 : 0));
        possible.push(expectedBinaryMetrics(window, outcomes));
        usual.push(drawnMetrics(reference, actual, { size: predictions.probability.length, random }));
      }
      const estimate = expectedBinaryMetrics(window, recalibrate(predictions.probability));
      return windowMetrics({ estimate, reference: referenceMetrics, possible, usual, level });
    },
  };
}

/** Metrics of rows drawn from the reference with replacement. */
function drawnMetrics(
  reference: BinaryPredictions,
  actual: Float64Array,
  { size, random }: { readonly size: number; readonly random: Random },
): MetricNumbers {
  const drawn = Uint32Array.from({ length: size }, () => random.integer(actual.length));
  const scores = Float64Array.from(drawn, (row) => reference.probability[row]!);
  const predicted = Uint8Array.from(drawn, (row) => reference.predicted[row]!);
  const labels = Float64Array.from(drawn, (row) => actual[row]!);
  return expectedBinaryMetrics({ ranking: rankScores(scores), predicted }, labels);
}

/** How often each row is drawn by a bootstrap. */
export function drawnCounts(rowCount: number, random: Random): Float64Array {
  const counts = new Float64Array(rowCount);
  for (let draw = 0; draw < rowCount; draw++) counts[random.integer(rowCount)]!++;
  return counts;
}

function requireBothClasses(actual: Float64Array): void {
  const positives = actual.reduce((sum, label) => sum + label, 0);
  if (positives > 0 && positives < actual.length) return;
  throw new MlError(
    "bad-data",
    "All reference rows have the same outcome, so nothing says how good probabilities are. Give more labelled rows.",
  );
}
