import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UNWATCHED, createControl } from "../../control.ts";
import { hasReference, prepareReference, readReference } from "../../fixtures/shared-reference.ts";
import type { LinearEstimator } from "../../score/estimator.ts";
import { applyLink, marginFunction } from "../../score/margins.ts";
import { fitEstimator, type AlgorithmName, type FitRequest } from "../fit-estimator.ts";
import { minimisePenalisedQuadratic } from "./penalised-quadratic.ts";
import { expected, sample, sampleMatrix } from "./sample-rows.testing.ts";
import { trainElasticLogistic } from "./train-elastic-logistic.ts";
import { trainElasticNet } from "./train-elastic-net.ts";
import { trainLeastSquares } from "./train-least-squares.ts";
import { trainLogistic } from "./train-logistic.ts";

const weighted = (target: Float64Array) => ({ target, weights: sample.weights });
const unweighted = (target: Float64Array) => ({ target, weights: null });

const parametersOf = ({ outputs }: LinearEstimator) =>
  outputs.map(({ intercept, terms }) => [intercept, ...terms.flat()]);

function expectClose(actual: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(wanted.length);
  for (const [index, value] of wanted.entries()) {
    expect(Math.abs(actual[index]! - value)).toBeLessThanOrEqual(tolerance);
  }
}

function fit(algorithm: AlgorithmName, more: Partial<FitRequest> = {}) {
  return fitEstimator({
    algorithm,
    problem: "regression",
    classCount: 1,
    training: { matrix: sampleMatrix, ...weighted(sample.y) },
    validation: null,
    parameters: {},
    seed: 0,
    control: UNWATCHED,
    ...more,
  });
}

describe("least squares", () => {
  it("gives scikit-learn's least-norm coefficients where levels depend on each other, and says so", () => {
    const { estimator, rank, width } = trainLeastSquares(sampleMatrix, weighted(sample.y));
    expectClose(parametersOf(estimator)[0]!, expected.ols, 1e-12);
    expect({ rank, width }).toEqual({ rank: 5, width: 6 });
    expect(fit("ols").notes.join()).toContain("rank 5");
  });

  it("leaves residuals that no column explains, whatever the columns are", () => {
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), values, (columns, target) => {
        const copies = [...columns, columns[0]!];
        const matrix = {
          rowCount: 12,
          columns: copies.map((one, index) => ({
            name: `c${index}`,
            source: "c",
            levels: null,
            values: Float64Array.from(one),
          })),
        };
        const { estimator } = trainLeastSquares(matrix, unweighted(Float64Array.from(target)));
        const margin = marginFunction(estimator)(matrix)[0]!;
        for (const { values: column } of matrix.columns) {
          const product = column.reduce((sum, value, row) => sum + value * (target[row]! - margin[row]!), 0);
          expect(Math.abs(product)).toBeLessThan(1e-6);
        }
        const [first, ...rest] = estimator.outputs[0]!.terms.flat();
        expect(rest.at(-1)).toBeCloseTo(first!, 8);
      }),
    );
  });

  it("is refused where the features have too many levels for one matrix, with the way on", () => {
    const columns = Array.from({ length: 30 }, (_, index) => ({
      name: `c${index}`,
      source: "c",
      levels: Array.from({ length: 200 }, (_level, level) => String(level)),
      values: sample.city,
    }));
    const training = { matrix: { rowCount: 24, columns }, ...weighted(sample.y) };
    for (const algorithm of ["ols", "lasso", "linear"] as const) {
      expect(() => fit(algorithm, { training })).toThrow(/6000 numbers and levels.*join their rare ones/);
    }
  });

  it("is refused for classes with the algorithm to take", () => {
    const training = { matrix: sampleMatrix, ...unweighted(sample.label) };
    expect(() => fit("ols", { problem: "binary", classCount: 2, training })).toThrow(/"linear"/);
    expect(() => fit("ols", { parameters: { penalty: 1 } })).toThrow(/no parameter "penalty"/);
  });
});

