import type { ConstantEstimator, LinearEstimator } from "../../score/estimator.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Matrix } from "../../score/preparation.ts";
import { lossFunction, type BoostingLoss, type TargetRows } from "../boosting/boosting-loss.ts";
import { centredMoments, interceptOf } from "./centred-moments.ts";
import { createDesign, designMeans, linearOutput } from "./linear-design.ts";
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
  const moments = centredMoments(design, rows);
  for (let column = 0; column < design.width; column++) {
    moments.gram[column * design.width + column]! += penalty;
  }
  const coefficients = solveSymmetric(moments.gram, moments.products);
  return {
    kind: "linear",
    link: "identity",
    outputs: [linearOutput(design, interceptOf(moments, coefficients), coefficients)],
    means: designMeans(design, rows.weights),
  };
}

/** The baseline: class shares or the mean of the target, whatever the row. */
export function trainConstant(rows: TargetRows, loss: BoostingLoss, classCount: number): ConstantEstimator {
  if (rows.target.length === 0) throw new MlError("bad-data", "There are no rows to train on.");
  const definition = lossFunction({ loss, classCount, quantile: 0.5 });
  return { kind: "constant", link: definition.link, margins: definition.base(rows) };
}
