import { createRandom, type Random } from "../../random.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Predictions } from "../../score/scorer.ts";
import { drawnCounts } from "./binary-estimator.ts";
import type { KnownRows } from "./estimate-performance.ts";
import { expectedClassMetrics, type MetricNumbers } from "./expected-metrics.ts";
import {
  chooseRecalibration,
  fitRecalibration,
  labelledScores,
  type LabelledScores,
  type RecalibrationName,
} from "./recalibrate.ts";
import { windowMetrics, type WindowEstimator } from "./window-estimator.ts";

type ClassPredictions = Extract<Predictions, { readonly kind: "multiclass" }>;

const RULE =
  "confidence-based performance estimation (NannyML's CBPE) for several classes: each class's probability is " +
  "recalibrated against the rest (logistic, or isotonic where better on held-out rows), all are made to add up to 1, and give an expected " +
  "confusion matrix. Bands: outcomes drawn by the probabilities of recalibrations of bootstrapped references. Limits: " +
  "3 deviations of as many rows drawn from the reference";

interface ClassRows {
  readonly name: RecalibrationName;
  readonly rows: LabelledScores;
}

export function classEstimator(reference: ClassPredictions, known: KnownRows): WindowEstimator {
  const { actual, level, resamples, seed, control } = known;
  const classes = reference.probabilities.map((scores, index): ClassRows => {
    const rows = labelledScores(
      scores,
      Uint8Array.from(actual, (label) => (label === index ? 1 : 0)),
    );
    return { name: chooseRecalibration(rows), rows };
  });
  const draws = createRandom(seed);
  const fitted = fitClasses(classes, null);
  const drawn = Array.from({ length: resamples }, () => {
    control.throwIfCancelled();
    return fitClasses(classes, drawnCounts(actual.length, draws));
  });
  const referenceMetrics = realisedMetrics(reference.predicted, actual, classes.length);
  return {
    recalibration: classes.map(({ name }) => name),
    rule: RULE,
    estimate({ predictions }) {
      if (predictions.kind !== "multiclass") throw new MlError("bad-model", "The model changed its problem.");
      const random = createRandom(seed);
      const { probabilities, predicted } = predictions;
      const possible: MetricNumbers[] = [];
      const usual: MetricNumbers[] = [];
      for (const recalibrations of drawn) {
        control.throwIfCancelled();
        const chances = recalibrated(recalibrations, probabilities);
        const outcomes = Float64Array.from(predicted, (_, row) => drawnClass(chances, row, random));
        possible.push(realisedMetrics(predicted, outcomes, classes.length));
        const usualRows = Uint32Array.from(predicted, () => random.integer(actual.length));
        usual.push(
          realisedMetrics(
            Int32Array.from(usualRows, (row) => reference.predicted[row]!),
            Float64Array.from(usualRows, (row) => actual[row]!),
            classes.length,
          ),
        );
      }
      const estimate = expectedClassMetrics(predicted, recalibrated(fitted, probabilities));
      return windowMetrics({ estimate, reference: referenceMetrics, possible, usual, level });
    },
  };
}

type Recalibration = ReturnType<typeof fitRecalibration>;

function fitClasses(classes: readonly ClassRows[], weights: Float64Array | null): Recalibration[] {
  return classes.map(({ name, rows }) => fitRecalibration(name, rows, weights));
}

function recalibrated(
  recalibrations: readonly Recalibration[],
  probabilities: readonly Float64Array[],
): Float64Array[] {
  const chances = recalibrations.map((recalibrate, index) => recalibrate(probabilities[index]!).slice());
  for (let row = 0; row < chances[0]!.length; row++) {
    const mass = chances.reduce((sum, column) => sum + column[row]!, 0);
    for (const [index, column] of chances.entries()) {
      // Where every class was called impossible, the model's own probabilities stand.
      column[row] = mass > 1e-9 ? column[row]! / mass : probabilities[index]![row]!;
    }
  }
  return chances;
}

function drawnClass(chances: readonly Float64Array[], row: number, random: Random): number {
  let rest = random.uniform();
  for (const [index, column] of chances.entries()) {
    rest -= column[row]!;
    if (rest < 0) return index;
  }
  return chances.length - 1;
}

function realisedMetrics(
  predicted: ArrayLike<number>,
  actual: Float64Array,
  classCount: number,
): MetricNumbers {
  const indicators = Array.from({ length: classCount }, (_, index) =>
    Uint8Array.from(actual, (label) => (label === index ? 1 : 0)),
  );
  return expectedClassMetrics(predicted, indicators);
}
