import { describe, expect, it } from "vitest";
import { hasReference, readReference, REFERENCE } from "../fixtures/shared-reference.ts";
import { getColumn } from "../frame/frame.ts";
import { readCsv } from "../frame/read-csv.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import { groupRows } from "../score/groups.ts";
import { groupFairness } from "./group-fairness.ts";

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

describe.skipIf(!hasReference)("fairness of the shared reference predictions", () => {
  it.each(FILES)("%s equals fairlearn's numbers to 1e-9", async (file) => {
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
      const groups = groupRows(frame.columns, columns, frame.rowCount);
      const {
        numbers,
        metrics,
        groups: outcomes,
        overall,
      } = groupFairness({ labels, predicted, grouping: groups });
      const near = (actual: number | null | undefined, wanted: unknown) => {
        if (wanted === null) expect(actual).toBeNull();
        else expect(Math.abs((actual ?? NaN) - Number(wanted))).toBeLessThanOrEqual(1e-9);
      };
      expect(outcomes.map(({ label }) => label).toSorted()).toEqual(
        Object.keys(expected.by_group).toSorted(),
      );
      for (const outcome of [...outcomes, { ...overall, label: "" }]) {
        const wanted = outcome.label === "" ? expected.overall : expected.by_group[outcome.label]!;
        const { rates, confusion } = outcome;
        near(outcome.count, wanted.count);
        near(confusion.truePositives, wanted.tp);
        near(rates.selectionRate, wanted.selection_rate);
        near(rates.baseRate, wanted.base_rate);
        near(rates.truePositiveRate, wanted.tpr);
        near(rates.falsePositiveRate, wanted.fpr);
        near(rates.trueNegativeRate, wanted.tnr);
        near(rates.falseNegativeRate, wanted.fnr);
        near(rates.accuracy, wanted.accuracy);
        near(rates.precision, wanted.precision);
        near(rates.recall, wanted.recall);
        near(rates.f1, wanted.f1);
      }
      near(numbers.demographicParityDifference, expected.demographic_parity_difference);
      near(numbers.demographicParityRatio, expected.demographic_parity_ratio);
      near(numbers.equalOpportunityDifference, expected.equal_opportunity_difference);
      near(numbers.equalOpportunityRatio, expected.equal_opportunity_ratio);
      near(numbers.falsePositiveRateDifference, expected.fpr_difference);
      near(numbers.falsePositiveRateRatio, expected.fpr_ratio);
      near(numbers.equalizedOddsDifference, expected.equalized_odds_difference);
      near(numbers.equalizedOddsDifferenceMean, expected.equalized_odds_difference_mean);
      near(numbers.equalizedOddsRatio, expected.equalized_odds_ratio);
      near(numbers.accuracyDifference, expected.accuracy_difference);
      near(numbers.predictiveParityDifference, expected.predictive_parity_difference);
      near(metrics.selectionRate.differenceToOverall, expected.to_overall.demographic_parity_difference);
      near(metrics.selectionRate.ratioToOverall, expected.to_overall.demographic_parity_ratio);
      near(metrics.truePositiveRate.differenceToOverall, expected.to_overall.equal_opportunity_difference);
      near(metrics.falsePositiveRate.differenceToOverall, expected.to_overall.fpr_difference);
    }
  });
});
