import { describe, expect, it } from "vitest";
import { UNWATCHED } from "../../control.ts";
import { frameFromRows } from "../../frame/frame-rows.ts";
import { encodeModel } from "../../model/encode-model.ts";
import { createRandom } from "../../random.ts";
import { decodeModel } from "../../score/decode-model.ts";
import { applyLink, marginFunction } from "../../score/margins.ts";
import { createScorer } from "../../score/scorer.ts";
import { fitEstimator, type FitRequest, type ParameterValue } from "../fit-estimator.ts";
import { trainModel } from "../train-model.ts";
import { sample, sampleMatrix } from "./sample-rows.testing.ts";

type Parameters = Readonly<Record<string, ParameterValue>>;

function predict(parameters: Parameters, more: Partial<FitRequest> = {}): number[] {
  const { estimator } = fitEstimator({
    algorithm: "baseline",
    problem: "regression",
    classCount: 1,
    training: { matrix: sampleMatrix, target: sample.y, weights: null },
    validation: null,
    parameters,
    seed: 0,
    control: UNWATCHED,
    ...more,
  });
  const outputs = applyLink(estimator.link, marginFunction(estimator)(sampleMatrix));
  return outputs.map((values) => values[0]!);
}

const grades = {
  problem: "multiclass",
  classCount: 3,
  training: { matrix: sampleMatrix, target: sample.grade, weights: null },
} as const;

describe("a baseline for numbers", () => {
  it("predicts mean, median, a quantile or a constant, as scikit-learn's DummyRegressor", () => {
    const sorted = sample.y.toSorted();
    const mean = sample.y.reduce((sum, value) => sum + value, 0) / 24;
    expect(predict({})[0]).toBeCloseTo(mean, 12);
    expect(predict({ strategy: "mean" })[0]).toBe(predict({})[0]);
    expect(predict({ strategy: "median" })[0]).toBeCloseTo((sorted[11]! + sorted[12]!) / 2, 12);
    const place = 0.9 * 23;
    const wanted = sorted[20]! + (place - 20) * (sorted[21]! - sorted[20]!);
    expect(predict({ strategy: "quantile", quantile: 0.9 })[0]).toBeCloseTo(wanted, 12);
    expect(predict({ strategy: "constant", value: -3.5 })).toEqual([-3.5]);
  });

  it("counts weights as repeated rows", () => {
    const target = Float64Array.of(1, 2, 3, 4);
    const training = (weights: Float64Array) => ({
      matrix: { ...sampleMatrix, rowCount: 4 },
      target,
      weights,
    });
    const heavy = training(Float64Array.of(0, 1, 0, 5));
    expect(predict({ strategy: "median" }, { training: heavy })).toEqual([4]);
    expect(predict({ strategy: "quantile", quantile: 0 }, { training: heavy })).toEqual([2]);
  });

  it("refuses strategies for classes, and unknown parameters", () => {
    expect(() => predict({ strategy: "stratified" })).toThrow(/one of mean, median, quantile, constant/);
    expect(() => predict({ rounds: 5 })).toThrow(/no parameter "rounds"/);
    expect(() => predict({ strategy: "quantile", quantile: 2 })).toThrow(/"quantile" is 2/);
  });
});

describe("a baseline for classes", () => {
  it("predicts the shares, or the most frequent class for certain", () => {
    const counts = [0, 1, 2].map((grade) => sample.grade.filter((value) => value === grade).length);
    for (const [index, share] of predict({}, grades).entries()) {
      expect(share).toBeCloseTo(counts[index]! / 24, 10);
    }
    expect(predict({ strategy: "prior" }, grades)).toEqual(predict({}, grades));
    const most = counts.indexOf(Math.max(...counts));
    expect(predict({ strategy: "most-frequent" }, grades)).toEqual(
      [0, 1, 2].map((grade) => (grade === most ? 1 : 0)),
    );
    const training = {
      matrix: sampleMatrix,
      target: sample.label,
      weights: sample.label.map((label) => label),
    };
    expect(predict({ strategy: "most-frequent" }, { problem: "binary", classCount: 2, training })).toEqual([
      1,
    ]);
  });

  it("draws classes by their shares with a seed, the same class for the same row wherever it stands", () => {
    const random = createRandom(5);
    const rows = Array.from({ length: 4000 }, () => ({
      x: random.uniform(),
      outcome: ["a", "b", "b", "b", "c", "c"][random.integer(6)],
    }));
    const frame = frameFromRows(rows);
    const train = (seed: number) =>
      trainModel({
        training: frame,
        target: "outcome",
        algorithm: "baseline",
        parameters: { strategy: "stratified" },
        features: ["x"],
        seed,
      }).model;
    const model = decodeModel(encodeModel(train(3)));
    const drawn = createScorer(model)
      .scoreRows(rows)
      .map((row) => row.prediction);
    const backwards = createScorer(model)
      .scoreRows(rows.toReversed())
      .map((row) => row.prediction);
    expect(backwards.toReversed()).toEqual(drawn);
    const share = (label: string) => drawn.filter((one) => one === label).length / drawn.length;
    expect(share("a")).toBeCloseTo(1 / 6, 1);
    expect(share("b")).toBeCloseTo(1 / 2, 1);
    expect(encodeModel(train(3))).toEqual(encodeModel(model));
    const other = createScorer(train(4))
      .scoreRows(rows)
      .map((row) => row.prediction);
    expect(other).not.toEqual(drawn);
  });
});
