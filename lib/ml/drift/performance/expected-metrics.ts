import type { Ranking } from "../../metrics/ranking-metrics.ts";

/** Metrics by name; null where no row defines one. */
export type MetricNumbers = Readonly<Record<string, number | null>>;

export interface BinaryRows {
  /** Rows by falling score of the model. */
  readonly ranking: Ranking;
  /** What the model decided: 1 or 0 a row. */
  readonly predicted: ArrayLike<number>;
}

/**
 * Metrics of decisions when each row is positive with its own chance; with chances of 0 and 1 they are the metrics of
 * labels. Ratios are those of expected counts.
 */
export function expectedBinaryMetrics(
  { ranking, predicted }: BinaryRows,
  chances: ArrayLike<number>,
): MetricNumbers {
  let [truePositives, called, positives, pairs, selfPairs, negativesBefore] = [0, 0, 0, 0, 0, 0];
  let place = 0;
  for (const end of ranking.runEnds) {
    let [newPositives, newNegatives] = [0, 0];
    for (; place < end; place++) {
      const row = ranking.order[place]!;
      const chance = chances[row]!;
      newPositives += chance;
      newNegatives += 1 - chance;
      selfPairs += chance * (1 - chance);
      if (predicted[row] === 1) {
        truePositives += chance;
        called++;
      }
    }
    // Scores fall: the positives seen before beat these negatives, and equal scores count half.
    pairs += newNegatives * (positives + newPositives / 2);
    positives += newPositives;
    negativesBefore += newNegatives;
  }
  const negatives = negativesBefore;
  const rows = ranking.order.length;
  const falsePositives = called - truePositives;
  return {
    accuracy: ratio(truePositives + negatives - falsePositives, rows),
    precision: ratio(truePositives, called),
    recall: ratio(truePositives, positives),
    specificity: ratio(negatives - falsePositives, negatives),
    f1: ratio(2 * truePositives, called + positives),
    // No row makes a pair with itself.
    auc: ratio(pairs - selfPairs / 2, positives * negatives - selfPairs),
  };
}

/** The same for several classes: `chances` has one array per class, `predicted` holds class indices. */
export function expectedClassMetrics(
  predicted: ArrayLike<number>,
  chances: readonly ArrayLike<number>[],
): MetricNumbers {
  const hits = chances.map(() => 0);
  const called = chances.map(() => 0);
  const support = chances.map(() => 0);
  for (let row = 0; row < predicted.length; row++) {
    const choice = predicted[row]!;
    called[choice]!++;
    hits[choice]! += chances[choice]![row]!;
    for (const [index, column] of chances.entries()) support[index]! += column[row]!;
  }
  const meanOverClasses = (of: (index: number) => number): number =>
    chances.reduce((sum, _, index) => sum + of(index), 0) / chances.length;
  return {
    accuracy: ratio(
      hits.reduce((sum, count) => sum + count, 0),
      predicted.length,
    ),
    // As elsewhere, a class that is never called or never there counts 0.
    macroPrecision: meanOverClasses((index) => ratio(hits[index]!, called[index]!) ?? 0),
    macroRecall: meanOverClasses((index) => ratio(hits[index]!, support[index]!) ?? 0),
    macroF1: meanOverClasses((index) => ratio(2 * hits[index]!, called[index]! + support[index]!) ?? 0),
  };
}

function ratio(numerator: number, denominator: number): number | null {
  return denominator > 1e-12 ? Math.min(1, Math.max(0, numerator / denominator)) : null;
}
