import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UNWATCHED } from "../../control.ts";
import { frameFromRows } from "../../frame/frame-rows.ts";
import { encodeModel } from "../../model/encode-model.ts";
import { decodeModel } from "../../score/decode-model.ts";
import type { Estimator } from "../../score/estimator.ts";
import { marginFunction } from "../../score/margins.ts";
import { NeighbourTree } from "../../score/neighbour-tree.ts";
import type { Matrix } from "../../score/preparation.ts";
import { createScorer } from "../../score/scorer.ts";
import { fitEstimator, type FitRequest } from "../fit-estimator.ts";
import { sample, sampleMatrix } from "../linear/sample-rows.testing.ts";
import { trainModel } from "../train-model.ts";

function fit(more: Partial<FitRequest> = {}) {
  return fitEstimator({
    algorithm: "nearest-neighbours",
    problem: "regression",
    classCount: 1,
    training: { matrix: sampleMatrix, target: sample.y, weights: null },
    validation: null,
    parameters: { neighbours: 4 },
    seed: 0,
    control: UNWATCHED,
    ...more,
  });
}

/** [0.1, 0.2, -0.3, x], [-0.9, -0.4, 0.6, z], [1.5, 1.1, 0.2, missing] */
const asked: Matrix = {
  rowCount: 3,
  columns: sampleMatrix.columns.map((column, index) => ({
    ...column,
    values: [
      Float64Array.of(0.1, -0.9, 1.5),
      Float64Array.of(0.2, -0.4, 1.1),
      Float64Array.of(-0.3, 0.6, 0.2),
      Float64Array.of(0, 2, NaN),
    ][index]!,
  })),
};

const predict = (estimator: Estimator, matrix: Matrix) => marginFunction(estimator)(matrix);

function expectClose(actual: ArrayLike<number>, wanted: readonly number[]): void {
  expect(actual).toHaveLength(wanted.length);
  for (const [index, value] of wanted.entries()) expect(actual[index]).toBeCloseTo(value, 10);
}

describe("nearest neighbours", () => {
  const grades = {
    problem: "multiclass",
    classCount: 3,
    training: { matrix: sampleMatrix, target: sample.grade, weights: null },
  } as const;
  const distance = { neighbours: 4, weighting: "distance" };

  // Numbers of scikit-learn 1.9's KNeighborsRegressor(4) and KNeighborsClassifier(4) over the one-hot columns.
  it("equal scikit-learn's means and shares, alike or by distance, with an unknown level", () => {
    expectClose(predict(fit().estimator, asked)[0]!, [-0.185, -1.2175, 2.29]);
    expectClose(
      predict(fit({ parameters: distance }).estimator, asked)[0]!,
      [-0.10573780841084082, -1.2177234671945558, 2.289413856602472],
    );
    const [low, middle, high] = predict(fit(grades).estimator, asked);
    expectClose(low!, [0.5, 0.5, 0]);
    expectClose(middle!, [0.5, 0.5, 0.25]);
    expectClose(high!, [0, 0, 0.75]);
    const weighted = predict(fit({ ...grades, parameters: distance }).estimator, asked);
    expectClose(weighted[0]!, [0.6679995453435885, 0.5025491938462618, 0]);
    expectClose(weighted[2]!, [0, 0, 0.7808192105527553]);
  });

  it("by distance give a training row its own target", () => {
    const own = predict(fit({ parameters: distance }).estimator, sampleMatrix);
    expectClose(own[0]!, [...sample.y]);
  });

  it("count a row's weight as its votes, and leave rows of weight 0 out", () => {
    const weights = sample.y.map((_, row) => (row < 12 ? 0 : 1 + (row % 2)));
    const training = { matrix: sampleMatrix, target: sample.y, weights };
    const all = predict(fit({ training, parameters: { neighbours: 12 } }).estimator, asked)[0]!;
    let [sum, total] = [0, 0];
    for (const [row, weight] of weights.entries()) {
      sum += weight * sample.y[row]!;
      total += weight;
    }
    expectClose(all, [sum / total, sum / total, sum / total]);
    expect(() => fit({ training, parameters: { neighbours: 13 } })).toThrow(/only 12 training rows/);
  });

  it("refuse unknown weightings, numbers that are missing, and more rows than a model may carry", () => {
    expect(() => fit({ parameters: { weighting: "squared" } })).toThrow(/one of uniform, distance/);
    expect(() => fit({ parameters: { neighbours: 2.5 } })).toThrow(/"neighbours" is 2.5/);
    const holed = {
      ...sampleMatrix,
      columns: [{ ...sampleMatrix.columns[0]!, values: sample.a.map(() => NaN) }],
    };
    expect(() => fit({ training: { matrix: holed, target: sample.y, weights: null } })).toThrow(
      /missing or infinite/,
    );
    const values = new Float64Array(3_000_000);
    const long = { rowCount: values.length, columns: [{ name: "a", source: "a", levels: null, values }] };
    expect(() => fit({ training: { matrix: long, target: values, weights: null } })).toThrow(
      /sample of at most 2796202 rows/,
    );
  });

  it("stay finite for a value beyond all measure", () => {
    const far = {
      ...asked,
      columns: asked.columns.map((column) => ({ ...column, values: column.values.map(() => Infinity) })),
    };
    const [values] = predict(fit({ parameters: distance }).estimator, {
      ...far,
      columns: [...far.columns.slice(0, 3), asked.columns[3]!],
    });
    expect(values!.every(Number.isFinite)).toBe(true);
  });
});