describe("lasso and elastic net", () => {
  it("equal scikit-learn's coefficients with row weights", () => {
    const lasso = fit("lasso", { parameters: { penalty: 0.1 } });
    const net = fit("elastic-net", { parameters: { penalty: 0.2, l1Ratio: 0.3 } });
    expectClose(parametersOf(lasso.estimator as LinearEstimator)[0]!, expected.lasso, 1e-9);
    expectClose(parametersOf(net.estimator as LinearEstimator)[0]!, expected.net, 1e-9);
    expect(lasso.notes).toEqual([]);
    expect(net.parameters).toEqual({ penalty: 0.2, l1Ratio: 0.3, maximalIterations: 10_000 });
  });

  it("take weights as repeated rows", () => {
    const weights = Float64Array.from(sample.y, (_, row) => row % 3);
    const rows = Array.from(weights.keys()).flatMap((row) => Array<number>(weights[row]!).fill(row));
    const repeated = {
      rowCount: rows.length,
      columns: sampleMatrix.columns.map((column) => ({
        ...column,
        values: Float64Array.from(rows, (row) => column.values[row]!),
      })),
    };
    const options = { penalty: 0.1, l1Ratio: 0.5, maximalIterations: 1000 };
    const once = trainElasticNet(sampleMatrix, { target: sample.y, weights }, options);
    const twice = trainElasticNet(
      repeated,
      unweighted(Float64Array.from(rows, (row) => sample.y[row]!)),
      options,
    );
    expectClose(parametersOf(once.estimator)[0]!, parametersOf(twice.estimator)[0]!, 1e-10);
    const classes = { ...options, classCount: 3, penalty: 1 };
    const labels = trainElasticLogistic(sampleMatrix, { target: sample.grade, weights }, classes);
    const repeatedLabels = trainElasticLogistic(
      repeated,
      unweighted(Float64Array.from(rows, (row) => sample.grade[row]!)),
      classes,
    );
    expectClose(parametersOf(labels.estimator).flat(), parametersOf(repeatedLabels.estimator).flat(), 1e-8);
  });

  it("say when they have not converged, and when the penalty leaves nothing", () => {
    const parameters = { penalty: 1e-6, maximalIterations: 1 };
    expect(fit("lasso", { parameters }).notes.join()).toContain("Not converged after 1 iterations");
    const empty = fit("lasso", { parameters: { penalty: 1e6 } });
    expect((empty.estimator as LinearEstimator).outputs[0]!.terms.flat().every((value) => value === 0)).toBe(
      true,
    );
    const limit = Number(/must be below ([\d.e+-]+)\.$/.exec(empty.notes.join())?.[1]);
    expect(fit("lasso", { parameters: { penalty: limit * 0.999 } }).notes).toEqual([]);
    expect(fit("lasso", { parameters: { penalty: limit * 1.001 } }).notes).toHaveLength(1);
  });

  it("are ridge regression without absolute values", () => {
    const net = fit("elastic-net", { parameters: { penalty: 0.5, l1Ratio: 0 } });
    const total = sample.weights.reduce((sum, weight) => sum + weight, 0);
    const ridge = fit("linear", { parameters: { penalty: 0.5 * total } });
    expect(net.estimator).toEqual(ridge.estimator);
  });

  it("refuse unknown, wrong and zero parameters by name, and stop when asked to", () => {
    expect(() => fit("lasso", { parameters: { l1Ratio: 1 } })).toThrow(/no parameter "l1Ratio"/);
    expect(() => fit("elastic-net", { parameters: { penalty: 0 } })).toThrow(/"penalty" is 0/);
    expect(() => fit("elastic-net", { parameters: { penalty: "much" } })).toThrow(/takes a number/);
    const signal = AbortSignal.abort();
    expect(() => fit("lasso", { control: createControl({ signal }) })).toThrow(/cancelled/);
  });

  it("meet the optimality conditions of any quadratic, dependent columns included", () => {
    const numbers = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(numbers, { minLength: 1, maxLength: 6 }),
        numbers,
        fc.double({ min: 0.01, max: 20, noNaN: true }),
        fc.constantFrom(0, 0.5),
        (columns, target, l1, l2) => {
          const all = [...columns, columns[0]!.map((value) => -value)];
          const dot = (left: readonly number[], right: readonly number[]) =>
            left.reduce((sum, value, row) => sum + value * right[row]!, 0);
          const quadratic = Float64Array.from(all.flatMap((left) => all.map((right) => dot(left, right))));
          const linear = Float64Array.from(all, (column) => dot(column, target));
          const { solution, hasConverged } = minimisePenalisedQuadratic(
            { quadratic, linear, l1, l2 },
            {
              start: new Float64Array(all.length),
              tolerance: 1e-13,
              maximalSweeps: 100_000,
              control: UNWATCHED,
            },
          );
          expect(hasConverged).toBe(true);
          for (const [index, value] of solution.entries()) {
            let gradient = l2 * value - linear[index]!;
            for (const [other, one] of solution.entries()) {
              gradient += quadratic[index * all.length + other]! * one;
            }
            const violation =
              value === 0 ? Math.abs(gradient) - l1 : Math.abs(gradient + l1 * Math.sign(value));
            expect(violation).toBeLessThan(1e-6);
          }
        },
      ),
    );
  });
});

