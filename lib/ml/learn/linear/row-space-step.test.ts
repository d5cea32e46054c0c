import { describe, expect, it } from "vitest";
import { UNWATCHED } from "../../control.ts";
import { createRandom } from "../../random.ts";
import type { Matrix } from "../../score/preparation.ts";
import { createDesign, weightedGram } from "./linear-design.ts";
import { rowProducts, rowSpaceStep } from "./row-space-step.ts";
import { solveSymmetric } from "./solve-symmetric.ts";
import { trainLogistic } from "./train-logistic.ts";

/** A few rows of many numbers and one category with a gap. */
function wideMatrix(rowCount: number, width: number): Matrix {
  const random = createRandom(width);
  const numbers = Array.from({ length: width }, (_, index) => ({
    name: `c${index}`,
    source: `c${index}`,
    levels: null,
    values: Float64Array.from({ length: rowCount }, () => random.normal()),
  }));
  const codes = Float64Array.from({ length: rowCount }, (_, row) => (row === 3 ? Number.NaN : row % 3));
  return {
    rowCount,
    columns: [...numbers, { name: "kind", source: "kind", levels: ["a", "b", "c"], values: codes }],
  };
}

describe("a step among the rows", () => {
  it("is the step among the columns", () => {
    const design = createDesign(wideMatrix(12, 30));
    const random = createRandom(5);
    const curvatures = Float64Array.from({ length: 12 }, () => random.uniform() / 4);
    curvatures[2] = 0;
    const right = Float64Array.from({ length: design.width + 1 }, () => random.normal());
    const products = rowProducts(design, UNWATCHED);
    const step = rowSpaceStep({ design, products, curvatures, penalty: 0.3 }, right, UNWATCHED);
    const hessian = weightedGram(design, curvatures);
    for (let index = 1; index < right.length; index++) hessian[index * right.length + index]! += 0.3;
    const wanted = solveSymmetric(hessian, right);
    for (const [index, value] of wanted.entries()) expect(step[index]).toBeCloseTo(value, 10);
  });
});

describe("logistic regression of few rows over thousands of columns", () => {
  const matrix = wideMatrix(40, 3000);
  const target = Float64Array.from({ length: 40 }, (_, row) =>
    matrix.columns[0]!.values[row]! + matrix.columns[1]!.values[row]! > 0 ? 1 : 0,
  );
  const weights = Float64Array.from({ length: 40 }, (_, row) => 1 + (row % 2));

  it("meets the optimum: no direction lowers the penalised loss", () => {
    const penalty = 0.5;
    const { estimator, hasConverged } = trainLogistic(matrix, { target, weights }, { penalty });
    expect(hasConverged).toBe(true);
    const { intercept, terms } = estimator.outputs[0]!;
    const residuals = Float64Array.from(target, (label, row) => {
      const margin = matrix.columns.reduce((sum, { levels, values }, column) => {
        const value = values[row]!;
        if (levels === null) return sum + terms[column]![0]! * value;
        return sum + (Number.isNaN(value) ? 0 : terms[column]![value]!);
      }, intercept);
      return weights[row]! * (1 / (1 + Math.exp(-margin)) - label);
    });
    expect(Math.abs(residuals.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-9);
    for (const [column, { values }] of matrix.columns.slice(0, -1).entries()) {
      const slope = residuals.reduce((sum, value, row) => sum + value * values[row]!, 0);
      expect(Math.abs(slope + penalty * terms[column]![0]!)).toBeLessThan(1e-9);
    }
  });
});