describe("the tree of neighbours", () => {
  const row = fc.tuple(
    fc.integer({ min: -3, max: 3 }),
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.integer({ min: -1, max: 4 }),
    fc.integer({ min: -1, max: 40 }),
  );

  it("finds exactly the rows that comparing with every row finds, the earlier one on ties", () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 300 }),
        fc.array(row, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 12 }),
        (rows, points, count) => {
          const columns = [0, 1, 2, 3].map((column) => Float64Array.from(rows, (one) => one[column]!));
          const tree = new NeighbourTree({
            rowCount: rows.length,
            columns,
            numericCount: 2,
            levelCounts: [5, 41],
          });
          for (const point of points) {
            const squares = rows.map((one) => {
              let sum = (point[0] - one[0]) ** 2;
              sum += (point[1] - one[1]) ** 2;
              for (const column of [2, 3] as const) {
                if (point[column] !== one[column]) sum += point[column] < 0 || one[column] < 0 ? 1 : 2;
              }
              return sum;
            });
            const wanted = [...rows.keys()]
              .toSorted((left, right) => squares[left]! - squares[right]! || left - right)
              .slice(0, count);
            const found = tree.nearest(Float64Array.from(point), count);
            expect([...found.rows]).toEqual(wanted);
            expect([...found.squares]).toEqual(wanted.map((one) => squares[one]));
          }
        },
      ),
    );
  });

  it("ends on rows that are all the same", () => {
    const columns = [new Float64Array(500).fill(2), new Float64Array(500).fill(1)];
    const tree = new NeighbourTree({ rowCount: 500, columns, numericCount: 1, levelCounts: [3] });
    expect([...tree.nearest(Float64Array.of(2, 1), 3).rows]).toEqual([0, 1, 2]);
  });
});

describe("a model of nearest neighbours", () => {
  const frame = frameFromRows(
    Array.from(sample.a.keys(), (index) => ({
      a: sample.a[index],
      city: index % 7 === 0 ? null : ["x", "y", "z"][sample.city[index]!],
      outcome: sample.label[index] === 1 ? "yes" : "no",
    })),
  );
  const { model } = trainModel({
    training: frame,
    target: "outcome",
    algorithm: "nearest-neighbours",
    features: ["a", "city"],
    parameters: { neighbours: 3, weighting: "distance" },
    classWeights: "balanced",
    seed: 0,
  });

  it("keeps its rows to the last bit, in bytes that are always the same", () => {
    const bytes = encodeModel(model);
    const back = decodeModel(bytes);
    expect(encodeModel(back)).toEqual(bytes);
    const score = (one: typeof model) => createScorer(one).scoreColumns(frame.columns, frame.rowCount);
    expect(score(back)).toEqual(score(model));
    expect(model.training.notes.join()).toContain("carries its 24 training rows");
  });

  it.each([
    ["rows cut off", (text: string) => text.replace(/"targets":"[^"]{8}/, '"targets":"'), ".targets"],
    ["a level that is none", (text: string) => text.replace('"levels":4', '"levels":9'), ".levels"],
    [
      "more neighbours than rows",
      (text: string) => text.replace('"neighbours":3', '"neighbours":25'),
      ".neighbours",
    ],
    [
      "a number that is none",
      (text: string) => text.replace(/("levels":null,"values":")[^"]+/, "$1AAA="),
      ".values",
    ],
  ])("is refused with the place of the fault: %s", (_, damage, place) => {
    const text = new TextDecoder().decode(encodeModel(model));
    expect(damage(text)).not.toBe(text);
    expect(() => decodeModel(damage(text))).toThrow(place);
  });
});
