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

/**
 * Single numbers for a set of groups. Between groups a difference is largest minus smallest, a ratio smallest over
 * largest; to overall they are the largest distance and the smallest ratio of a group and all rows.
 */
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
  /** Between groups. */
  readonly numbers: FairnessNumbers;
  /** Of groups to all rows. */
  readonly toOverall: FairnessNumbers;
  /** Rates in `numbers` that no row defines; differences they enter are to be read with care. */
  readonly undefinedRates: readonly UndefinedRate[];
}

export const RATE_NAMES: readonly RateName[] = [
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
  const overall = outcome("(all)", confusions.reduce(addConfusions, EMPTY_CONFUSION));
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
    numbers: numbersBetweenGroups(metrics),
    toOverall: numbersToOverall(metrics),
    undefinedRates: groups.flatMap(({ label, rates }) =>
      rates.undefinedRates.map((rate): UndefinedRate => ({ group: label, rate })),
    ),
  };
}

/** The rates that the single numbers are made of. */
export const SPREAD_RATES = [
  "selectionRate",
  "truePositiveRate",
  "falsePositiveRate",
  "accuracy",
  "precision",
] as const satisfies readonly RateName[];
export type SpreadRate = (typeof SPREAD_RATES)[number];

type NumberSources = Readonly<Record<SpreadRate, MetricSpread>>;

/** Largest against smallest group. */
export function numbersBetweenGroups(metrics: NumberSources): FairnessNumbers {
  return fairnessNumbers((rate) => metrics[rate]);
}

/** Groups against all rows. */
export function numbersToOverall(metrics: NumberSources): FairnessNumbers {
  return fairnessNumbers((rate) => ({
    difference: metrics[rate].differenceToOverall,
    ratio: metrics[rate].ratioToOverall,
  }));
}

function fairnessNumbers(
  spread: (rate: SpreadRate) => Pick<MetricSpread, "difference" | "ratio">,
): FairnessNumbers {
  const selectionRate = spread("selectionRate");
  const truePositiveRate = spread("truePositiveRate");
  const falsePositiveRate = spread("falsePositiveRate");
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
    accuracyDifference: spread("accuracy").difference,
    predictiveParityDifference: spread("precision").difference,
  };
}

export const EMPTY_CONFUSION: Confusion = {
  truePositives: 0,
  falsePositives: 0,
  falseNegatives: 0,
  trueNegatives: 0,
};

/** Outcomes per group, with row weights where they are given. */
export function groupConfusions(
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

export function addConfusions(left: Confusion, right: Confusion): Confusion {
  return {
    truePositives: left.truePositives + right.truePositives,
    falsePositives: left.falsePositives + right.falsePositives,
    falseNegatives: left.falseNegatives + right.falseNegatives,
    trueNegatives: left.trueNegatives + right.trueNegatives,
  };
}

export function countOf(confusion: Confusion): number {
  return (
    confusion.truePositives + confusion.falsePositives + confusion.falseNegatives + confusion.trueNegatives
  );
}

function outcome(label: string, confusion: Confusion): GroupOutcome {
  return { label, count: countOf(confusion), confusion, rates: confusionRates(confusion) };
}
