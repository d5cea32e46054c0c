/** Weights of the four outcomes of a binary decision. */
export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

/** Rates of a confusion. A rate whose denominator is 0 is 0, and `undefinedRates` names it. */
export interface ConfusionRates {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly selectionRate: number;
  readonly baseRate: number;
  readonly truePositiveRate: number;
  readonly falsePositiveRate: number;
  readonly trueNegativeRate: number;
  readonly falseNegativeRate: number;
  readonly undefinedRates: readonly RateName[];
}

export type RateName = Exclude<keyof ConfusionRates, "undefinedRates">;

/** Counts outcomes; labels and predictions hold 1 for positive and 0 for negative. */
export function confusionOf(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  weights: ArrayLike<number> | null = null,
): Confusion {
  let truePositives = 0;
  let falsePositives = 0;
  let falseNegatives = 0;
  let trueNegatives = 0;
  for (let row = 0; row < labels.length; row++) {
    const weight = weights === null ? 1 : weights[row]!;
    if (labels[row] === 1) {
      if (predicted[row] === 1) truePositives += weight;
      else falseNegatives += weight;
    } else if (predicted[row] === 1) falsePositives += weight;
    else trueNegatives += weight;
  }
  return { truePositives, falsePositives, falseNegatives, trueNegatives };
}

/** Rates by scikit-learn's and fairlearn's definitions, 0 where the denominator is 0. */
export function confusionRates(confusion: Confusion): ConfusionRates {
  const { truePositives, falsePositives, falseNegatives, trueNegatives } = confusion;
  const positives = truePositives + falseNegatives;
  const negatives = falsePositives + trueNegatives;
  const selected = truePositives + falsePositives;
  const total = positives + negatives;
  const undefinedRates: RateName[] = [];
  const rate = (name: RateName, numerator: number, denominator: number): number => {
    if (denominator > 0) return numerator / denominator;
    undefinedRates.push(name);
    return 0;
  };
  const precision = rate("precision", truePositives, selected);
  const recall = rate("recall", truePositives, positives);
  return {
    accuracy: rate("accuracy", truePositives + trueNegatives, total),
    precision,
    recall,
    f1: rate("f1", 2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
    selectionRate: rate("selectionRate", selected, total),
    baseRate: rate("baseRate", positives, total),
    truePositiveRate: rate("truePositiveRate", truePositives, positives),
    falsePositiveRate: rate("falsePositiveRate", falsePositives, negatives),
    trueNegativeRate: rate("trueNegativeRate", trueNegatives, negatives),
    falseNegativeRate: rate("falseNegativeRate", falseNegatives, positives),
    undefinedRates,
  };
}
