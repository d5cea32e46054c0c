import { confusionRates, type Confusion, type ConfusionRates, type RateName } from "../metrics/confusion.ts";
import type { Grouping } from "../score/groups.ts";
import { spreadOf, type MetricSpread } from "./metric-frame.ts";

/** Decisions with the true labels (1 positive, 0 negative) and every row's group. */
export interface GroupedDecisions {
  readonly labels: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
  readonly grouping: Grouping;
}

export interface GroupOutcome {
  readonly label: string;
  readonly count: number;
  readonly confusion: Confusion;
  /** A rate whose denominator is 0 is 0 and listed in `undefinedRates`, as fairlearn counts it. */
  readonly rates: ConfusionRates;
}

/** Single numbers for a set of groups. A difference is largest minus smallest, a ratio smallest over largest. */
export interface FairnessNumbers {
  /** Of selection rates. */
  readonly demographicParityDifference: number;
  readonly demographicParityRatio: number | null;
  /** Of true positive rates. */
  readonly equalOpportunityDifference: number;
  readonly equalOpportunityRatio: number | null;
  /** The larger of the differences in true and false positive rates. */
  readonly equalizedOddsDifference: number;
  readonly equalizedOddsDifferenceMean: number;
  /** The smaller of the ratios of true and false positive rates. */
  readonly equalizedOddsRatio: number | null;
  readonly falsePositiveRateDifference: number;
  readonly falsePositiveRateRatio: number | null;
  readonly accuracyDifference: number;
  /** Of precisions. */
  readonly predictiveParityDifference: number;
}

/** A rate that is 0 only because its denominator is. */
interface UndefinedRate {
  readonly group: string;
  readonly rate: RateName;
}

export interface GroupFairness {
  readonly overall: GroupOutcome;
  readonly groups: readonly GroupOutcome[];
  readonly metrics: Readonly<Record<RateName, MetricSpread>>;
  readonly numbers: FairnessNumbers;
  /** Rates in `numbers` that no row defines; differences they enter are to be read with care. */
  readonly undefinedRates: readonly UndefinedRate[];
}

const RATE_NAMES: readonly RateName[] = [
  "accuracy",
  "precision",
  "recall",
  "f1",
  "selectionRate",
  "baseRate",
  "truePositiveRate",
  "falsePositiveRate",
  "trueNegativeRate",
  "falseNegativeRate",
];

/** Rates per group and their spread, by fairlearn's definitions and conventions. */
export function groupFairness(decisions: GroupedDecisions): GroupFairness {
  const { labels } = decisions.grouping;
  const confusions = groupConfusions(decisions, null);
  const groups = confusions.map((confusion, index) => outcome(labels[index]!, confusion));
  const overall = outcome("(all)", confusions.reduce(addConfusions, EMPTY));
  const entries = RATE_NAMES.map(
    (name) =>
      [
        name,
        spreadOf(
          overall.rates[name],
          groups.map((group) => group.rates[name]),
        ),
      ] as const,
  );
  // The entries were made from all rate names.
  const metrics = Object.fromEntries(entries) as Record<RateName, MetricSpread>;
  return {
    overall,
    groups,
    metrics,
    numbers: fairnessNumbers(metrics),
    undefinedRates: groups.flatMap(({ label, rates }) =>
      rates.undefinedRates.map((rate): UndefinedRate => ({ group: label, rate })),
    ),
  };
}

/** The same numbers with row weights; what bootstrap resampling calls. Groups without weight are left out. */
export function weightedFairnessNumbers(
  decisions: GroupedDecisions,
  weights: ArrayLike<number> | null,
): FairnessNumbers {
  const confusions = groupConfusions(decisions, weights).filter((confusion) => countOf(confusion) > 0);
  const rates = confusions.map(confusionRates);
  const overall = confusionRates(confusions.reduce(addConfusions, EMPTY));
  const spread = (name: RateName): MetricSpread =>
    spreadOf(
      overall[name],
      rates.map((rate) => rate[name]),
    );
  return fairnessNumbers({
    selectionRate: spread("selectionRate"),
    truePositiveRate: spread("truePositiveRate"),
    falsePositiveRate: spread("falsePositiveRate"),
    accuracy: spread("accuracy"),
    precision: spread("precision"),
  });
}

type NumberSources = Readonly<
  Record<"selectionRate" | "truePositiveRate" | "falsePositiveRate" | "accuracy" | "precision", MetricSpread>
>;

function fairnessNumbers(metrics: NumberSources): FairnessNumbers {
  const { selectionRate, truePositiveRate, falsePositiveRate, accuracy, precision } = metrics;
  const ratios = [truePositiveRate.ratio, falsePositiveRate.ratio];
  return {
    demographicParityDifference: selectionRate.difference,
    demographicParityRatio: selectionRate.ratio,
    equalOpportunityDifference: truePositiveRate.difference,
    equalOpportunityRatio: truePositiveRate.ratio,
    equalizedOddsDifference: Math.max(truePositiveRate.difference, falsePositiveRate.difference),
    equalizedOddsDifferenceMean: (truePositiveRate.difference + falsePositiveRate.difference) / 2,
    equalizedOddsRatio: ratios.some((ratio) => ratio === null)
      ? null
      : Math.min(...ratios.filter((ratio) => ratio !== null)),
    falsePositiveRateDifference: falsePositiveRate.difference,
    falsePositiveRateRatio: falsePositiveRate.ratio,
    accuracyDifference: accuracy.difference,
    predictiveParityDifference: precision.difference,
  };
}

const EMPTY: Confusion = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };

function groupConfusions(
  { labels, predicted, grouping }: GroupedDecisions,
  weights: ArrayLike<number> | null,
): Confusion[] {
  const groupCount = grouping.labels.length;
  // Four outcomes per group: label * 2 + prediction.
  const cells = new Float64Array(groupCount * 4);
  for (let row = 0; row < grouping.codes.length; row++) {
    const cell = grouping.codes[row]! * 4 + (labels[row] === 1 ? 2 : 0) + (predicted[row] === 1 ? 1 : 0);
    cells[cell]! += weights === null ? 1 : weights[row]!;
  }
  return Array.from(
    { length: groupCount },
    (_, group): Confusion => ({
      trueNegatives: cells[group * 4]!,
      falsePositives: cells[group * 4 + 1]!,
      falseNegatives: cells[group * 4 + 2]!,
      truePositives: cells[group * 4 + 3]!,
    }),
  );
}

function addConfusions(left: Confusion, right: Confusion): Confusion {
  return {
    truePositives: left.truePositives + right.truePositives,
    falsePositives: left.falsePositives + right.falsePositives,
    falseNegatives: left.falseNegatives + right.falseNegatives,
    trueNegatives: left.trueNegatives + right.trueNegatives,
  };
}

function countOf(confusion: Confusion): number {
  return (
    confusion.truePositives + confusion.falsePositives + confusion.falseNegatives + confusion.trueNegatives
  );
}

function outcome(label: string, confusion: Confusion): GroupOutcome {
  return { label, count: countOf(confusion), confusion, rates: confusionRates(confusion) };
}
