import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFixture } from "../fixtures/shared-reference.ts";
import { createRandom } from "../random.ts";
import { binaryMetrics, weightedBinaryMetrics } from "./binary-metrics.ts";
import { bootstrapIntervals } from "./bootstrap.ts";
import { calibrationCurve, expectedCalibrationError, precisionRecallCurve, rocCurve } from "./curves.ts";
import { multiclassMetrics } from "./multiclass-metrics.ts";
import { quantileOfSorted } from "./quantile.ts";
import { rankScores } from "./ranking-metrics.ts";
import { regressionMetrics } from "./regression-metrics.ts";

interface Fixtures {
  readonly binary: readonly {
    readonly labels: readonly number[];
    readonly probability: readonly number[];
    readonly predicted: readonly number[];
    readonly weights: readonly number[] | null;
    readonly expected: Readonly<Record<string, number>> & { readonly confusion: readonly number[] };
  }[];
  readonly multiclass: readonly {
    readonly labels: readonly number[];
    readonly predicted: readonly number[];
    readonly probabilities: readonly (readonly number[])[];
    readonly expected: {
      readonly accuracy: number;
      readonly macro: readonly number[];
      readonly weighted: readonly number[];
      readonly logLoss: number;
      readonly macroAuc: number;
      readonly perClass: readonly (readonly number[])[];
      readonly confusion: readonly (readonly number[])[];
    };
  }[];
  readonly regression: readonly {
    readonly actual: readonly number[];
    readonly predicted: readonly number[];
    readonly expected: Readonly<Record<string, number>> & { readonly quantiles: readonly number[] };
  }[];
}

const fixtures = readFixture<Fixtures>("metrics.json");

function expectClose(actual: number | null | undefined, expected: number): void {
  expect(actual).toBeTypeOf("number");
  expect(Math.abs((actual ?? NaN) - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected)));
}

describe("binary metrics", () => {
  it.each(fixtures.binary)("equal scikit-learn's, with ties and weights (case $#)", (fixture) => {
    const { labels, predicted, weights, expected } = fixture;
    const probability = Float64Array.from(fixture.probability);
    const result = weightedBinaryMetrics(
      { labels, predicted, probability },
      rankScores(probability),
      weights,
    );
    for (const name of [
      "auc",
      "averagePrecision",
      "logLoss",
      "brier",
      "accuracy",
      "balancedAccuracy",
    ] as const) {
      expectClose(result[name], expected[name]!);
    }
    for (const name of ["precision", "recall", "f1"] as const) expectClose(result[name], expected[name]!);
    const { truePositives, falsePositives, falseNegatives, trueNegatives } = result.confusion;
    expect([truePositives, falsePositives, falseNegatives, trueNegatives]).toEqual(expected.confusion);
  });

  it("leave out what one class alone cannot define, and say which rates are 0 by convention", () => {
    const result = binaryMetrics({
      labels: [0, 0],
      probability: Float64Array.of(0.2, 0.3),
      predicted: [0, 0],
    });
    expect(result).toMatchObject({ auc: null, averagePrecision: null, ks: null, precision: 0, recall: 0 });
    expect(result.undefinedRates).toContain("recall");
    // The class that is absent has no recall to take the mean with.
    expect(result.balancedAccuracy).toBe(1);
  });

  it("stay finite for certain predictions that are wrong", () => {
    const result = binaryMetrics({ labels: [1, 0], probability: Float64Array.of(0, 1), predicted: [0, 1] });
    expect(result.logLoss).toBeCloseTo(36.04, 1);
    expect(result.auc).toBe(0);
  });

  it("turn round with the scores: AUC of the opposite order is 1 - AUC", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 9 })), { minLength: 4 }),
        (rows) => {
          const labels = [...rows.map(([label]) => label), 0, 1];
          const scores = Float64Array.from([...rows.map(([, score]) => score / 10), 0.5, 0.5]);
          const auc = (values: Float64Array) =>
            binaryMetrics({ labels, probability: values, predicted: labels }).auc ?? NaN;
          expect(auc(scores) + auc(scores.map((score) => 1 - score))).toBeCloseTo(1, 12);
        },
      ),
    );
  });
});

