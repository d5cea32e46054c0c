import { bootstrapIntervals, type BootstrapOptions, type Interval } from "../metrics/bootstrap.ts";
import { confusionRates, type RateName } from "../metrics/confusion.ts";
import {
  addConfusions,
  countOf,
  EMPTY_CONFUSION,
  groupConfusions,
  numbersBetweenGroups,
  numbersToOverall,
  RATE_NAMES,
  SPREAD_RATES,
  type FairnessNumbers,
  type GroupedDecisions,
  type SpreadRate,
} from "./group-fairness.ts";
import { spreadOf, type MetricSpread } from "./metric-frame.ts";

export type NumberIntervals = Readonly<Partial<Record<keyof FairnessNumbers, Interval>>>;
export type RateIntervals = Readonly<Partial<Record<RateName, Interval>>>;

/** Confidence intervals of all numbers of an audit of two classes; one that no row defines has none. */
export interface FairnessIntervals {
  readonly numbers: NumberIntervals;
  readonly toOverall: NumberIntervals;
  readonly overall: RateIntervals;
  /** By group label. */
  readonly groups: Readonly<Record<string, RateIntervals>>;
}

/** What the intervals are, for reports. */
export const INTERVAL_RULE =
  "percentile bootstrap over all rows, not stratified, so that group sizes vary as they would in another sample; " +
  "a difference reaches down to 0 (a ratio up to 1) where the order of the groups that make it could be the other way round";

/**
 * Percentile bootstrap (Efron 1979) of every number. A difference of largest and smallest rate is never below 0, so its
 * resamples never reach 0 even where groups are alike; its interval therefore reaches down to where the signed difference
 * of the groups that make it does, to 0 at the least, and a ratio's up to 1 in the same way.
 * @throws MlError bad-argument for resamples or level out of range; cancelled.
 */
export function fairnessIntervals(decisions: GroupedDecisions, options: BootstrapOptions): FairnessIntervals {
  const { labels } = decisions.grouping;
  const estimate = spreadsOf(decisions, null);
  const orders = Object.fromEntries(
    SPREAD_RATES.map((rate) => [rate, orderOf(estimate.spreads[rate])]),
  ) as Orders;
  const intervals = bootstrapIntervals<string>(
    decisions.grouping.codes.length,
    (weights) => statisticsOf(weights === null ? estimate : spreadsOf(decisions, weights), orders),
    options,
  );
  const named = <Name extends string>(prefix: string, names: readonly Name[]) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const interval = intervals[prefix + name];
        return interval === undefined ? [] : [[name, interval] as const];
      }),
      // Only the given names were made.
    ) as Partial<Record<Name, Interval>>;
  const names = Object.keys(numbersBetweenGroups(estimate.spreads)) as (keyof FairnessNumbers)[];
  return {
    numbers: widened(
      named("numbers.", names),
      estimate.spreads,
      (kind, rate) => intervals[`signed.${kind}.${rate}`],
    ),
    toOverall: widened(
      named("toOverall.", names),
      estimate.spreads,
      (kind, rate) => intervals[`signed.${kind}ToOverall.${rate}`],
    ),
    overall: named("overall.", RATE_NAMES),
    groups: Object.fromEntries(labels.map((label, group) => [label, named(`group.${group}.`, RATE_NAMES)])),
  };
}

interface Spreads {
  /** Of the groups that have rows. */
  readonly spreads: Readonly<Record<SpreadRate, MetricSpread>>;
  /** Of all groups; null where no row defines the rate. */
  readonly byGroup: readonly Readonly<Record<RateName, number | null>>[];
  readonly overall: Readonly<Record<RateName, number | null>>;
}

function spreadsOf(decisions: GroupedDecisions, weights: ArrayLike<number> | null): Spreads {
  const confusions = groupConfusions(decisions, weights);
  const rates = confusions.map(confusionRates);
  const overall = confusionRates(confusions.reduce(addConfusions, EMPTY_CONFUSION));
  const present = rates.filter((_, group) => countOf(confusions[group]!) > 0);
  const defined = (of: typeof overall) =>
    Object.fromEntries(
      RATE_NAMES.map((name) => [name, of.undefinedRates.includes(name) ? null : of[name]]),
    ) as Record<RateName, number | null>;
  const spreads = Object.fromEntries(
    SPREAD_RATES.map((name) => [
      name,
      spreadOf(
        overall[name],
        present.map((rate) => rate[name]),
      ),
    ]),
  ) as Record<SpreadRate, MetricSpread>;
  return { spreads, byGroup: rates.map(defined), overall: defined(overall) };
}

