import { describe, expect, it } from "vitest";
import { readFixture, withoutLevels } from "../fixtures/shared-reference.ts";
import { createFrame, selectRows } from "../frame/frame.ts";
import { categoricalColumn } from "../frame/column-from-texts.ts";
import { fitPreparation } from "../prepare/fit-preparation.ts";
import { multiclassMetrics } from "../metrics/multiclass-metrics.ts";
import { applyPreparation } from "../score/apply-preparation.ts";
import type { Estimator } from "../score/estimator.ts";
import { applyLink, marginFunction } from "../score/margins.ts";
import type { Matrix } from "../score/preparation.ts";
import { boostingParameters } from "./boosting/boosting-parameters.ts";
import { trainBoosting } from "./boosting/train-boosting.ts";
import { trainConstant, trainRidge } from "./linear/train-linear.ts";
import { trainLogistic } from "./linear/train-logistic.ts";
import { trainMultinomial } from "./linear/train-multinomial.ts";

interface Fixture {
  readonly data: {
    readonly age: readonly number[];
    readonly income: readonly (number | null)[];
    readonly city: readonly string[];
    readonly outcome: readonly string[];
    readonly grade: readonly string[];
    readonly amount: readonly number[];
  };
  readonly logistic: {
    readonly coefficients: readonly number[];
    readonly intercept: number;
    readonly objective: number;
  };
  readonly multinomial: {
    readonly coefficients: readonly (readonly number[])[];
    readonly intercepts: readonly number[];
  };
  readonly ridge: { readonly coefficients: readonly number[]; readonly intercept: number };
  readonly boosting: {
    readonly binaryMargins: readonly number[];
    readonly multiclassProbabilities: readonly (readonly number[])[];
    readonly regression: readonly number[];
  };
}

const fixture = readFixture<Fixture>("learners.json");
const { data } = fixture;
const frame = createFrame([
  { kind: "numeric", name: "age", values: Float64Array.from(data.age) },
  { kind: "numeric", name: "income", values: Float64Array.from(data.income, (value) => value ?? NaN) },
  categoricalColumn("city", data.city),
]);
const rows = data.age.map((_, row) => row);
const trainRows = rows.filter((row) => row % 5 !== 4);
const testRows = rows.filter((row) => row % 5 === 4);

function matrices(target: "trees" | "linear"): { train: Matrix; test: Matrix } {
  const train = selectRows(frame, trainRows);
  const test = selectRows(frame, testRows);
  const { preparation } = fitPreparation(train, { target, features: ["age", "income", "city"] });
  return {
    train: applyPreparation(preparation, train.columns, train.rowCount),
    test: applyPreparation(preparation, test.columns, test.rowCount),
  };
}

const GRADES = ["high", "low", "mid"];
const isYes = (indices: readonly number[]) =>
  Float64Array.from(indices, (row) => Number(data.outcome[row] === "yes"));
const grades = (indices: readonly number[]) =>
  Float64Array.from(indices, (row) => GRADES.indexOf(data.grade[row]!));
const amounts = (indices: readonly number[]) => Float64Array.from(indices, (row) => data.amount[row]!);
const unweighted = (target: Float64Array) => ({ target, weights: null });

function predict(estimator: Estimator, matrix: Matrix): Float64Array[] {
  return applyLink(estimator.link, marginFunction(estimator)(matrix));
}

function expectAllClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let index = 0; index < expected.length; index++) {
    expect(Math.abs(actual[index]! - expected[index]!)).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(expected[index]!)),
    );
  }
}

