import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Control } from "../../control.ts";
import { createRandom } from "../../random.ts";
import { MlError } from "../../score/ml-error.ts";
import { applyLink, marginFunction } from "../../score/margins.ts";
import type { Matrix, MatrixColumn } from "../../score/preparation.ts";
import { boostingParameters, type BoostingParameters } from "./boosting-parameters.ts";
import { trainBoosting, type BoostingRequest } from "./train-boosting.ts";

function numeric(name: string, values: ArrayLike<number>): MatrixColumn {
  return { name, source: name, levels: null, values: Float64Array.from(values) };
}

function levels(name: string, codes: ArrayLike<number>, count: number): MatrixColumn {
  const labels = Array.from({ length: count }, (_, index) => `l${index}`);
  return { name, source: name, levels: labels, values: Float64Array.from(codes) };
}

function matrixOf(...columns: readonly MatrixColumn[]): Matrix {
  return { rowCount: columns[0]!.values.length, columns };
}

function train(
  matrix: Matrix,
  target: ArrayLike<number>,
  options: Partial<Omit<BoostingRequest, "parameters">> & { parameters?: Partial<BoostingParameters> } = {},
) {
  return trainBoosting({
    training: { matrix, target: Float64Array.from(target), weights: null },
    validation: null,
    loss: "squared",
    classCount: 2,
    seed: 0,
    ...options,
    parameters: boostingParameters({ minimalLeafRows: 1, ...options.parameters }),
  });
}

function predict(result: ReturnType<typeof train>, matrix: Matrix): number[] {
  const outputs = applyLink(result.ensemble.link, marginFunction(result.ensemble)(matrix));
  // Sums of values that are no binary fractions end a few units in the last place off.
  return Array.from(outputs[0]!, (value) => Math.round(value * 1e12) / 1e12 + 0);
}

const random = createRandom(5);
const x = Float64Array.from({ length: 500 }, () => random.uniform());
const noise = Float64Array.from({ length: 500 }, () => random.normal());

