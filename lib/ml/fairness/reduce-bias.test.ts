import { describe, expect, it } from "vitest";
import { frameFromRows } from "../frame/frame-rows.ts";
import { trainModel } from "../learn/train-model.ts";
import { createRandom } from "../random.ts";
import { groupRows } from "../score/groups.ts";
import { createScorer } from "../score/scorer.ts";
import { decodeModel } from "../score/decode-model.ts";
import { encodeModel } from "../model/encode-model.ts";
import { auditFairness } from "./audit-fairness.ts";
import { averageEstimators } from "./average-estimators.ts";
import { parityMoments } from "./parity-moments.ts";
import { reduceBias } from "./reduce-bias.ts";

const random = createRandom(11);
const rows = Array.from({ length: 3000 }, () => {
  const isFirst = random.uniform() < 0.5;
  const merit = random.normal();
  const town = random.uniform() < 0.85 === isFirst ? "east" : "west";
  const hired = 0.6 * merit + (town === "east" ? 0.9 : -0.9) + random.normal() > 0;
  const won = merit + (isFirst ? 0.7 : -0.7) + 0.5 * random.normal() > 0.1;
  return {
    group: isFirst ? "x" : "y",
    town,
    merit,
    won: won ? "yes" : "no",
    hired: hired ? "yes" : "no",
    amount: merit,
  };
});
const training = frameFromRows(rows.slice(0, 1500));
const selection = frameFromRows(rows.slice(1500, 2200));
const held = frameFromRows(rows.slice(2200));
const attribute = [{ name: "group", bands: null }];
const trained = (algorithm: "gradient-boosting" | "linear", target: "won" | "hired" = "won") =>
  trainModel({
    training,
    target,
    algorithm,
    features: ["merit", "town"],
    seed: 0,
    ...(algorithm === "linear" ? {} : { parameters: { rounds: 30 } }),
  }).model;

describe("reduceBias", () => {
  it.each([
    ["linear", "demographic-parity", "demographicParityDifference"],
    ["gradient-boosting", "demographic-parity", "demographicParityDifference"],
    ["linear", "equal-opportunity", "equalOpportunityDifference"],
    ["gradient-boosting", "equalized-odds", "equalizedOddsDifference"],
  ] as const)(
    "brings %s models to %s without the group at hand, and says what was reached",
    (algorithm, constraint, number) => {
      const model = trained(algorithm, constraint === "demographic-parity" ? "won" : "hired");
      const options = { attribute, constraint, maximalDifference: 0.08 };
      const result = reduceBias(model, { training, selection }, options);
      const differenceOf = (candidate: typeof model, frame: typeof held) => {
        const audit = auditFairness(candidate, frame, { attributes: [attribute] });
        return audit.problem === "binary" ? audit.attributes[0]!.numbers[number] : NaN;
      };
      expect(differenceOf(model, held)).toBeGreaterThan(0.2);
      expect(result).toMatchObject({ isWithinLimit: true, members: 10 });
      expect(result.reached.difference).toBeCloseTo(differenceOf(result.model, selection), 12);
      expect(differenceOf(result.model, held)).toBeLessThan(0.18);
      expect(result.randomized.difference).toBeLessThan(0.25);
      expect(result.reached.accuracy).toBeGreaterThan(0.6);
      expect(result.model.features).toEqual(model.features);
      expect(reduceBias(model, { training, selection }, options)).toEqual(result);
      // The reduced model is a model like others: kept, loaded and scored to the last bit.
      const scored = createScorer(decodeModel(encodeModel(result.model))).scoreColumns(
        held.columns,
        held.rowCount,
      );
      expect(scored).toEqual(createScorer(result.model).scoreColumns(held.columns, held.rowCount));
    },
  );

  it("refuses models that decide otherwise", () => {
    const { model } = trainModel({
      training,
      target: "amount",
      algorithm: "linear",
      features: ["town"],
      seed: 0,
    });
    const reduce = () =>
      reduceBias(model, { training, selection }, { attribute, constraint: "demographic-parity" });
    expect(reduce).toThrow(/this one is regression/);
  });
});

describe("averageEstimators", () => {
  it("averages margins of trees and of lines; constants move them; other mixtures have no common form", () => {
    const trees = trained("gradient-boosting");
    const lines = trained("linear");
    const constant = { kind: "constant", link: "logit", margins: [2] } as const;
    for (const { estimator, preparation, ...rest } of [trees, lines]) {
      const average = averageEstimators([estimator, estimator, constant]);
      if (average === null) expect.unreachable();
      const score = (one: typeof estimator) => {
        const scored = createScorer({ ...rest, preparation, estimator: one }).scoreColumns(
          held.columns,
          held.rowCount,
        );
        if (scored.kind !== "binary") expect.unreachable();
        return scored.probability.map((value) => Math.log(value / (1 - value)));
      };
      const [alone, together] = [score(estimator), score(average)];
      for (const [row, margin] of together.entries())
        expect(margin).toBeCloseTo((2 * alone[row]! + 2) / 3, 6);
    }
    expect(averageEstimators([trees.estimator, lines.estimator])).toBeNull();
  });
});

describe("parityMoments", () => {
  it("costs are the derivative of the violations, for each constraint", () => {
    const labels = rows.slice(0, 40).map(({ won }) => (won === "yes" ? 1 : 0));
    const grouping = groupRows(training.columns, attribute, 40);
    const predicted = labels.map((_, row) => (row % 3 === 0 ? 1 : 0));
    for (const constraint of ["demographic-parity", "equal-opportunity", "equalized-odds"] as const) {
      const moments = parityMoments(labels, grouping, { constraint });
      const multipliers = Float64Array.from({ length: moments.count }, (_, moment) => moment - 0.7);
      const value = (decisions: readonly number[]) =>
        moments.violations(decisions).reduce((sum, one, moment) => sum + one * multipliers[moment]!, 0);
      const costs = moments.costs(multipliers);
      for (let row = 0; row < 40; row++) {
        const [on, off] = [1, 0].map((decision) => value(predicted.with(row, decision === 1 ? 1 : 0)));
        expect(costs[row]! / 40).toBeCloseTo(on! - off!, 12);
      }
    }
  });
});
