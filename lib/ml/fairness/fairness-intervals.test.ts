import { describe, expect, it } from "vitest";
import { frameFromRows } from "../frame/frame-rows.ts";
import { trainModel } from "../learn/train-model.ts";
import { createRandom, type Random } from "../random.ts";
import { auditFairness } from "./audit-fairness.ts";
import { decisionsOf, judgedCodes } from "./audit-groups.ts";
import { fairnessIntervals } from "./fairness-intervals.ts";
import { groupErrorIntervals, groupErrors } from "./group-errors.ts";
import { groupFairness, type GroupedDecisions } from "./group-fairness.ts";

/** Decisions on rows of two groups with stated selection rates; labels agree with them four times in five. */
function drawDecisions(random: Random, rates: readonly [number, number], rows: number): GroupedDecisions {
  const codes = Int32Array.from({ length: rows }, () => (random.uniform() < 0.6 ? 0 : 1));
  const predicted = Array.from(codes, (code) => (random.uniform() < rates[code === 0 ? 0 : 1] ? 1 : 0));
  const labels = predicted.map((value) => (random.uniform() < 0.8 ? value : 1 - value));
  return { labels, predicted, grouping: { labels: ["a", "b"], codes } };
}

describe("fairness intervals", () => {
  it.each([
    { rates: [0.5, 0.25], truth: 0.25 },
    { rates: [0.4, 0.3], truth: 0.1 },
  ] as const)(
    "hold a true difference of $truth in 92 to 98 of 100 simulated samples at level 0.95",
    ({ rates, truth }) => {
      const random = createRandom(17);
      const samples = 400;
      let [differences, ratios, selections] = [0, 0, 0];
      for (let sample = 0; sample < samples; sample++) {
        const decisions = drawDecisions(random, rates, 400);
        const { numbers, groups } = fairnessIntervals(decisions, { seed: sample, resamples: 200 });
        const holds = (interval: { low: number; high: number } | undefined, value: number): number =>
          interval !== undefined && interval.low <= value && value <= interval.high ? 1 : 0;
        differences += holds(numbers.demographicParityDifference, truth);
        ratios += holds(numbers.demographicParityRatio, rates[1] / rates[0]);
        selections += holds(groups.a?.selectionRate, rates[0]);
      }
      for (const covered of [differences, ratios, selections]) {
        expect(covered / samples).toBeGreaterThanOrEqual(0.92);
        expect(covered / samples).toBeLessThanOrEqual(0.98);
      }
    },
  );

  it("reach down to no difference, and up to an equal ratio, for groups that are alike", () => {
    const random = createRandom(3);
    const samples = 100;
    let [differences, ratios, toOverall] = [0, 0, 0];
    for (let sample = 0; sample < samples; sample++) {
      const intervals = fairnessIntervals(drawDecisions(random, [0.4, 0.4], 300), {
        seed: sample,
        resamples: 100,
      });
      if (intervals.numbers.demographicParityDifference?.low === 0) differences++;
      if (intervals.numbers.demographicParityRatio?.high === 1) ratios++;
      if (intervals.toOverall.demographicParityDifference?.low === 0) toOverall++;
    }
    for (const covered of [differences, ratios, toOverall])
      expect(covered / samples).toBeGreaterThanOrEqual(0.92);
  });

  it("are there for every number and rate that rows define, hold the estimate and follow the seed", () => {
    const decisions = drawDecisions(createRandom(8), [0.6, 0.2], 300);
    const fairness = groupFairness(decisions);
    const options = { seed: 5, resamples: 60 };
    const intervals = fairnessIntervals(decisions, options);
    expect(fairnessIntervals(decisions, options)).toEqual(intervals);
    expect(fairnessIntervals(decisions, { ...options, seed: 6 })).not.toEqual(intervals);
    expect(Object.keys(intervals.numbers).toSorted()).toEqual(Object.keys(fairness.numbers).toSorted());
    expect(Object.keys(intervals.toOverall).toSorted()).toEqual(Object.keys(fairness.toOverall).toSorted());
    for (const [name, interval] of Object.entries(intervals.numbers)) {
      expect(interval.estimate).toBe(fairness.numbers[name as keyof typeof fairness.numbers]);
      expect(interval.low).toBeLessThanOrEqual(interval.high);
    }
    for (const { label, rates } of fairness.groups) {
      expect(Object.keys(intervals.groups[label]!)).toHaveLength(Object.keys(rates).length - 1);
      expect(intervals.groups[label]!.accuracy?.estimate).toBe(rates.accuracy);
    }
    expect(intervals.overall.precision?.estimate).toBe(fairness.overall.rates.precision);
  });

  it("leave out what no row defines, and reach down where either of three groups may be the lowest", () => {
    const decisions = {
      labels: [1, 1, 0, 0, 0, 0, 1, 0],
      predicted: [1, 0, 1, 0, 0, 0, 1, 1],
      grouping: { labels: ["a", "b", "c"], codes: Int32Array.of(0, 0, 0, 0, 1, 1, 2, 2) },
    };
    const { groups, numbers } = fairnessIntervals(decisions, { seed: 1, resamples: 100 });
    expect(groups.b).not.toHaveProperty("truePositiveRate");
    expect(groups.b).not.toHaveProperty("precision");
    expect(groups.b?.accuracy).toMatchObject({ estimate: 1, low: 1, high: 1 });
    expect(numbers.equalizedOddsDifference?.low).toBeGreaterThanOrEqual(0);
  });

  it("go with the errors of a regression, per group and between them", () => {
    const random = createRandom(9);
    const codes = Int32Array.from({ length: 300 }, (_, row) => row % 2);
    const actual = Array.from(codes, () => random.normal());
    const predicted = actual.map(
      (value, row) => value + (codes[row] === 0 ? 0.5 : 0) + 0.2 * random.normal(),
    );
    const values = { actual, predicted, grouping: { labels: ["a", "b"], codes } };
    const { metrics } = groupErrors(values);
    const { meanError, rmse } = groupErrorIntervals(values, { seed: 0, resamples: 100 });
    expect(meanError.difference?.estimate).toBe(metrics.meanError.difference);
    expect(meanError.difference!.low).toBeGreaterThan(0.4);
    expect(meanError.difference!.high).toBeLessThan(0.6);
    expect(Object.keys(rmse.byGroup)).toEqual(["a", "b"]);
    expect(meanError.byGroup.b!.low).toBeLessThan(0);
    expect(rmse.overall!.low).toBeGreaterThan(0);
    const alike = { ...values, predicted: actual.map((value) => value + 0.2 * random.normal()) };
    expect(groupErrorIntervals(alike, { seed: 0, resamples: 100 }).meanError.difference?.low).toBe(0);
  });
});

