import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { getColumn } from "../frame/frame.ts";
import { frameFromRows } from "../frame/frame-rows.ts";
import { trainModel } from "../learn/train-model.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import { createRandom } from "../random.ts";
import { bandLabel, groupRows, type Grouping } from "../score/groups.ts";
import { auditFairness } from "./audit-fairness.ts";
import { groupErrors } from "./group-errors.ts";
import { groupFairness } from "./group-fairness.ts";
import { spreadOf } from "./metric-frame.ts";
import { fitGroupThresholds, reweighFrame } from "./mitigate.ts";
import { optimizeThresholds } from "./optimize-thresholds.ts";
import { reweighingWeights } from "./reweigh.ts";

const grouping: Grouping = { labels: ["a", "b"], codes: Int32Array.of(0, 0, 0, 1, 1, 1) };

describe("groups", () => {
  const frame = frameFromRows([
    { sex: "f", age: 20 },
    { sex: "m", age: 40 },
    { sex: null, age: 60 },
    { sex: "f", age: null },
  ]);

  it("cross columns, cut numbers into stated bands, and keep missing values apart", () => {
    const crossed = groupRows(
      frame.columns,
      [
        { name: "sex", bands: null },
        { name: "age", bands: [25, 60] },
      ],
      4,
    );
    expect(crossed.labels).toEqual(["(missing) & >= 60", "f & (missing)", "f & < 25", "m & 25 to < 60"]);
    expect(Array.from(crossed.codes)).toEqual([2, 3, 0, 1]);
    expect([24.9, 25, 59, 60, NaN].map((age) => bandLabel(age, [25, 60]))).toEqual([
      "< 25",
      "25 to < 60",
      "25 to < 60",
      ">= 60",
      "(missing)",
    ]);
  });

  it("refuse unknown columns and bands that make no sense", () => {
    const group = (name: string, bands: number[] | null) => () =>
      groupRows(frame.columns, [{ name, bands }], 4);
    expect(group("race", null)).toThrow(/no column "race"/);
    expect(group("sex", [1])).toThrow(/bands need numbers/);
    expect(group("age", [3, 3])).toThrow(/ascending order/);
    expect(group("age", [])).toThrow(/ascending order/);
  });
});

describe("group fairness", () => {
  it("compares rates and names those that no row defines", () => {
    const fairness = groupFairness({ labels: [1, 1, 0, 0, 0, 0], predicted: [1, 0, 1, 0, 0, 1], grouping });
    expect(fairness.groups.map(({ rates }) => rates.selectionRate)).toEqual([2 / 3, 1 / 3]);
    expect(fairness.numbers).toMatchObject({
      demographicParityDifference: 1 / 3,
      demographicParityRatio: 0.5,
      equalOpportunityDifference: 0.5,
      equalOpportunityRatio: 0,
      falsePositiveRateDifference: 1 - 1 / 3,
      equalizedOddsDifference: 1 - 1 / 3,
    });
    expect(fairness.undefinedRates).toContainEqual({ group: "b", rate: "truePositiveRate" });
    expect(fairness.overall.count).toBe(6);
  });

  it("marks a ratio of nothing to nothing instead of giving it a number", () => {
    const fairness = groupFairness({ labels: [0, 0, 0, 0, 0, 0], predicted: [0, 0, 0, 0, 0, 0], grouping });
    expect(fairness.numbers).toMatchObject({
      demographicParityDifference: 0,
      demographicParityRatio: null,
      equalizedOddsRatio: null,
    });
    expect(spreadOf(0.5, [0.25, 1])).toEqual({
      overall: 0.5,
      byGroup: [0.25, 1],
      difference: 0.75,
      ratio: 0.25,
      differenceToOverall: 0.5,
      ratioToOverall: 0.5,
    });
  });

  it("compares the errors of a regression", () => {
    const errors = groupErrors({ actual: [1, 2, 3, 1, 2, 3], predicted: [2, 3, 4, 1, 2, 3], grouping });
    expect(errors.metrics.meanError).toMatchObject({ overall: 0.5, byGroup: [1, 0], difference: 1 });
    expect(errors.metrics.rmse.byGroup).toEqual([1, 0]);
  });
});

const random = createRandom(11);
const rows = Array.from({ length: 3000 }, () => {
  const isFirst = random.uniform() < 0.5;
  const merit = random.normal() + (isFirst ? 0.7 : -0.3);
  const town = random.uniform() < 0.8 === isFirst ? "east" : "west";
  return {
    group: isFirst ? "x" : "y",
    town,
    merit,
    amount: merit * 10,
    won: merit + 0.7 * random.normal() > 0.2 ? "yes" : "no",
  };
});
const training = frameFromRows(rows.slice(0, 2000));
const held = frameFromRows(rows.slice(2000));
const attribute = [{ name: "group", bands: null }];
const base = {
  training,
  target: "won",
  algorithm: "gradient-boosting",
  features: ["merit", "town"],
  parameters: { rounds: 30 },
  seed: 0,
} as const;
const { model } = trainModel(base);

