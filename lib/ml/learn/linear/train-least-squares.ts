import { UNWATCHED, type Control } from "../../control.ts";
import type { LinearEstimator } from "../../score/estimator.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Matrix } from "../../score/preparation.ts";
import type { TargetRows } from "../boosting/boosting-loss.ts";
import { centredMoments, interceptOf } from "./centred-moments.ts";
import {
  createDesign,
  designMargins,
  designMeans,
  designTransposed,
  linearOutput,
  type LinearDesign,
} from "./linear-design.ts";
import { minimumNormSolver } from "./minimum-norm.ts";

export interface LeastSquaresFit {
  readonly estimator: LinearEstimator;
  /** Number of independent columns of the centred design. */
  readonly rank: number;
  /** Number of design columns, one per number and per level of a category. */
  readonly width: number;
}

/** Corrections by the residuals of the rows themselves; each one takes the error of the normal equations back. */
const REFINEMENTS = 3;

/**
 * Ordinary least squares with a free intercept. Dependent columns, such as all levels of a category, are no error: of
 * all coefficients with the least error those of least norm about the centred columns are given, which is what
 * scikit-learn's LinearRegression gives. Normal equations, refined on the rows (Björck 1996, section 6.6.5).
 * @throws MlError bad-data without rows or for missing values in the matrix; cancelled.
 */
export function trainLeastSquares(
  matrix: Matrix,
  rows: TargetRows,
  control: Control = UNWATCHED,
): LeastSquaresFit {
  if (matrix.rowCount === 0) throw new MlError("bad-data", "There are no rows to train on.");
  const design = createDesign(matrix);
  const moments = centredMoments(design, rows);
  control.throwIfCancelled();
  const solver = minimumNormSolver(moments.gram, design.width, control);
  let coefficients = solver.solve(moments.products);
  for (let round = 0; round < REFINEMENTS; round++) {
    control.throwIfCancelled();
    const intercept = interceptOf(moments, coefficients);
    const correction = solver.solve(
      centredResidualProducts({ design, rows, coefficients, intercept }, moments.means),
    );
    coefficients = coefficients.map((value, index) => value + correction[index]!);
  }
  control.report({ stage: "train", done: 1, total: 1, rows: matrix.rowCount });
  return {
    estimator: {
      kind: "linear",
      link: "identity",
      outputs: [linearOutput(design, interceptOf(moments, coefficients), coefficients)],
      means: designMeans(design, rows.weights),
    },
    rank: solver.rank,
    width: design.width,
  };
}

interface Residuals {
  readonly design: LinearDesign;
  readonly rows: TargetRows;
  readonly coefficients: Float64Array;
  readonly intercept: number;
}

/** (X - means)' W (y - Xw - b) */
function centredResidualProducts(
  { design, rows, coefficients, intercept }: Residuals,
  means: Float64Array,
): Float64Array {
  const margins = designMargins(design, coefficients, intercept);
  let sum = 0;
  const residuals = margins.map((margin, row) => {
    const residual = (rows.target[row]! - margin) * (rows.weights === null ? 1 : rows.weights[row]!);
    sum += residual;
    return residual;
  });
  return designTransposed(design, residuals).map((product, column) => product - means[column]! * sum);
}