/** Twenty-four decisions; the numbers below are those of fairlearn 0.15.0's MetricFrame on them. */
const labels = [1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1];
const predicted = [1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1];
const sexes = Array.from("aabbccaabbccabcabcaabbcc");
const regions = Array.from("uuuuuuvvvvvvuuuvvvvvvuuu");
const codesOf = (values: readonly string[]) => {
  const names = [...new Set(values)].toSorted();
  return { labels: names, codes: Int32Array.from(values, (value) => names.indexOf(value)) };
};
const decisions = { labels, predicted, grouping: codesOf(sexes) };

describe("MetricFrame semantics", () => {
  it("gives fairlearn's numbers between groups and to overall", () => {
    const { numbers, toOverall } = groupFairness(decisions);
    const wanted = [
      ["demographicParityDifference", 0.25, 0.125],
      ["demographicParityRatio", 0.6, 0.75],
      ["equalOpportunityDifference", 0.6, 1 / 3],
      ["equalOpportunityRatio", 0.4, 0.6],
      ["equalizedOddsDifference", 0.6, 1 / 3],
      ["equalizedOddsRatio", 0, 0],
    ] as const;
    for (const [name, between, overall] of wanted) {
      expect(numbers[name], name).toBeCloseTo(between, 12);
      expect(toOverall[name], name).toBeCloseTo(overall, 12);
    }
  });

  it("gives fairlearn's numbers within the values of a control feature", () => {
    const control = codesOf(regions);
    const within = (stratum: number) =>
      groupFairness(decisionsOf(decisions, (row) => control.codes[row] === stratum));
    const [u, v] = [within(0), within(1)];
    expect(u.metrics.selectionRate).toMatchObject({ overall: 7 / 12, byGroup: [2 / 3, 0.25, 0.8] });
    expect(u.metrics.selectionRate.difference).toBeCloseTo(0.55, 12);
    expect(u.metrics.selectionRate.ratio).toBeCloseTo(0.3125, 12);
    expect(u.metrics.truePositiveRate.differenceToOverall).toBeCloseTo(1 / 3, 12);
    expect(u.metrics.precision.ratioToOverall).toBeCloseTo(0.7, 12);
    expect(v.metrics.accuracy.difference).toBeCloseTo(0.75, 12);
    expect(v.metrics.accuracy.ratioToOverall).toBeCloseTo(3 / 7, 12);
    expect(v.metrics.falsePositiveRate.differenceToOverall).toBeCloseTo(2 / 3, 12);
    expect(v.metrics.selectionRate.ratioToOverall).toBeCloseTo(0.8, 12);
  });

  it("leaves small groups out of a verdict, unless all are small", () => {
    const grouping = {
      labels: ["a", "b"],
      codes: Int32Array.from({ length: 100 }, (_, row) => (row < 4 ? 1 : 0)),
    };
    expect([...judgedCodes(grouping, { rows: 30, share: 0.05 })]).toEqual([0]);
    expect([...judgedCodes(grouping, { rows: 30, share: 0.04 })]).toEqual([0, 1]);
    expect([...judgedCodes(grouping, { rows: 300, share: 1 })]).toEqual([0, 1]);
  });
});