describe("mitigation", () => {
  it("reweighs so that group and label become independent, keeping the total", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1), fc.nat(2)), { minLength: 1, maxLength: 60 }), (pairs) => {
        const labels = pairs.map(([label]) => label);
        const groups = { labels: ["a", "b", "c"], codes: Int32Array.from(pairs, ([, group]) => group) };
        const weights = reweighingWeights(labels, groups);
        const mass = (keep: (label: number, group: number) => boolean) =>
          pairs.reduce((sum, [label, group], row) => sum + (keep(label, group) ? weights[row]! : 0), 0);
        const total = pairs.length;
        for (const [label, group] of pairs) {
          const joint = mass((l, g) => l === label && g === group);
          const share = pairs.filter(([l]) => l === label).length / total;
          const groupShare = pairs.filter(([, g]) => g === group).length / total;
          expect(joint / total).toBeCloseTo(share * groupShare, 9);
        }
      }),
    );
  });

  it("lowers the demographic parity difference by reweighing", () => {
    const weights = reweighFrame(training, { target: "won", classes: model.classes!, attribute });
    const fair = trainModel({ ...base, features: ["merit", "town", "group"], weights }).model;
    const plain = trainModel({ ...base, features: ["merit", "town", "group"] }).model;
    const difference = (candidate: typeof model) => {
      const audit = auditFairness(candidate, held, { attributes: [attribute] });
      return audit.problem === "binary" ? audit.attributes[0]!.numbers.demographicParityDifference : NaN;
    };
    expect(difference(fair)).toBeLessThan(difference(plain) - 0.1);
  });

  it.each([
    ["demographic-parity", "demographicParityDifference"],
    ["equalized-odds", "equalizedOddsDifference"],
    ["equal-opportunity", "equalOpportunityDifference"],
  ] as const)(
    "keeps the limit of %s with one threshold per group, and says what it costs",
    (constraint, number) => {
      const result = fitGroupThresholds(model, training, { attribute, constraint, maximalDifference: 0.03 });
      expect(result.choice.isWithinLimit).toBe(true);
      expect(result.before.numbers[number]).toBeGreaterThan(0.1);
      expect(result.after.numbers[number]).toBeLessThanOrEqual(0.03 + 1e-9);
      expect(result.after.metrics.auc).toBe(result.before.metrics.auc);
      expect(result.before.metrics.accuracy - result.after.metrics.accuracy).toBeLessThan(0.1);
      const audit = auditFairness(result.model, held, { attributes: [attribute] });
      if (audit.problem !== "binary") expect.unreachable();
      expect(audit.attributes[0]!.numbers[number]).toBeLessThan(0.12);
    },
  );

  it("finds no better thresholds by trying all of them: accuracy under demographic parity", () => {
    const probability = Float64Array.of(0.9, 0.7, 0.4, 0.2, 0.8, 0.6, 0.3, 0.1);
    const labels = [1, 1, 0, 0, 1, 0, 0, 0];
    const groups = { labels: ["a", "b"], codes: Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1) };
    const choice = optimizeThresholds(
      { labels, probability, grouping: groups },
      { constraint: "demographic-parity", maximalDifference: 0 },
    );
    expect(choice).toMatchObject({ difference: 0, isWithinLimit: true, objective: 7 / 8 });
  });

  it("falls back to the least difference when no thresholds keep the limit", () => {
    const labels = [1, 0, 1, 0];
    const groups = { labels: ["a", "b"], codes: Int32Array.of(0, 0, 1, 1) };
    const scores = { labels, probability: Float64Array.of(0.9, 0.1, 0.1, 0.9), grouping: groups };
    const choice = optimizeThresholds(scores, { constraint: "equalized-odds", maximalDifference: 0 });
    expect(choice.difference).toBe(0);
    expect(() => optimizeThresholds(scores, { constraint: "equalized-odds", maximalDifference: -1 })).toThrow(
      /maximalDifference/,
    );
  });

  it("refuses models that do not decide between two classes", () => {
    const { model: regression } = trainModel({
      training,
      target: "amount",
      algorithm: "linear",
      features: ["town"],
      seed: 0,
    });
    expect(() =>
      fitGroupThresholds(regression, held, { attribute, constraint: "demographic-parity" }),
    ).toThrow(/this one is regression/);
  });
});

describe("auditFairness", () => {
  it("gives intervals that hold the number, the same for a seed, and warns of small groups", () => {
    const options = { attributes: [attribute], bootstrap: { seed: 3, resamples: 100 }, minimalGroup: 5000 };
    const audit = auditFairness(model, held, options);
    if (audit.problem !== "binary") expect.unreachable();
    const [first] = audit.attributes;
    const interval = first!.intervals.demographicParityDifference!;
    expect(interval.estimate).toBe(first!.numbers.demographicParityDifference);
    expect(interval.low).toBeLessThan(interval.estimate);
    expect(interval.high).toBeGreaterThan(interval.estimate);
    expect(first!.warnings.join()).toContain("fewer than 5000");
    expect(auditFairness(model, held, options)).toEqual(audit);
  });

  it("audits several classes one by one, and regressions by their errors", () => {
    const graded = frameFromRows(
      rows.map((row) => ({ ...row, grade: row.merit > 0.8 ? "a" : row.merit > -0.5 ? "b" : "c" })),
    );
    const classes = trainModel({
      training: graded,
      target: "grade",
      algorithm: "linear",
      features: ["merit", "town"],
      seed: 0,
    }).model;
    const audit = auditFairness(classes, graded, { attributes: [attribute] });
    if (audit.problem !== "multiclass") expect.unreachable();
    expect(audit.attributes[0]!.perClass.map(({ label }) => label)).toEqual(["a", "b", "c"]);
    expect(audit.attributes[0]!.demographicParityDifference).toBeGreaterThan(0.2);
    const regression = trainModel({
      training,
      target: "amount",
      algorithm: "linear",
      features: ["town"],
      seed: 0,
    }).model;
    const errors = auditFairness(regression, held, { attributes: [attribute] });
    if (errors.problem !== "regression") expect.unreachable();
    expect(errors.attributes[0]!.metrics.meanError.difference).toBeGreaterThan(5);
    expect(encodeTarget(getColumn(held, "amount"), null)).toHaveLength(1000);
  });
});
