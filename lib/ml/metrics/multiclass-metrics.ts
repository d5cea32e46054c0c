import { orNull } from "./binary-metrics.ts";
import { rankingMetrics, rankScores, type Ranking } from "./ranking-metrics.ts";

/** Outcomes of a model for several classes; labels and predictions are class indices. */
export interface MulticlassOutcomes {
  readonly labels: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
  /** One array per class. */
  readonly probabilities: readonly Float64Array[];
  readonly classes: readonly string[];
}

/** One class against all others. A rate whose denominator is 0 is 0. */
export interface ClassMetrics {
  readonly label: string;
  /** Weight of the rows that belong to the class. */
  readonly support: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Null when no row or every row belongs to the class. */
  readonly auc: number | null;
}

interface AveragedRates {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface MulticlassMetrics {
  readonly rowCount: number;
  readonly accuracy: number;
  /** Unweighted mean over classes. */
  readonly macro: AveragedRates;
  /** Mean over classes weighted by support. */
  readonly weighted: AveragedRates;
  /** Mean negative log likelihood in nats. */
  readonly logLoss: number;
  /** Mean one-against-rest AUC over classes; null when it is undefined for one of them. */
  readonly macroAuc: number | null;
  readonly perClass: readonly ClassMetrics[];
  /** confusion[actual][predicted], in the order of `classes`. */
  readonly confusion: readonly (readonly number[])[];
}

const EPSILON = 2 ** -52;

/** All metrics of a model for several classes, by scikit-learn's definitions. */
export function multiclassMetrics(outcomes: MulticlassOutcomes): MulticlassMetrics {
  return weightedMulticlassMetrics(outcomes, outcomes.probabilities.map(rankScores), null);
}

/** The same with row weights, on probabilities that are already sorted per class. */
export function weightedMulticlassMetrics(
  outcomes: MulticlassOutcomes,
  rankings: readonly Ranking[],
  weights: ArrayLike<number> | null,
): MulticlassMetrics {
  const { labels, predicted, classes } = outcomes;
  const confusion = classes.map(() => classes.map(() => 0));
  let total = 0;
  let correct = 0;
  for (let row = 0; row < labels.length; row++) {
    const weight = weights === null ? 1 : weights[row]!;
    confusion[labels[row]!]![predicted[row]!]! += weight;
    total += weight;
    if (labels[row] === predicted[row]) correct += weight;
  }
  const perClass = classes.map((label, index): ClassMetrics => {
    const isClass = Uint8Array.from(labels, (value) => (value === index ? 1 : 0));
    const auc = orNull(rankingMetrics({ ranking: rankings[index]!, labels: isClass, weights }).auc);
    const support = confusion[index]!.reduce((sum, value) => sum + value, 0);
    const called = confusion.reduce((sum, row) => sum + row[index]!, 0);
    const hits = confusion[index]![index]!;
    return {
      label,
      support,
      precision: called > 0 ? hits / called : 0,
      recall: support > 0 ? hits / support : 0,
      f1: support + called > 0 ? (2 * hits) / (support + called) : 0,
      auc,
    };
  });
  const aucs = perClass.map((metrics) => metrics.auc);
  return {
    rowCount: total,
    accuracy: correct / total,
    macro: averaged(perClass, () => 1 / classes.length),
    weighted: averaged(perClass, (metrics) => metrics.support / total),
    logLoss: multiclassLogLoss(outcomes, weights, total),
    macroAuc: aucs.some((auc) => auc === null)
      ? null
      : aucs.reduce<number>((sum, auc) => sum + (auc ?? 0), 0) / classes.length,
    perClass,
    confusion,
  };
}

function averaged(
  perClass: readonly ClassMetrics[],
  share: (metrics: ClassMetrics) => number,
): AveragedRates {
  const mean = (name: keyof AveragedRates): number =>
    perClass.reduce((sum, metrics) => sum + share(metrics) * metrics[name], 0);
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1") };
}

/** Probabilities are kept off 0 and 1 and then made to add up to 1 again. */
function multiclassLogLoss(
  { labels, probabilities }: MulticlassOutcomes,
  weights: ArrayLike<number> | null,
  total: number,
): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const weight = weights === null ? 1 : weights[row]!;
    if (weight === 0) continue;
    let mass = 0;
    let own = 0;
    for (const [index, probability] of probabilities.entries()) {
      const chance = Math.min(1 - EPSILON, Math.max(EPSILON, probability[row]!));
      mass += chance;
      if (labels[row] === index) own = chance;
    }
    sum -= weight * Math.log(own / mass);
  }
  return sum / total;
}