describe("gradient boosting", () => {
  it("learns a step to the last digit with one split", () => {
    const matrix = matrixOf(numeric("x", [1, 2, 3, 4]));
    const result = train(matrix, [0, 0, 10, 10], { parameters: { rounds: 1, learningRate: 1 } });
    expect(predict(result, matrix)).toEqual([0, 0, 10, 10]);
    expect(result.ensemble.trees[0]).toMatchObject({
      feature: [0, -1, -1],
      threshold: [2.5, 0, 0],
      cover: [4, 2, 2],
    });
  });

  it("learns to which side missing values belong, also when only they differ", () => {
    const side = matrixOf(numeric("x", [1, 2, NaN, NaN, 8, 9]));
    const result = train(side, [0, 0, 10, 10, 10, 10], { parameters: { rounds: 1, learningRate: 1 } });
    expect(predict(result, side)).toEqual([0, 0, 10, 10, 10, 10]);
    const apart = matrixOf(numeric("x", [1, 2, 3, NaN, NaN]));
    const only = train(apart, [1, 1, 1, 7, 7], { parameters: { rounds: 1, learningRate: 1 } });
    expect(predict(only, apart)).toEqual([1, 1, 1, 7, 7]);
    expect(only.ensemble.trees[0]!.missingLeft[0]).toBe(0);
    expect(predict(only, matrixOf(numeric("x", [1e300])))).toEqual([1]);
  });

  it("sends missing values the way of most rows where training had none", () => {
    const matrix = matrixOf(numeric("x", [1, 2, 3, 4, 9]));
    const result = train(matrix, [0, 0, 0, 0, 5], { parameters: { rounds: 1, learningRate: 1 } });
    expect(predict(result, matrixOf(numeric("x", [NaN])))).toEqual([0]);
  });

  it("splits categories by set, whatever their order, and infinities by size", () => {
    const codes = Array.from({ length: 240 }, (_, row) => row % 6);
    const target = codes.map((code) => (code === 1 || code === 4 ? 1 : 0));
    const matrix = matrixOf(levels("c", codes, 6));
    const result = train(matrix, target, { parameters: { rounds: 1, learningRate: 1 } });
    expect(predict(result, matrix)).toEqual(target);
    expect(result.ensemble.trees[0]!.feature.filter((feature) => feature >= 0)).toHaveLength(1);
    const endless = matrixOf(numeric("x", [-Infinity, -1, 1, Infinity]));
    const split = train(endless, [0, 1, 2, 3], { parameters: { rounds: 1, learningRate: 1 } });
    expect(predict(split, endless)).toEqual([0, 1, 2, 3]);
    expect(split.ensemble.trees[0]!.threshold.every((value) => Number.isFinite(value))).toBe(true);
  });

  it("treats missing among categories as a level of its own", () => {
    const codes = Array.from({ length: 200 }, (_, row) => (row % 5 === 4 ? NaN : row % 5));
    const target = codes.map((code) => (Number.isNaN(code) ? 1 : 0));
    const matrix = matrixOf(levels("c", codes, 4));
    expect(predict(train(matrix, target, { parameters: { rounds: 1, learningRate: 1 } }), matrix)).toEqual(
      target,
    );
  });

  it("predicts alike while training and afterwards: history and model agree", () => {
    const codes = Array.from(x, (value) => Math.floor(value * 9));
    const holes = x.map((value, row) => (row % 7 === 0 ? NaN : value));
    const matrix = matrixOf(numeric("x", holes), levels("c", codes, 9), numeric("n", noise));
    const target = x.map((value, row) => Math.sin(6 * value) + 0.1 * noise[row]!);
    const result = train(matrix, target, { parameters: { rounds: 40, minimalLeafRows: 10 } });
    const predicted = predict(result, matrix);
    const loss =
      target.reduce((sum, value, row) => sum + (value - predicted[row]!) ** 2 / 2, 0) / target.length;
    expect(result.history.at(-1)!.trainingLoss).toBeCloseTo(loss, 12);
    const losses = result.history.map((entry) => entry.trainingLoss);
    expect(losses.every((value, index) => index === 0 || value <= losses[index - 1]! + 1e-12)).toBe(true);
  });

  it("gives the same ensemble for the same seed and another one for another seed", () => {
    const matrix = matrixOf(numeric("x", x), numeric("n", noise));
    const target = x.map((value, row) => value + noise[row]!);
    const fit = (seed: number) =>
      JSON.stringify(
        train(matrix, target, { seed, parameters: { rounds: 5, rowFraction: 0.6, featureFraction: 0.5 } })
          .ensemble,
      );
    expect(fit(0)).toBe(fit(0));
    expect(fit(0)).not.toBe(fit(1));
  });

  it("takes whole weights as repeated rows", () => {
    const weights = Float64Array.from(x, (_, row) => 1 + (row % 3));
    const repeated = Array.from(x, (_, row) => row).flatMap((row) =>
      Array.from({ length: weights[row]! }, () => row),
    );
    const target = x.map((value) => (value > 0.4 ? 1 : 0));
    const parameters = { rounds: 10, minimalLeafRows: 1, minimalLeafHessian: 5, maximalLeaves: 6 };
    const matrix = matrixOf(
      numeric(
        "x",
        x.map((value) => Math.floor(value * 20)),
      ),
    );
    const doubled = matrixOf(
      numeric(
        "x",
        repeated.map((row) => matrix.columns[0]!.values[row]!),
      ),
    );
    const weighted = train(matrix, [], {
      loss: "logistic",
      training: { matrix, target, weights },
      parameters,
    });
    const plain = train(
      doubled,
      repeated.map((row) => target[row]!),
      { loss: "logistic", parameters },
    );
    const [left, right] = [predict(weighted, matrix), predict(plain, matrix)];
    for (const [row, value] of left.entries()) expect(value).toBeCloseTo(right[row]!, 10);
  });

  it("stops early at the best round of the validation loss", () => {
    const matrix = matrixOf(numeric("x", x), numeric("n", noise));
    const target = noise.toReversed();
    const validation = { matrix, target: noise, weights: null };
    const { bestRound, history, ensemble } = train(matrix, target, {
      validation,
      parameters: { rounds: 200, patience: 5 },
    });
    const losses = history.map((entry) => entry.validationLoss!);
    expect(history).toHaveLength(bestRound + 5);
    expect(Math.min(...losses)).toBe(losses[bestRound - 1]);
    expect(ensemble.trees).toHaveLength(bestRound);
  });

  it("keeps the stated limits of leaves, depth and rows per leaf", () => {
    fc.assert(
      fc.property(
        fc.record({
          maximalLeaves: fc.integer({ min: 2, max: 40 }),
          maximalDepth: fc.integer({ min: 1, max: 8 }),
          minimalLeafRows: fc.integer({ min: 1, max: 60 }),
        }),
        (limits) => {
          const matrix = matrixOf(numeric("x", x), numeric("n", noise));
          const { ensemble } = train(matrix, noise, { parameters: { rounds: 2, ...limits } });
          for (const tree of ensemble.trees) {
            const depths = [0];
            for (const [node, feature] of tree.feature.entries()) {
              if (feature < 0) {
                expect(tree.cover[node]).toBeGreaterThanOrEqual(limits.minimalLeafRows);
                continue;
              }
              depths[tree.left[node]!] = depths[node]! + 1;
              depths[tree.right[node]!] = depths[node]! + 1;
              expect(tree.cover[tree.left[node]!]! + tree.cover[tree.right[node]!]!).toBeCloseTo(
                tree.cover[node]!,
                9,
              );
            }
            expect(Math.max(...depths)).toBeLessThanOrEqual(limits.maximalDepth);
            expect(tree.feature.filter((feature) => feature < 0).length).toBeLessThanOrEqual(
              limits.maximalLeaves,
            );
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it("gives a constant for features that say nothing, and for a single row", () => {
    const flat = train(matrixOf(numeric("x", [1, 1, 1])), [1, 2, 3]);
    expect(predict(flat, matrixOf(numeric("x", [5])))).toEqual([2]);
    const alone = train(matrixOf(numeric("x", [1])), [4]);
    expect(predict(alone, matrixOf(numeric("x", [NaN])))).toEqual([4]);
  });

  it("stops when its control says so, and reports every round", () => {
    const matrix = matrixOf(numeric("x", x));
    const done: number[] = [];
    const control: Control = {
      throwIfCancelled: () => {
        if (done.length >= 3) throw new MlError("cancelled", "stop");
      },
      report: (progress) => done.push(progress.done),
    };
    expect(() => train(matrix, noise, { control })).toThrow(/stop/);
    expect(done).toEqual([1, 2, 3]);
  });

  it("refuses unknown or impossible parameters by name", () => {
    expect(() => boostingParameters({ rounds: 0 })).toThrow(/"rounds" is 0; it must be an integer from 1/);
    expect(() => boostingParameters({ maximalBins: 256 })).toThrow(/"maximalBins"/);
    expect(() => boostingParameters(JSON.parse('{"leaves": 3}') as Partial<BoostingParameters>)).toThrow(
      /no parameter "leaves"/,
    );
    expect(() => train(matrixOf(levels("c", [0, 1], 300)), [0, 1])).toThrow(/300 categories/);
  });
});