const random = createRandom(2);
const rows = Array.from({ length: 600 }, (_, row) => {
  const merit = random.normal();
  const group = row % 97 === 0 ? "z" : random.uniform() < 0.5 ? "x" : "y";
  const town = random.uniform() < (group === "x" ? 0.8 : 0.3) ? "east" : "west";
  const grade = merit > 0.8 ? "a" : merit > -0.5 ? "b" : "c";
  return {
    group,
    town,
    merit,
    grade,
    amount: merit * 10,
    won: merit + (town === "east" ? 1 : 0) > 0.4 ? "yes" : "no",
  };
});
const frame = frameFromRows(rows);
const attributes = [[{ name: "group", bands: null }]];
const trained = (target: string) =>
  trainModel({ training: frame, target, algorithm: "linear", features: ["merit", "town"], seed: 0 }).model;
const bootstrap = { seed: 1, resamples: 50 };

describe("auditFairness", () => {
  it("compares groups within the values of control features, where the reason for a difference may lie", () => {
    const audit = auditFairness(trained("won"), frame, {
      attributes,
      bootstrap,
      controlFeatures: [{ name: "town", bands: null }],
      smallGroups: { rows: 30, share: 0.05 },
    });
    if (audit.problem !== "binary") expect.unreachable();
    const [first] = audit.attributes;
    expect(audit.intervalRule).toContain("percentile bootstrap");
    expect(first!.strata.map(({ attribute, rows: count }) => [attribute, count > 100])).toEqual([
      ["group where town is east", true],
      ["group where town is west", true],
    ]);
    const [x, y] = ["x", "y"].map((label) => first!.groups.find((group) => group.label === label)!.rates);
    expect(x!.selectionRate - y!.selectionRate).toBeGreaterThan(0.12);
    for (const { audit: within } of first!.strata) {
      const [a, b] = ["x", "y"].map((label) => within.groups.find((group) => group.label === label)!.rates);
      expect(Math.abs(a!.selectionRate - b!.selectionRate)).toBeLessThan(0.12);
      expect(within.intervals?.numbers.demographicParityDifference).toBeDefined();
    }
    expect(first!.judged?.labels).toEqual(["x", "y"]);
    expect(first!.judged?.intervals.demographicParityDifference?.low).toBeGreaterThan(0);
    expect(first!.warnings.join()).toContain('"z" has only 7 rows');
  });

  it("gives intervals for several classes and for amounts too", () => {
    const classes = auditFairness(trained("grade"), frame, { attributes, bootstrap });
    if (classes.problem !== "multiclass") expect.unreachable();
    expect(classes.attributes[0]!.perClass[0]!.intervals?.groups.x?.selectionRate).toBeDefined();
    const amounts = auditFairness(trained("amount"), frame, { attributes, bootstrap });
    if (amounts.problem !== "regression") expect.unreachable();
    expect(amounts.attributes[0]!.intervals?.mae?.byGroup.x).toBeDefined();
  });
});