/** Which groups make a rate's difference and ratio. */
interface Order {
  readonly largest: number;
  readonly smallest: number;
  /** The group farthest from all rows, and whether it lies above them. */
  readonly farthest: number;
  readonly isAbove: boolean;
  /** The group of the smallest ratio to all rows, and whether it lies above them. */
  readonly unequal: number;
  readonly isUnequalAbove: boolean;
}
type Orders = Readonly<Record<SpreadRate, Order>>;

function orderOf({ byGroup, overall }: MetricSpread): Order {
  const place = (score: (value: number) => number): number => {
    let best = 0;
    for (const [group, value] of byGroup.entries()) if (score(value) > score(byGroup[best]!)) best = group;
    return best;
  };
  const farthest = place((value) => Math.abs(value - overall));
  const unequal = place((value) => -Math.min(value, overall) / Math.max(value, overall));
  return {
    largest: place((value) => value),
    smallest: place((value) => -value),
    farthest,
    isAbove: byGroup[farthest]! > overall,
    unequal,
    isUnequalAbove: byGroup[unequal]! > overall,
  };
}

function statisticsOf({ spreads, byGroup, overall }: Spreads, orders: Orders): Record<string, number | null> {
  const statistics: Record<string, number | null> = {};
  const add = (prefix: string, values: Readonly<Record<string, number | null>>): void => {
    for (const [name, value] of Object.entries(values)) statistics[prefix + name] = value;
  };
  add("numbers.", { ...numbersBetweenGroups(spreads) });
  add("toOverall.", { ...numbersToOverall(spreads) });
  add("overall.", overall);
  for (const [group, rates] of byGroup.entries()) add(`group.${group}.`, rates);
  for (const rate of SPREAD_RATES) {
    const { largest, smallest, farthest, isAbove, unequal, isUnequalAbove } = orders[rate];
    const at = (group: number): number => byGroup[group]?.[rate] ?? 0;
    const all = spreads[rate].overall;
    const distance = at(farthest) - all;
    statistics[`signed.difference.${rate}`] = at(largest) - at(smallest);
    statistics[`signed.ratio.${rate}`] = quotient(at(smallest), at(largest));
    statistics[`signed.differenceToOverall.${rate}`] = isAbove ? distance : -distance;
    statistics[`signed.ratioToOverall.${rate}`] = isUnequalAbove
      ? quotient(all, at(unequal))
      : quotient(at(unequal), all);
  }
  return statistics;
}

const quotient = (numerator: number, denominator: number): number | null =>
  denominator === 0 ? null : numerator / denominator;

/** The rates that make each difference and ratio. */
const SOURCES: Readonly<Record<keyof FairnessNumbers, readonly SpreadRate[]>> = {
  demographicParityDifference: ["selectionRate"],
  demographicParityRatio: ["selectionRate"],
  equalOpportunityDifference: ["truePositiveRate"],
  equalOpportunityRatio: ["truePositiveRate"],
  equalizedOddsDifference: ["truePositiveRate", "falsePositiveRate"],
  equalizedOddsDifferenceMean: ["truePositiveRate", "falsePositiveRate"],
  equalizedOddsRatio: ["truePositiveRate", "falsePositiveRate"],
  falsePositiveRateDifference: ["falsePositiveRate"],
  falsePositiveRateRatio: ["falsePositiveRate"],
  accuracyDifference: ["accuracy"],
  predictiveParityDifference: ["precision"],
};

type Signed = (kind: "difference" | "ratio", rate: SpreadRate) => Interval | undefined;

/** Lets a difference reach down and a ratio up as far as the signed numbers they are made of. */
function widened(intervals: NumberIntervals, spreads: Spreads["spreads"], signed: Signed): NumberIntervals {
  const entries = Object.entries(intervals).map(([key, interval]) => {
    const name = key as keyof FairnessNumbers;
    const rates = SOURCES[name];
    if (name.endsWith("Ratio")) {
      const highs = rates.map((rate) => signed("ratio", rate)?.high ?? 0);
      // The smaller of two ratios is no larger than either.
      return [name, { ...interval, high: Math.max(interval.high, Math.min(1, ...highs)) }] as const;
    }
    const lows = rates.map((rate) =>
      Math.max(0, signed("difference", rate)?.low ?? spreads[rate].difference),
    );
    const low = name === "equalizedOddsDifferenceMean" ? mean(lows) : Math.max(...lows);
    return [name, { ...interval, low: Math.min(interval.low, low) }] as const;
  });
  return Object.fromEntries(entries);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
