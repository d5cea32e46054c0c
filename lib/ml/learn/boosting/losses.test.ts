import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UNWATCHED } from "../../control.ts";
import { applyLink, marginFunction } from "../../score/margins.ts";
import type { Matrix } from "../../score/preparation.ts";
import { fitEstimator, type FitRequest, type ParameterValue } from "../fit-estimator.ts";
import { lossFunction, type BoostingLoss } from "./boosting-loss.ts";
import { weightedQuantile } from "./weighted-quantile.ts";

const ROWS = 3000;

function fraction(factor: number): Float64Array {
  return Float64Array.from({ length: ROWS }, (_, row) => (row * factor) % 1);
}

// The same numbers in any language: multiples of irrational steps.
const x0 = fraction(0.6180339887498949);
const x1 = fraction(1.4142135623730951);
const u = fraction(2.718281828459045 * 7);
const amounts = x0.map((value, row) => 3 * value + Math.sin(6 * x1[row]!) + (u[row]! - 0.5) * (1 + value));
const counts = x0.map((value, row) => Math.floor(Math.exp(value + x1[row]!) * 2 * u[row]!));
const isTest = (row: number): boolean => row % 5 === 4;

function part(keeps: (row: number) => boolean, target: Float64Array) {
  const pick = (values: Float64Array) => values.filter((_, row) => keeps(row));
  const columns = [x0, x1].map((values, index) => ({
    name: `x${index}`,
    source: `x${index}`,
    levels: null,
    values: pick(values),
  }));
  const picked = pick(target);
  return { matrix: { rowCount: picked.length, columns }, target: picked, weights: null };
}

function fit(
  target: Float64Array,
  parameters: Record<string, ParameterValue>,
  options: Partial<FitRequest> = {},
) {
  return fitEstimator({
    algorithm: "gradient-boosting",
    problem: "regression",
    classCount: 1,
    training: part((row) => !isTest(row), target),
    validation: null,
    parameters: { rounds: 60, maximalLeaves: 15, ...parameters },
    seed: 0,
    control: UNWATCHED,
    ...options,
  });
}

function predict(fitted: ReturnType<typeof fit>, matrix: Matrix): Float64Array {
  return applyLink(fitted.estimator.link, marginFunction(fitted.estimator)(matrix))[0]!;
}

/** Mean of a row's loss over the test rows. */
function testLoss(
  target: Float64Array,
  fitted: ReturnType<typeof fit>,
  loss: (actual: number, predicted: number) => number,
): number {
  const test = part(isTest, target);
  const predicted = predict(fitted, test.matrix);
  return test.target.reduce((sum, actual, row) => sum + loss(actual, predicted[row]!), 0) / predicted.length;
}

const pinball = (quantile: number) => (actual: number, predicted: number) =>
  Math.max(quantile * (actual - predicted), (quantile - 1) * (actual - predicted));

