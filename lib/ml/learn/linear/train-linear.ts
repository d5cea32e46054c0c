import type { ConstantEstimator, LinearEstimator } from "../../score/estimator.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Matrix } from "../../score/preparation.ts";
import { lossFunction, type BoostingLoss, type TargetRows } from "../boosting/boosting-loss.ts";
import { createDesign, designMeans, designTransposed, linearOutput, weightedGram } from "./linear-design.ts";
import { solveSymmetric } from "./solve-symmetric.ts";

/**
 * Ridge regression: minimises sum of weighted squared errors + penalty * |coefficients|^2, intercept free
 * (Hoerl and Kennard 1970), by the normal equations of the centred columns. With penalty 0 it is ordinary least
 * squares, and a column that depends on earlier ones gets 0.
 * @throws MlError bad-data without rows or for missing values in the matrix.
 */
export function trainRidge(matrix: Matrix, rows: TargetRows, penalty: number): LinearEstimator {
  if (matrix.rowCount === 0) throw new MlError("bad-data", "There are no rows to train on.");
  const design = createDesign(matrix);
  const weights = rows.weights ?? new Float64Array(matrix.rowCount).fill(1);
  const gram = weightedGram(design, weights);
  const size = design.width + 1;
  const total = gram[0]!;
  const weightedTarget = rows.target.map((value, row) => value * weights[row]!);
  const targetMean = weightedTarget.reduce((sum, value) => sum + value, 0) / total;
  const means = Float64Array.from({ length: design.width }, (_, column) => gram[column + 1]! / total);
  const products = designTransposed(design, weightedTarget);
  const centred = new Float64Array(design.width * design.width);
  for (let row = 0; row < design.width; row++) {
    for (let column = 0; column < design.width; column++) {
      const product = gram[(row + 1) * size + column + 1]!;
      centred[row * design.width + column] = product - total * means[row]! * means[column]!;
    }
    centred[row * design.width + row]! += penalty;
    products[row]! -= total * means[row]! * targetMean;
  }
  const coefficients = solveSymmetric(centred, products);
  let intercept = targetMean;
  for (let column = 0; column < design.width; column++) intercept -= coefficients[column]! * means[column]!;
  return {
    kind: "linear",
    link: "identity",
    outputs: [linearOutput(design, intercept, coefficients)],
    means: designMeans(design, rows.weights),
  };
}

/** The baseline: class shares or the mean of the target, whatever the row. */
export function trainConstant(rows: TargetRows, loss: BoostingLoss, classCount: number): ConstantEstimator {
  if (rows.target.length === 0) throw new MlError("bad-data", "There are no rows to train on.");
  const definition = lossFunction(loss, classCount);
  return { kind: "constant", link: definition.link, margins: definition.base(rows) };
}