describe("linear learners", () => {
  const { train } = matrices("linear");

  it("reach the unique optimum of logistic regression", () => {
    const fit = trainLogistic(train, unweighted(isYes(trainRows)));
    expect(fit.hasConverged).toBe(true);
    expectAllClose(fit.estimator.outputs[0]!.terms.flat(), fixture.logistic.coefficients, 1e-9);
    expectAllClose(
      [fit.estimator.outputs[0]!.intercept, fit.objective],
      [fixture.logistic.intercept, fixture.logistic.objective],
      1e-9,
    );
  });

  it("take weights as repeated rows", () => {
    const weights = Float64Array.from(trainRows, (_, row) => row % 3);
    const repeated = trainRows.flatMap((_, row) => Array.from({ length: row % 3 }, () => row));
    const doubled: Matrix = {
      rowCount: repeated.length,
      columns: train.columns.map((column) => ({
        ...column,
        values: Float64Array.from(repeated, (row) => column.values[row]!),
      })),
    };
    const target = isYes(trainRows);
    const weighted = trainLogistic(train, { target, weights });
    const plain = trainLogistic(doubled, unweighted(Float64Array.from(repeated, (row) => target[row]!)));
    expectAllClose(
      weighted.estimator.outputs[0]!.terms.flat(),
      plain.estimator.outputs[0]!.terms.flat(),
      1e-9,
    );
    const ridge = trainRidge(train, { target: amounts(trainRows), weights }, 2);
    const plainRidge = trainRidge(
      doubled,
      unweighted(Float64Array.from(repeated, (row) => amounts(trainRows)[row]!)),
      2,
    );
    expectAllClose(ridge.outputs[0]!.terms.flat(), plainRidge.outputs[0]!.terms.flat(), 1e-9);
    expectAllClose(ridge.means.flat(), plainRidge.means.flat(), 1e-12);
  });

  it("equal scikit-learn's multinomial logistic regression", () => {
    const fit = trainMultinomial(train, unweighted(grades(trainRows)), { classCount: 3 });
    expect(fit.hasConverged).toBe(true);
    for (const [index, output] of fit.estimator.outputs.entries()) {
      expectAllClose(output.terms.flat(), fixture.multinomial.coefficients[index]!, 2e-4);
      expectAllClose([output.intercept], [fixture.multinomial.intercepts[index]!], 2e-4);
    }
  });

  it("agree with each other on two classes: softmax doubles the penalty's effect on the difference", () => {
    const target = isYes(trainRows);
    const binary = trainLogistic(train, unweighted(target), { penalty: 0.5 });
    const softmax = trainMultinomial(train, unweighted(target), { classCount: 2, penalty: 1 });
    const [negative, positive] = softmax.estimator.outputs;
    const difference = positive!.terms.flat().map((value, index) => value - negative!.terms.flat()[index]!);
    expectAllClose(difference, binary.estimator.outputs[0]!.terms.flat(), 1e-7);
  });

  it("equal scikit-learn's ridge regression", () => {
    const estimator = trainRidge(train, unweighted(amounts(trainRows)), 1);
    expectAllClose(estimator.outputs[0]!.terms.flat(), fixture.ridge.coefficients, 1e-10);
    expectAllClose([estimator.outputs[0]!.intercept], [fixture.ridge.intercept], 1e-10);
  });

  it("give dependent columns 0 instead of failing without a penalty", () => {
    const twice: Matrix = {
      rowCount: train.rowCount,
      columns: [train.columns[0]!, { ...train.columns[0]!, name: "again" }],
    };
    const estimator = trainRidge(twice, unweighted(amounts(trainRows)), 0);
    expect(estimator.outputs[0]!.terms[1]).toEqual([0]);
    expect(estimator.outputs[0]!.terms[0]![0]).not.toBe(0);
  });

  it("refuse one class only, and matrices with missing numbers", () => {
    expect(() => trainLogistic(train, unweighted(new Float64Array(train.rowCount)))).toThrow(/both classes/);
    expect(() => trainMultinomial(train, unweighted(isYes(trainRows)), { classCount: 3 })).toThrow(
      /Class number 2/,
    );
    const { train: trees } = matrices("trees");
    expect(() => trainRidge(trees, unweighted(amounts(trainRows)), 1)).toThrow(/missing or infinite/);
  });
});

describe("gradient boosting", () => {
  const { train, test } = matrices("trees");
  const parameters = boostingParameters({ rounds: 50 });
  const boost = (loss: "logistic" | "softmax" | "squared", target: Float64Array) =>
    trainBoosting({
      training: { matrix: withoutLevels(train), ...unweighted(target) },
      validation: null,
      loss,
      classCount: 3,
      parameters,
      seed: 0,
    }).ensemble;

  // Rows between two training values may fall on either side of a split; on training rows there is one right answer.
  it("grows the same trees as scikit-learn on numbers", () => {
    const binary = marginFunction(boost("logistic", isYes(trainRows)))(withoutLevels(train));
    expectAllClose(binary[0]!, fixture.boosting.binaryMargins, 1e-4);
    const values = predict(boost("squared", amounts(trainRows)), withoutLevels(train));
    expectAllClose(values[0]!, fixture.boosting.regression, 1e-4);
  });

  it("comes as close as scikit-learn with several classes", () => {
    const probabilities = predict(boost("softmax", grades(trainRows)), withoutLevels(test));
    const loss = (values: readonly Float64Array[]) =>
      multiclassMetrics({
        labels: grades(testRows),
        predicted: grades(testRows),
        probabilities: values,
        classes: GRADES,
      }).logLoss;
    const theirs = fixture.boosting.multiclassProbabilities.map((values) => Float64Array.from(values));
    expect(loss(probabilities)).toBeLessThan(loss(theirs) * 1.03);
  });

  it("predicts class shares or the mean as a baseline", () => {
    const constant = trainConstant(unweighted(isYes(trainRows)), "logistic", 2);
    const share = isYes(trainRows).reduce((sum, value) => sum + value, 0) / trainRows.length;
    expect(predict(constant, test)[0]![0]).toBeCloseTo(share, 12);
  });
});
