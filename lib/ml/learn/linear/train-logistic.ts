import { UNWATCHED, type Control } from "../../control.ts";
import type { LinearEstimator } from "../../score/estimator.ts";
import { MlError } from "../../score/ml-error.ts";
import { sigmoid } from "../../score/margins.ts";
import type { Matrix } from "../../score/preparation.ts";
import { softplus, type TargetRows } from "../boosting/boosting-loss.ts";
import {
  createDesign,
  designMargins,
  designMeans,
  designTransposed,
  linearOutput,
  weightedGram,
  type LinearDesign,
} from "./linear-design.ts";
import { rowProducts, rowSpaceStep } from "./row-space-step.ts";
import { solveSymmetric } from "./solve-symmetric.ts";

export interface LogisticParameters {
  /** Factor of |coefficients|^2 / 2 in the objective; scikit-learn's 1 / C. The intercept is not penalised. */
  readonly penalty: number;
  readonly maximalIterations: number;
}

export const LOGISTIC_DEFAULTS: LogisticParameters = { penalty: 1, maximalIterations: 100 };

export interface LinearFit {
  readonly estimator: LinearEstimator;
  /** Sum of log losses in nats plus the penalty term, at the solution. */
  readonly objective: number;
  readonly iterations: number;
  /** Whether the last step was too small to matter; false when the iterations ran out. */
  readonly hasConverged: boolean;
}

/** Steps smaller than this in every coefficient end the search. */
const STEP_TOLERANCE = 1e-10;

/**
 * Logistic regression with an L2 penalty by Newton's method (iteratively reweighted least squares; McCullagh and Nelder
 * 1989, section 2.5), halving steps that do not lower the objective. The optimum is unique for a positive penalty. With
 * twice as many columns as rows or more, steps are solved among the rows.
 * `target` holds 0 and 1.
 * @throws MlError bad-data without rows or with one class only; cancelled.
 */
export function trainLogistic(
  matrix: Matrix,
  rows: TargetRows,
  options: Partial<LogisticParameters> & { readonly control?: Control } = {},
): LinearFit {
  const { penalty, maximalIterations } = { ...LOGISTIC_DEFAULTS, ...options };
  const control = options.control ?? UNWATCHED;
  checkTwoClasses(rows);
  const design = createDesign(matrix);
  const products =
    penalty > 0 && design.width >= 2 * design.rowCount ? rowProducts(design, control) : undefined;
  let point = evaluate(design, rows, { penalty, parameters: new Float64Array(design.width + 1) });
  let iterations = 0;
  let hasConverged = false;
  while (iterations < maximalIterations && !hasConverged) {
    control.throwIfCancelled();
    iterations++;
    const step = newtonStep(design, rows, { penalty, point, control, products });
    const largest = step.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    let length = 1;
    let next = moved(design, rows, { penalty, point, step, length });
    // Rounding makes tiny rises near the optimum; they are no reason to halve.
    while (next.objective > point.objective * (1 + 1e-13) && length > 1e-8) {
      length /= 2;
      next = moved(design, rows, { penalty, point, step, length });
    }
    point = next;
    hasConverged = largest * length < STEP_TOLERANCE;
    control.report({
      stage: "train",
      done: iterations,
      total: maximalIterations,
      rows: iterations * matrix.rowCount,
      metric: { name: "objective", value: point.objective },
    });
  }
  const output = linearOutput(design, point.parameters[0]!, point.parameters.subarray(1));
  const means = designMeans(design, rows.weights);
  return {
    estimator: { kind: "linear", link: "logit", outputs: [output], means },
    objective: point.objective,
    iterations,
    hasConverged,
  };
}

function checkTwoClasses({ target }: TargetRows): void {
  const positives = target.reduce((sum, value) => sum + value, 0);
  if (target.length === 0 || positives === 0 || positives === target.length) {
    throw new MlError(
      "bad-data",
      "Logistic regression needs rows of both classes; check the target or the split.",
    );
  }
}

/** A point of the search: parameters[0] is the intercept. */
interface Point {
  readonly parameters: Float64Array;
  readonly margins: Float64Array;
  readonly objective: number;
}

interface PointRequest {
  readonly penalty: number;
  readonly parameters: Float64Array;
}

function evaluate(design: LinearDesign, rows: TargetRows, { penalty, parameters }: PointRequest): Point {
  const coefficients = parameters.subarray(1);
  const margins = designMargins(design, coefficients, parameters[0]!);
  let objective = 0;
  for (let row = 0; row < margins.length; row++) {
    const loss = softplus(rows.target[row] === 1 ? -margins[row]! : margins[row]!);
    objective += rows.weights === null ? loss : loss * rows.weights[row]!;
  }
  for (const coefficient of coefficients) objective += (penalty / 2) * coefficient * coefficient;
  return { parameters, margins, objective };
}

interface StepRequest {
  readonly penalty: number;
  readonly point: Point;
}

interface NewtonRequest extends StepRequest {
  readonly control: Control;
  /** Where steps are solved among the rows. */
  readonly products: Float64Array | undefined;
}

function newtonStep(
  design: LinearDesign,
  rows: TargetRows,
  { penalty, point, control, products }: NewtonRequest,
): Float64Array {
  const { margins, parameters } = point;
  const residuals = new Float64Array(design.rowCount);
  const curvatures = new Float64Array(design.rowCount);
  let interceptGradient = 0;
  for (let row = 0; row < design.rowCount; row++) {
    const probability = sigmoid(margins[row]!);
    const weight = rows.weights === null ? 1 : rows.weights[row]!;
    residuals[row] = (rows.target[row]! - probability) * weight;
    curvatures[row] = probability * (1 - probability) * weight;
    interceptGradient += residuals[row]!;
  }
  const size = design.width + 1;
  const descent = new Float64Array(size);
  descent[0] = interceptGradient;
  descent.set(designTransposed(design, residuals), 1);
  for (let index = 1; index < size; index++) descent[index]! -= penalty * parameters[index]!;
  if (products !== undefined) {
    return rowSpaceStep({ design, products, curvatures, penalty }, descent, control);
  }
  const hessian = weightedGram(design, curvatures);
  for (let index = 1; index < size; index++) hessian[index * size + index]! += penalty;
  return solveSymmetric(hessian, descent, control);
}

function moved(
  design: LinearDesign,
  rows: TargetRows,
  move: StepRequest & { readonly step: Float64Array; readonly length: number },
): Point {
  const parameters = move.point.parameters.map((value, index) => value + move.length * move.step[index]!);
  return evaluate(design, rows, { penalty: move.penalty, parameters });
}
