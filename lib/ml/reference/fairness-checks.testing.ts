import { groupFairness, type FairnessNumbers, type GroupOutcome } from "../fairness/group-fairness.ts";
import { readReference, REFERENCE } from "../fixtures/shared-reference.ts";
import { getColumn } from "../frame/frame.ts";
import { readCsv } from "../frame/read-csv.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import { groupRows } from "../score/groups.ts";
import { checkValue, type ReferenceCheck } from "./check.testing.ts";

type Numbers = Readonly<Record<string, number | null>>;

interface FairnessExpectation {
  readonly overall: Numbers;
  readonly by_group: Readonly<Record<string, Numbers>>;
  readonly to_overall: Numbers;
  readonly [name: string]: unknown;
}

const FILES = [
  "adult",
  "adult.base_rate",
  "compas",
  "compas.base_rate",
  "credit_default",
  "credit_default.base_rate",
  "edge_cases",
];

/** The file's names of what an outcome holds; a name that is not here does not hold. */
const OUTCOME: Readonly<Record<string, (outcome: GroupOutcome) => number | null>> = {
  count: ({ count }) => count,
  tp: ({ confusion }) => confusion.truePositives,
  fp: ({ confusion }) => confusion.falsePositives,
  fn: ({ confusion }) => confusion.falseNegatives,
  tn: ({ confusion }) => confusion.trueNegatives,
  selection_rate: ({ rates }) => rates.selectionRate,
  base_rate: ({ rates }) => rates.baseRate,
  tpr: ({ rates }) => rates.truePositiveRate,
  fpr: ({ rates }) => rates.falsePositiveRate,
  tnr: ({ rates }) => rates.trueNegativeRate,
  fnr: ({ rates }) => rates.falseNegativeRate,
  accuracy: ({ rates }) => rates.accuracy,
  precision: ({ rates }) => rates.precision,
  recall: ({ rates }) => rates.recall,
  f1: ({ rates }) => rates.f1,
};

const NUMBERS: Readonly<Record<string, keyof FairnessNumbers>> = {
  demographic_parity_difference: "demographicParityDifference",
  demographic_parity_ratio: "demographicParityRatio",
  equal_opportunity_difference: "equalOpportunityDifference",
  equal_opportunity_ratio: "equalOpportunityRatio",
  fpr_difference: "falsePositiveRateDifference",
  fpr_ratio: "falsePositiveRateRatio",
  equalized_odds_difference: "equalizedOddsDifference",
  equalized_odds_difference_mean: "equalizedOddsDifferenceMean",
  equalized_odds_ratio: "equalizedOddsRatio",
  accuracy_difference: "accuracyDifference",
  predictive_parity_difference: "predictiveParityDifference",
};

/** A note of how the file was made, no number of ours. */
const NOTE = "checked_with_fairlearn";

/** Holds every number of fairness/*.expected.json against ours, to 1e-9. */
export async function checkFairness(): Promise<ReferenceCheck[]> {
  const checks: ReferenceCheck[] = [];
  for (const file of FILES) checks.push(...(await checkFile(file)));
  return checks;
}

async function checkFile(file: string): Promise<ReferenceCheck[]> {
  const { protected: attributes } = readReference<{
    readonly protected: Readonly<Record<string, FairnessExpectation>>;
  }>(`fairness/${file}.expected.json`);
  const names = [...new Set(Object.keys(attributes).flatMap((name) => name.split(" & ")))];
  const kinds = Object.fromEntries(names.map((name) => [name, "categorical" as const]));
  const { frame } = await readCsv({ path: `${REFERENCE}/fairness/${file}.predictions.csv` }, { kinds });
  const labels = encodeTarget(getColumn(frame, "y_true"), null);
  const predicted = encodeTarget(getColumn(frame, "y_pred"), null);
  const checks: ReferenceCheck[] = [];
  for (const [attributeName, expectation] of Object.entries(attributes)) {
    const columns = attributeName.split(" & ").map((name) => ({ name, bands: null }));
    const grouping = groupRows(frame.columns, columns, frame.rowCount);
    const fairness = groupFairness({ labels, predicted, grouping });
    const place = `fairness/${file} ${attributeName}`;
    const hold = (
      quantity: string,
      expected: number | string | null,
      got: number | string | null | undefined,
    ) => {
      checks.push(checkValue({ file: place, quantity, expected, got, tolerance: 1e-9, measure: "absolute" }));
    };
    const { by_group: byGroup, overall, to_overall: toOverall, ...rest } = expectation;
    const ours = fairness.groups.map(({ label }) => label).toSorted();
    hold("groups", Object.keys(byGroup).toSorted().join("|"), ours.join("|"));
    for (const [label, numbers] of [...Object.entries(byGroup), ["overall", overall] as const]) {
      const outcome =
        label === "overall" ? fairness.overall : fairness.groups.find((group) => group.label === label);
      for (const [name, value] of Object.entries(numbers)) {
        hold(`${label}: ${name}`, value, outcome === undefined ? undefined : OUTCOME[name]?.(outcome));
      }
    }
    for (const [name, value] of Object.entries(toOverall)) {
      hold(`${name} to overall`, value, fairness.toOverall[NUMBERS[name]!]);
    }
    for (const [name, value] of Object.entries(rest)) {
      // What is left are numbers and nulls under the names of NUMBERS.
      if (name !== NOTE) hold(name, value as number | null, fairness.numbers[NUMBERS[name]!]);
    }
  }
  return checks;
}
