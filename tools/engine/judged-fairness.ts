import type { FairnessAudit } from "#lib/ml/index.ts";
import type { FairnessFact } from "../facts.ts";

/** Rates of fewer rows are mostly chance. */
export const MINIMAL_GROUP = 30;
/** A group of fewer rows does not decide when it is less than this part of them all. */
const SMALL_SHARE = 0.05;
/** The same for the engine, whose intervals of the judged numbers leave out the same groups. */
export const SMALL_GROUPS = { rows: MINIMAL_GROUP, share: SMALL_SHARE } as const;

type Numbers = FairnessFact["attributes"][string];
type GroupSize = { readonly label: string; readonly count: number };
type Spread = { readonly byGroup: readonly number[] };

/** What an audit's verdict rests on for one attribute. */
export interface JudgedAttribute {
  attribute: string;
  /** Largest minus smallest rate, by fairlearn's definitions, over the judged groups. */
  numbers: Numbers;
  /** Groups too small to judge. They stay in the report with their own rates. */
  leftOut: { group: string; rows: number }[];
}

/** The rule in words, for reports. */
export const JUDGED_RULE =
  `groups with fewer than ${MINIMAL_GROUP} rows that are less than ${100 * SMALL_SHARE} % of the rows do not decide; ` +
  "the worst demographic parity difference of an attribute decides";

/**
 * The numbers that a verdict is made of. A single row's group has a rate of 0 or 1 and would decide every audit alone,
 * so groups of a few rows among many are left out, and named. In a small table, where every group is small, all count.
 */
export function judgedAttributes(audit: FairnessAudit): JudgedAttribute[] {
  switch (audit.problem) {
    case "binary":
      return audit.attributes.map(({ attribute, groups, metrics }) => {
        const selection = over(groups, metrics.selectionRate);
        const truePositives = over(groups, metrics.truePositiveRate);
        const falsePositives = over(groups, metrics.falsePositiveRate);
        const ratio = ratioOf(selection);
        return judged(attribute, groups, {
          demographicParityDifference: differenceOf(selection),
          ...(ratio === undefined ? {} : { demographicParityRatio: ratio }),
          equalOpportunityDifference: differenceOf(truePositives),
          equalizedOddsDifference: Math.max(differenceOf(truePositives), differenceOf(falsePositives)),
        });
      });
    case "multiclass":
      return audit.attributes.map(({ attribute, perClass }) => {
        const groups = perClass[0]?.fairness.groups ?? [];
        const largest = (rate: "selectionRate" | "truePositiveRate"): number =>
          Math.max(0, ...perClass.map(({ fairness }) => differenceOf(over(groups, fairness.metrics[rate]))));
        return judged(attribute, groups, {
          demographicParityDifference: largest("selectionRate"),
          equalOpportunityDifference: largest("truePositiveRate"),
        });
      });
    case "regression":
      return audit.attributes.map(({ attribute, groups, metrics }) =>
        judged(attribute, groups, { meanErrorDifference: differenceOf(over(groups, metrics.meanError)) }),
      );
    default:
      return audit satisfies never;
  }
}

/** The attribute with the largest difference; undefined without attributes. */
export function worstAttribute(attributes: readonly JudgedAttribute[]): FairnessFact["worst"] {
  let worst: FairnessFact["worst"];
  for (const { attribute, numbers } of attributes) {
    const [metric, value] =
      numbers.demographicParityDifference === undefined
        ? (["meanErrorDifference", numbers.meanErrorDifference ?? 0] as const)
        : (["demographicParityDifference", numbers.demographicParityDifference] as const);
    if (worst === undefined || value > worst.value) worst = { attribute, metric, value };
  }
  return worst;
}

function judged(attribute: string, groups: readonly GroupSize[], numbers: Numbers): JudgedAttribute {
  const large = largeOnes(groups);
  const leftOut = groups.filter((group) => !large.includes(group));
  return {
    attribute,
    numbers,
    leftOut: leftOut.map(({ label, count }) => ({ group: label, rows: count })),
  };
}

function largeOnes(groups: readonly GroupSize[]): readonly GroupSize[] {
  const rows = groups.reduce((sum, { count }) => sum + count, 0);
  const large = groups.filter(({ count }) => count >= MINIMAL_GROUP || count >= SMALL_SHARE * rows);
  return large.length > 0 ? large : groups;
}

function over(groups: readonly GroupSize[], { byGroup }: Spread): number[] {
  const large = largeOnes(groups);
  return byGroup.filter((_, index) => {
    const group = groups[index];
    return group !== undefined && large.includes(group);
  });
}

const differenceOf = (rates: readonly number[]): number =>
  rates.length === 0 ? 0 : Math.max(...rates) - Math.min(...rates);

function ratioOf(rates: readonly number[]): number | undefined {
  const largest = Math.max(0, ...rates);
  return largest === 0 ? undefined : Math.min(...rates) / largest;
}