describe("curves", () => {
  const probability = Float64Array.of(0.9, 0.8, 0.8, 0.3, 0.1);
  const labels = [1, 1, 0, 0, 1];

  it("run through every threshold once", () => {
    expect(rocCurve({ labels, probability })).toEqual([
      { falsePositiveRate: 0, truePositiveRate: 0, threshold: null },
      { falsePositiveRate: 0, truePositiveRate: 1 / 3, threshold: 0.9 },
      { falsePositiveRate: 0.5, truePositiveRate: 2 / 3, threshold: 0.8 },
      { falsePositiveRate: 1, truePositiveRate: 2 / 3, threshold: 0.3 },
      { falsePositiveRate: 1, truePositiveRate: 1, threshold: 0.1 },
    ]);
    expect(precisionRecallCurve({ labels, probability })[1]).toEqual({
      recall: 2 / 3,
      precision: 2 / 3,
      threshold: 0.8,
    });
  });

  it("are thinned to what a picture shows, ends kept", () => {
    const random = createRandom(0);
    const scores = Float64Array.from({ length: 5000 }, () => random.uniform());
    const points = rocCurve({
      labels: Array.from(scores, (score) => (random.uniform() < score ? 1 : 0)),
      probability: scores,
    });
    expect(points.length).toBe(400);
    expect(points.at(-1)).toMatchObject({ falsePositiveRate: 1, truePositiveRate: 1 });
  });

  it("compare share and probability bin by bin for calibration", () => {
    const points = calibrationCurve({ labels, probability });
    expect(points.map((point) => point.rowCount)).toEqual([1, 1, 2, 1]);
    expect(points[2]).toMatchObject({ from: 0.8, meanProbability: 0.8, positiveShare: 0.5 });
    expect(expectedCalibrationError(points)).toBeCloseTo((0.9 + 0.3 + 2 * 0.3 + 0.1) / 5, 12);
  });
});

describe("multiclass metrics", () => {
  it.each(fixtures.multiclass)(
    "equal scikit-learn's (case $#)",
    ({ labels, predicted, probabilities, expected }) => {
      const classes = probabilities.map((_, index) => `class ${index}`);
      const result = multiclassMetrics({
        labels,
        predicted,
        probabilities: probabilities.map((values) => Float64Array.from(values)),
        classes,
      });
      expectClose(result.accuracy, expected.accuracy);
      expectClose(result.logLoss, expected.logLoss);
      expectClose(result.macroAuc, expected.macroAuc);
      for (const [index, name] of (["precision", "recall", "f1"] as const).entries()) {
        expectClose(result.macro[name], expected.macro[index]!);
        expectClose(result.weighted[name], expected.weighted[index]!);
        for (const [label, metrics] of result.perClass.entries())
          expectClose(metrics[name], expected.perClass[label]![index]!);
      }
      expect(result.confusion).toEqual(expected.confusion);
    },
  );
});

describe("regression metrics", () => {
  it.each(fixtures.regression)("equal scikit-learn's (case $#)", ({ actual, predicted, expected }) => {
    const result = regressionMetrics({ actual, predicted });
    for (const name of [
      "rmse",
      "mae",
      "r2",
      "mape",
      "medianAbsoluteError",
      "largestAbsoluteError",
    ] as const) {
      expectClose(result[name], expected[name]!);
    }
    for (const [index, value] of Object.values(result.errorQuantiles).entries())
      expectClose(value, expected.quantiles[index]!);
  });

  it("are null where they are not defined", () => {
    expect(regressionMetrics({ actual: [0, 0], predicted: [1, 2] })).toMatchObject({ r2: null, mape: null });
  });
});

describe("quantiles", () => {
  it("lie between their neighbours and hit the ends", () => {
    const sorted = [1, 2, 4, 8];
    expect([0, 0.5, 1, 1 / 3].map((share) => quantileOfSorted(sorted, share))).toEqual([1, 3, 8, 2]);
    expect(quantileOfSorted([], 0.5)).toBeNaN();
  });
});

describe("bootstrap intervals", () => {
  it("repeat themselves for a seed and leave undefined statistics out", () => {
    const values = Float64Array.from({ length: 50 }, (_, index) => index);
    const statistic = (weights: Float64Array | null) => {
      const sum = values.reduce((total, value, row) => total + value * (weights?.[row] ?? 1), 0);
      return { mean: sum / 50, nothing: null };
    };
    const first = bootstrapIntervals(50, statistic, { seed: 4 });
    expect(first).toEqual(bootstrapIntervals(50, statistic, { seed: 4 }));
    expect(first.nothing).toBeUndefined();
    expect(first.mean!.estimate).toBe(24.5);
    expect(first.mean!.low).toBeLessThan(24.5);
    expect(first.mean!.high).toBeGreaterThan(24.5);
  });

  it("cover the true mean about as often as they promise", () => {
    let covered = 0;
    for (let trial = 0; trial < 200; trial++) {
      const random = createRandom(1000 + trial);
      const values = Float64Array.from({ length: 80 }, () => random.normal());
      const { mean } = bootstrapIntervals(
        80,
        (weights) => ({
          mean: values.reduce((sum, value, row) => sum + value * (weights?.[row] ?? 1), 0) / 80,
        }),
        { seed: trial, resamples: 300, level: 0.9 },
      );
      if (mean!.low <= 0 && mean!.high >= 0) covered++;
    }
    expect(covered / 200).toBeGreaterThan(0.83);
    expect(covered / 200).toBeLessThan(0.96);
  });

  it("refuse levels and resample counts that make no interval", () => {
    const statistic = () => ({ mean: 1 });
    expect(() => bootstrapIntervals(5, statistic, { seed: 0, level: 1 })).toThrow(/"level"/);
    expect(() => bootstrapIntervals(5, statistic, { seed: 0, resamples: 1 })).toThrow(/"resamples"/);
  });
});