describe("elastic-net logistic regression", () => {
  it("equals scikit-learn's saga optimum for two classes and for more, with row weights", () => {
    const options = { penalty: 0.8, l1Ratio: 0.6, maximalIterations: 100 };
    const binary = trainElasticLogistic(sampleMatrix, weighted(sample.label), { ...options, classCount: 2 });
    const multi = trainElasticLogistic(sampleMatrix, weighted(sample.grade), { ...options, classCount: 3 });
    expect([binary.hasConverged, multi.hasConverged]).toEqual([true, true]);
    expect([binary.estimator.link, multi.estimator.link]).toEqual(["logit", "softmax"]);
    for (const [index, output] of parametersOf(binary.estimator).entries()) {
      expectClose(output, expected.binary[index]!, 1e-6);
    }
    for (const [index, output] of parametersOf(multi.estimator).entries()) {
      expectClose(output, expected.multi[index]!, 1e-6);
    }
  });

  it("drops columns with absolute values alone, as scikit-learn does", () => {
    const training = { matrix: sampleMatrix, ...unweighted(sample.label) };
    const result = fit("lasso", { problem: "binary", classCount: 2, training, parameters: { penalty: 1.5 } });
    const [output] = parametersOf(result.estimator as LinearEstimator);
    expectClose(output!, expected.l1, 1e-6);
    expect(output!.filter((value) => value === 0)).toHaveLength(4);
  });

  it("is the L2 optimum without absolute values", () => {
    const net = trainElasticLogistic(sampleMatrix, weighted(sample.label), {
      penalty: 0.7,
      l1Ratio: 0,
      maximalIterations: 100,
      classCount: 2,
    });
    const newton = trainLogistic(sampleMatrix, weighted(sample.label), { penalty: 0.7 });
    expectClose(parametersOf(net.estimator)[0]!, parametersOf(newton.estimator)[0]!, 1e-9);
    expect(net.objective).toBeCloseTo(newton.objective, 10);
  });

  it("says when it has not converged, and refuses a class without rows", () => {
    const training = { matrix: sampleMatrix, ...unweighted(sample.label) };
    const stopped = fit("elastic-net", {
      problem: "binary",
      classCount: 2,
      training,
      parameters: { maximalIterations: 1 },
    });
    expect(stopped.notes.join()).toContain("Not converged after 1 iterations");
    expect(() => fit("elastic-net", { problem: "multiclass", classCount: 4, training })).toThrow(
      /Class number 2/,
    );
  });

  it("stays finite where the classes are told apart without a fault", () => {
    const target = sample.a.map((value) => (value > 0 ? 1 : 0));
    const result = trainElasticLogistic(sampleMatrix, unweighted(target), {
      penalty: 1e-6,
      l1Ratio: 0.5,
      maximalIterations: 200,
      classCount: 2,
    });
    const probability = applyLink("logit", marginFunction(result.estimator)(sampleMatrix))[0]!;
    expect(probability.every((value, row) => value > 0.5 === (target[row] === 1))).toBe(true);
  });
});

describe.skipIf(!hasReference)("the shared reference's binary sets", () => {
  it.each(["adult", "compas", "credit_default"])(
    "are met to 1e-6 in every coefficient and 1e-8 in the objective: %s",
    async (name) => {
      const { train, trainTarget } = await prepareReference(name, "linear");
      const { linear } = readReference<{
        models: {
          linear: {
            coef_exact: readonly number[];
            intercept_exact: number;
            objective_exact: number;
          };
        };
      }>(`models/${name}.json`).models;
      const result = trainLogistic(train, unweighted(trainTarget));
      const wanted = [linear.intercept_exact, ...linear.coef_exact];
      expectClose(parametersOf(result.estimator)[0]!, wanted, 1e-6);
      expect(Math.abs(result.objective / linear.objective_exact - 1)).toBeLessThan(1e-8);
    },
  );
});
