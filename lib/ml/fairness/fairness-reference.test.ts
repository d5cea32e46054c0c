import { describe, expect, it } from "vitest";
import { hasReference, readReference, REFERENCE } from "../fixtures/shared-reference.ts";
import { getColumn } from "../frame/frame.ts";
import { readCsv } from "../frame/read-csv.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import { groupRows } from "../score/groups.ts";
import { groupFairness, type FairnessNumbers, type GroupOutcome } from "./group-fairness.ts";

interface FairnessExpectation {
  readonly overall: Readonly<Record<string, number>>;
  readonly by_group: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly to_overall: Readonly<Record<string, number | null>>;
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

/** The file's names of what an outcome holds; a name that is not here fails the test. */
const OUTCOME: Readonly<Record<string, (outcome: GroupOutcome) => number>> = {
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

function near(actual: number | null | undefined, wanted: unknown, what: string): void {
  if (wanted === null) expect(actual, what).toBeNull();
  else expect(Math.abs((actual ?? NaN) - Number(wanted)), what).toBeLessThanOrEqual(1e-9);
}

describe.skipIf(!hasReference)("fairness of the shared reference predictions", () => {
  it.each(FILES)(
    "%s equals fairlearn's numbers to 1e-9, and no number of the file is left out",
    async (file) => {
      const { protected: attributes } = readReference<{
        readonly protected: Readonly<Record<string, FairnessExpectation>>;
      }>(`fairness/${file}.expected.json`);
      const names = [...new Set(Object.keys(attributes).flatMap((name) => name.split(" & ")))];
      const kinds = Object.fromEntries(names.map((name) => [name, "categorical" as const]));
      const { frame } = await readCsv({ path: `${REFERENCE}/fairness/${file}.predictions.csv` }, { kinds });
      const labels = encodeTarget(getColumn(frame, "y_true"), null);
      const predicted = encodeTarget(getColumn(frame, "y_pred"), null);
      for (const [attributeName, expected] of Object.entries(attributes)) {
        const columns = attributeName.split(" & ").map((name) => ({ name, bands: null }));
        const grouping = groupRows(frame.columns, columns, frame.rowCount);
        const fairness = groupFairness({ labels, predicted, grouping });
        const { by_group: byGroup, overall, to_overall: toOverall, ...rest } = expected;
        expect(fairness.groups.map(({ label }) => label).toSorted()).toEqual(Object.keys(byGroup).toSorted());
        const outcomes = fairness.groups.map((group) => [group, byGroup[group.label]!] as const);
        for (const [outcome, wanted] of [...outcomes, [fairness.overall, overall] as const]) {
          for (const [name, value] of Object.entries(wanted)) near(OUTCOME[name]?.(outcome), value, name);
        }
        for (const [name, value] of Object.entries(toOverall)) {
          near(fairness.toOverall[NUMBERS[name]!], value, `${name} to overall`);
        }
        for (const [name, value] of Object.entries(rest)) {
          if (name !== "checked_with_fairlearn") near(fairness.numbers[NUMBERS[name]!], value, name);
        }
      }
    },
  );
});
