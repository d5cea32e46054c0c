/** Rows ordered by falling score, cut into runs of equal scores: what all ranking metrics start from. */
export interface Ranking {
  /** Row indices by falling score. */
  readonly order: Uint32Array;
  /** Ends (exclusive) in `order` of the runs of equal scores. */
  readonly runEnds: Uint32Array;
}

/** Sorts once; every weighting of the rows can then be measured in linear time. */
export function rankScores(scores: Float64Array): Ranking {
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row);
  order.sort((left, right) => scores[right]! - scores[left]! || left - right);
  const ends: number[] = [];
  for (let place = 1; place <= order.length; place++) {
    if (place === order.length || scores[order[place]!] !== scores[order[place - 1]!]) ends.push(place);
  }
  return { order, runEnds: Uint32Array.from(ends) };
}

export interface RankedLabels {
  readonly ranking: Ranking;
  /** 1 for positive rows, 0 for negative ones. */
  readonly labels: ArrayLike<number>;
  readonly weights: ArrayLike<number> | null;
}

/** Weight of true and false positives when all rows up to the end of a run are called positive. */
export interface RankStep {
  readonly truePositives: number;
  readonly falsePositives: number;
  /** Row whose score is the threshold. */
  readonly row: number;
}

/** Cumulative true and false positives after each run of equal scores. */
export function* rankSteps({ ranking, labels, weights }: RankedLabels): Generator<RankStep> {
  let truePositives = 0;
  let falsePositives = 0;
  let place = 0;
  for (const end of ranking.runEnds) {
    for (; place < end; place++) {
      const row = ranking.order[place]!;
      const weight = weights === null ? 1 : weights[row]!;
      if (labels[row] === 1) truePositives += weight;
      else falsePositives += weight;
    }
    yield { truePositives, falsePositives, row: ranking.order[end - 1]! };
  }
}

export interface RankingMetrics {
  /** Area under the ROC curve, ties counted half; NaN with one class only. */
  readonly auc: number;
  /** Sum of (recall step) x precision, as scikit-learn's average_precision_score; NaN without positives. */
  readonly averagePrecision: number;
  /** Largest distance between true and false positive rate (Kolmogorov-Smirnov); NaN with one class only. */
  readonly ks: number;
}

/** Metrics of an order of rows, in one pass. */
export function rankingMetrics(ranked: RankedLabels): RankingMetrics {
  let area = 0;
  let precisionArea = 0;
  let positives = 0;
  let negatives = 0;
  const distances: number[] = [];
  for (const step of rankSteps(ranked)) {
    const newPositives = step.truePositives - positives;
    const newNegatives = step.falsePositives - negatives;
    area += newNegatives * (positives + newPositives / 2);
    const called = step.truePositives + step.falsePositives;
    if (newPositives > 0) precisionArea += newPositives * (step.truePositives / called);
    positives = step.truePositives;
    negatives = step.falsePositives;
    distances.push(positives, negatives);
  }
  let ks = 0;
  for (let index = 0; index < distances.length; index += 2) {
    ks = Math.max(ks, Math.abs(distances[index]! / positives - distances[index + 1]! / negatives));
  }
  const hasBoth = positives > 0 && negatives > 0;
  return {
    auc: hasBoth ? area / (positives * negatives) : NaN,
    averagePrecision: positives > 0 ? precisionArea / positives : NaN,
    ks: hasBoth ? ks : NaN,
  };
}
