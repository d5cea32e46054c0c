import type { LinearEstimator } from "../score/estimator.ts";
import type { Matrix } from "../score/preparation.ts";
import type { Contributions } from "./tree-shap.ts";

/**
 * Exact SHAP values of a linear margin for independent features: coefficient x (value - training mean), summed over the
 * levels of a categorical column (Lundberg and Lee 2017, corollary 1). A missing value adds nothing to the margin, so its
 * part is the distance of 0 from the mean.
 */
export function linearShap(estimator: LinearEstimator, matrix: Matrix): Contributions {
  const width = matrix.columns.length;
  const expected: number[] = [];
  const values = estimator.outputs.map((output) => {
    const contributions = new Float64Array(matrix.rowCount * width);
    let base = output.intercept;
    for (const [index, column] of matrix.columns.entries()) {
      const coefficients = output.terms[index]!;
      const means = estimator.means[index]!;
      const average = coefficients.reduce((sum, coefficient, level) => sum + coefficient * means[level]!, 0);
      base += average;
      for (let row = 0; row < matrix.rowCount; row++) {
        const value = column.values[row]!;
        const coefficient = coefficients[column.levels === null ? 0 : value] ?? 0;
        const part = Number.isNaN(value) ? 0 : column.levels === null ? coefficient * value : coefficient;
        contributions[row * width + index] = part - average;
      }
    }
    expected.push(base);
    return contributions;
  });
  return { expected, values };
}