describe("losses of gradient boosting", () => {
  // Expected: scikit-learn 1.9 HistGradientBoostingRegressor with the same settings on the same rows.
  it("is as good as scikit-learn under the absolute, quantile and Poisson loss", () => {
    const absolute = fit(amounts, { loss: "absolute" });
    expect(testLoss(amounts, absolute, (a, p) => Math.abs(a - p))).toBeLessThan(0.39217 * 1.01);
    const low = fit(amounts, { loss: "quantile", quantile: 0.1 });
    expect(testLoss(amounts, low, pinball(0.1))).toBeLessThan(0.071003 * 1.02);
    const high = fit(amounts, { loss: "quantile", quantile: 0.9 });
    expect(testLoss(amounts, high, pinball(0.9))).toBeLessThan(0.072365 * 1.02);
    const poisson = fit(counts, { loss: "poisson" });
    const deviance = (a: number, p: number): number => 2 * ((a > 0 ? a * Math.log(a / p) : 0) - a + p);
    expect(testLoss(counts, poisson, deviance)).toBeLessThan(1.64956 * 1.01);
  });

  it("covers the stated share of rows by the predicted quantile", () => {
    const train = part((row) => !isTest(row), amounts);
    for (const quantile of [0.1, 0.5, 0.9]) {
      const predicted = predict(fit(amounts, { loss: "quantile", quantile }), train.matrix);
      const below = train.target.filter((value, row) => value <= predicted[row]!).length / predicted.length;
      expect(Math.abs(below - quantile)).toBeLessThan(0.03);
    }
  });

  it("has derivatives that are those of its loss", () => {
    const settings = { classCount: 3, quantile: 0.3 };
    const losses: BoostingLoss[] = ["logistic", "softmax", "squared", "poisson", "absolute", "quantile"];
    fc.assert(
      fc.property(
        fc.constantFrom(...losses),
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }),
        fc.nat(1),
        (loss, values, label) => {
          const definition = lossFunction({ loss, ...settings });
          // Away from the corner of the pinball loss.
          const target = Float64Array.of(
            loss === "absolute" || loss === "quantile" ? label * 20 - 10 : label,
          );
          const rows = { target, weights: Float64Array.of(2) };
          const marginsAt = (step: number) =>
            values
              .slice(0, definition.outputs)
              .map((value, k) => Float64Array.of(k === 0 ? value + step : value));
          const lossAt = (step: number) => definition.sum({ margins: marginsAt(step), rows, from: 0, to: 1 });
          const derivatives = new Float64Array(2);
          const sum = definition.derivatives({
            output: 0,
            margins: marginsAt(0),
            rows,
            derivatives,
            from: 0,
            to: 1,
          });
          expect(sum).toBeCloseTo(lossAt(0), 9);
          expect(derivatives[0]).toBeCloseTo((lossAt(1e-5) - lossAt(-1e-5)) / 2e-5, 5);
        },
      ),
    );
  });

  it("refuses negative counts, unknown losses and losses of another problem by name", () => {
    expect(() => fit(amounts, { loss: "poisson" })).toThrow(/target holds -/);
    expect(() => fit(amounts, { loss: "hinge" })).toThrow(/squared, absolute, quantile, poisson/);
    expect(() => fit(amounts, { loss: "softmax" })).toThrow(/"softmax"/);
  });
});

describe("quantiles of weighted values", () => {
  it("lie between neighbours without weights and count weights as repeated rows", () => {
    expect(weightedQuantile(Float64Array.of(4, 1, 3, 2), 0.5, null)).toBe(2.5);
    expect(weightedQuantile(Float64Array.of(5), 0.9, null)).toBe(5);
    expect(weightedQuantile(Float64Array.of(1, 2, 3), 0.5, Float64Array.of(0, 1, 5))).toBe(3);
    expect(weightedQuantile(new Float64Array(0), 0.5, null)).toBeNaN();
  });
});

describe("monotone features", () => {
  it("rises or falls with the feature wherever the others stand, at little cost", () => {
    const free = fit(amounts, {});
    const bound = fit(amounts, { monotone: "x0:+,x1:-" });
    const squared = (a: number, p: number): number => (a - p) ** 2;
    // scikit-learn with the same constraints: 0.2394.
    expect(testLoss(amounts, bound, squared)).toBeLessThan(0.2394 * 1.01);
    expect(testLoss(amounts, free, squared)).toBeLessThan(testLoss(amounts, bound, squared));
    fc.assert(
      fc.property(
        fc.double({ min: -0.2, max: 1.2, noNaN: true }),
        fc.double({ min: -0.2, max: 1.2, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (at, other, step) => {
          const values = [
            Float64Array.of(at, at + step, other, other),
            Float64Array.of(other, other, at, at + step),
          ];
          const columns = values.map((column, index) => ({
            name: `x${index}`,
            source: `x${index}`,
            levels: null,
            values: column,
          }));
          const [low, high, before, after] = predict(bound, { rowCount: 4, columns });
          expect(high!).toBeGreaterThanOrEqual(low! - 1e-12);
          expect(after!).toBeLessThanOrEqual(before! + 1e-12);
        },
      ),
      { numRuns: 500 },
    );
    expect(bound.parameters.monotone).toBe("x0:+,x1:-");
  });

  it("names what it cannot bind", () => {
    expect(() => fit(amounts, { monotone: "x9:+" })).toThrow(/"x9" is none of the features/);
    expect(() => fit(amounts, { monotone: "x0" })).toThrow(/column:\+,other:-/);
    expect(() => fit(amounts, { monotone: "x0:+", loss: "quantile" })).toThrow(/quantile loss/);
    const softmax = { problem: "multiclass", classCount: 3 } as const;
    expect(() =>
      fit(
        x0.map((value) => Math.floor(value * 3)),
        { monotone: "x0:+" },
        softmax,
      ),
    ).toThrow(/no single direction/);
  });
});
