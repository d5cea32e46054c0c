import {
  confusionOf,
  confusionRates,
  type Confusion,
  type ConfusionRates,
  type RateName,
} from "./confusion.ts";
import { rankingMetrics, rankScores, type Ranking } from "./ranking-metrics.ts";

/** Outcomes of a binary model: labels and decisions hold 1 for positive and 0 for negative. */
export interface BinaryOutcomes {
  readonly labels: ArrayLike<number>;
  /** Probability of the positive class. */
  readonly probability: Float64Array;
  readonly predicted: ArrayLike<number>;
}

export interface BinaryMetrics {
  readonly rowCount: number;
  readonly positives: number;
  /** Null when only one class occurs. */
  readonly auc: number | null;
  /** Null without positives. */
  readonly averagePrecision: number | null;
  /** Largest distance between true and false positive rate. */
  readonly ks: number | null;
  /** Mean negative log likelihood in nats. */
  readonly logLoss: number;
  /** Mean squared error of the probability. */
  readonly brier: number;
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rates reported as 0 because their denominator was 0. */
  readonly undefinedRates: readonly RateName[];
  readonly confusion: Confusion;
}

/** scikit-learn 1.2 keeps probabilities this far from 0 and 1 in the log loss. */
const EPSILON = 2 ** -52;

/** All metrics of a binary model, by scikit-learn's definitions. */
export function binaryMetrics(outcomes: BinaryOutcomes): BinaryMetrics {
  return weightedBinaryMetrics(outcomes, rankScores(outcomes.probability), null);
}

/** The same with row weights, on scores that are already sorted; what bootstrap resampling calls. */
export function weightedBinaryMetrics(
  { labels, probability, predicted }: BinaryOutcomes,
  ranking: Ranking,
  weights: ArrayLike<number> | null,
): BinaryMetrics {
  let logLoss = 0;
  let brier = 0;
  let total = 0;
  let positives = 0;
  for (let row = 0; row < probability.length; row++) {
    const weight = weights === null ? 1 : weights[row]!;
    if (weight === 0) continue;
    const chance = Math.min(1 - EPSILON, Math.max(EPSILON, probability[row]!));
    logLoss -= weight * Math.log(labels[row] === 1 ? chance : 1 - chance);
    brier += weight * (probability[row]! - labels[row]!) ** 2;
    total += weight;
    positives += weight * labels[row]!;
  }
  const confusion = confusionOf(labels, predicted, weights);
  const rates = confusionRates(confusion);
  const ranked = rankingMetrics({ ranking, labels, weights });
  return {
    rowCount: total,
    positives,
    auc: orNull(ranked.auc),
    averagePrecision: orNull(ranked.averagePrecision),
    ks: orNull(ranked.ks),
    logLoss: logLoss / total,
    brier: brier / total,
    accuracy: rates.accuracy,
    balancedAccuracy: balancedAccuracy(confusion, rates),
    precision: rates.precision,
    recall: rates.recall,
    f1: rates.f1,
    undefinedRates: rates.undefinedRates,
    confusion,
  };
}

/** Mean of the recalls of the classes that are there, as scikit-learn takes it. */
function balancedAccuracy(confusion: Confusion, rates: ConfusionRates): number {
  const { truePositives, falseNegatives, trueNegatives, falsePositives } = confusion;
  if (truePositives + falseNegatives === 0) return rates.trueNegativeRate;
  if (trueNegatives + falsePositives === 0) return rates.truePositiveRate;
  return (rates.truePositiveRate + rates.trueNegativeRate) / 2;
}

/** JSON has no NaN; an undefined metric is null. */
export function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
