import { UNWATCHED, type Control } from "../../control.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Matrix } from "../../score/preparation.ts";
import type { TargetRows } from "../boosting/boosting-loss.ts";
import { createDesign, designMeans, linearOutput } from "./linear-design.ts";
import { LogisticLoss, type LogisticHessian, type LogisticPoint } from "./logistic-loss.ts";
import { minimisePenalisedQuadratic } from "./penalised-quadratic.ts";
import { solveSymmetric } from "./solve-symmetric.ts";
import type { LinearFit } from "./train-logistic.ts";

export interface ElasticLogisticParameters {
  /** Factor of the whole penalty; scikit-learn's 1 / C. Above 0. */
  readonly penalty: number;
  /** Share of the absolute values in the penalty, from 0 (squares alone) to 1 (absolute values alone). */
  readonly l1Ratio: number;
  readonly maximalIterations: number;
}

export const ELASTIC_LOGISTIC_DEFAULTS: ElasticLogisticParameters = {
  penalty: 1,
  l1Ratio: 0.5,
  maximalIterations: 100,
};

/** Moves smaller than this part of the largest parameter (at least 1) end the search. */
const STEP_TOLERANCE = 1e-10;
const INNER_TOLERANCE = 1e-12;
const MAXIMAL_SWEEPS = 5000;
/** More parameters than this would need a matrix over 128 MB. */
const MAXIMAL_PARAMETERS = 4000;

/**
 * Logistic regression with an elastic-net penalty: minimises the sum of weighted log losses +
 * penalty (l1Ratio |w|_1 + (1 - l1Ratio) / 2 |w|^2), intercepts free, which is scikit-learn's saga objective with
 * C = 1 / penalty. Proximal Newton steps (Lee, Sun and Saunders 2014), each solved by coordinate descent after the
 * intercepts are eliminated, with a backtracking line search. Two classes have one output, more have a softmax margin
 * each, whose intercepts sum to 0.
 * @throws MlError bad-data without rows or when a class has none; bad-argument for more than 4000 parameters; cancelled.
 */
export function trainElasticLogistic(
  matrix: Matrix,
  rows: TargetRows,
  options: ElasticLogisticParameters & { readonly classCount: number; readonly control?: Control },
): LinearFit {
  const { penalty, l1Ratio, maximalIterations, classCount, control = UNWATCHED } = options;
  checkClasses(rows, classCount);
  const design = createDesign(matrix);
  const outputs = classCount === 2 ? 1 : classCount;
  if (outputs * design.width > MAXIMAL_PARAMETERS) {
    throw new MlError(
      "bad-argument",
      `An elastic net over ${outputs * design.width} coefficients takes too much memory (at most ${MAXIMAL_PARAMETERS}). ` +
        'Leave out categories with many levels, or use the algorithm "linear".',
    );
  }
  const loss = new LogisticLoss(design, rows, outputs);
  const l1 = penalty * l1Ratio;
  const l2 = penalty * (1 - l1Ratio);
  const objectiveOf = (point: LogisticPoint) => {
    const { loss: total, probabilities } = loss.evaluate(point);
    let sum = total;
    for (const value of point.coefficients) sum += l1 * Math.abs(value) + (l2 / 2) * value * value;
    return { objective: sum, probabilities };
  };
  let point: LogisticPoint = {
    intercepts: new Float64Array(outputs),
    coefficients: new Float64Array(outputs * design.width),
  };
  let state = objectiveOf(point);
  let iterations = 0;
  let hasConverged = false;
  while (iterations < maximalIterations && !hasConverged) {
    control.throwIfCancelled();
    iterations++;
    const target = proximalStep(loss, { point, probabilities: state.probabilities, l1, l2, control });
    let length = 1;
    let next = between(point, target, length);
    let nextState = objectiveOf(next);
    // Rounding makes tiny rises near the optimum; they are no reason to halve.
    while (nextState.objective > state.objective * (1 + 1e-13) && length > 1e-8) {
      length /= 2;
      next = between(point, target, length);
      nextState = objectiveOf(next);
    }
    hasConverged = length * largestMove(point, target) < STEP_TOLERANCE * Math.max(1, largestOf(target));
    point = next;
    state = nextState;
    control.report({
      stage: "train",
      done: iterations,
      total: maximalIterations,
      rows: iterations * matrix.rowCount,
      metric: { name: "objective", value: state.objective },
    });
  }
  const shift = outputs === 1 ? 0 : point.intercepts.reduce((sum, value) => sum + value, 0) / outputs;
  return {
    estimator: {
      kind: "linear",
      link: outputs === 1 ? "logit" : "softmax",
      outputs: Array.from(point.intercepts, (intercept, output) =>
        linearOutput(
          design,
          intercept - shift,
          point.coefficients.subarray(output * design.width, (output + 1) * design.width),
        ),
      ),
      means: designMeans(design, rows.weights),
    },
    objective: state.objective,
    iterations,
    hasConverged,
  };
}

function checkClasses({ target }: TargetRows, classCount: number): void {
  const counts = new Int32Array(classCount);
  for (const label of target) counts[label]!++;
  const empty = counts.indexOf(0);
  if (target.length > 0 && empty < 0) return;
  throw new MlError("bad-data", `Class number ${empty} has no training rows; check the target or the split.`);
}

interface StepRequest {
  readonly point: LogisticPoint;
  readonly probabilities: readonly Float64Array[];
  readonly l1: number;
  readonly l2: number;
  readonly control: Control;
}

/** Where the penalised quadratic model of the loss at `point` has its minimum. */
function proximalStep(loss: LogisticLoss, request: StepRequest): LogisticPoint {
  const { point, probabilities, l1, l2, control } = request;
  const gradient = loss.gradient(probabilities);
  control.throwIfCancelled();
  const hessian = loss.hessian(probabilities);
  control.throwIfCancelled();
  const size = point.coefficients.length;
  const follow = interceptResponse(hessian, size);
  const quadratic = hessian.coefficients;
  const linear = new Float64Array(size);
  for (let index = 0; index < size; index++) {
    linear[index] = -gradient.coefficients[index]!;
    for (const [output, responses] of follow.entries()) {
      // H_CI H_II^-1 is the transposed response of the intercepts.
      linear[index]! += responses[index]! * gradient.intercepts[output]!;
    }
    for (const [output, responses] of follow.entries()) {
      const factor = hessian.mixed[output * size + index]!;
      if (factor === 0) continue;
      const start = index * size;
      for (let other = 0; other < size; other++) quadratic[start + other]! -= factor * responses[other]!;
    }
  }
  for (let index = 0; index < size; index++) {
    for (let other = 0; other < size; other++) {
      linear[index]! += quadratic[index * size + other]! * point.coefficients[other]!;
    }
  }
  const { solution } = minimisePenalisedQuadratic(
    { quadratic, linear, l1, l2 },
    { start: point.coefficients, tolerance: INNER_TOLERANCE, maximalSweeps: MAXIMAL_SWEEPS, control },
  );
  const direct = solveSymmetric(hessian.intercepts.slice(), gradient.intercepts);
  const intercepts = point.intercepts.map((value, output) => {
    let moved = value - direct[output]!;
    for (let index = 0; index < size; index++) {
      moved -= follow[output]![index]! * (solution[index]! - point.coefficients[index]!);
    }
    return moved;
  });
  return { intercepts, coefficients: solution };
}

/** H_II^-1 H_IC: how far each intercept falls when a coefficient rises; one array per output. */
function interceptResponse(hessian: LogisticHessian, size: number): Float64Array[] {
  const outputs = hessian.mixed.length / size;
  const responses = Array.from({ length: outputs }, () => new Float64Array(size));
  for (let index = 0; index < size; index++) {
    const right = Float64Array.from(
      { length: outputs },
      (_, output) => hessian.mixed[output * size + index]!,
    );
    const solved = solveSymmetric(hessian.intercepts.slice(), right);
    for (const [output, response] of responses.entries()) response[index] = solved[output]!;
  }
  return responses;
}

function between(from: LogisticPoint, to: LogisticPoint, share: number): LogisticPoint {
  if (share === 1) return to;
  const mix = (left: Float64Array, right: Float64Array) =>
    left.map((value, index) => value + share * (right[index]! - value));
  return {
    intercepts: mix(from.intercepts, to.intercepts),
    coefficients: mix(from.coefficients, to.coefficients),
  };
}

function largestMove(from: LogisticPoint, to: LogisticPoint): number {
  let largest = 0;
  for (const key of ["intercepts", "coefficients"] as const) {
    for (let index = 0; index < from[key].length; index++) {
      largest = Math.max(largest, Math.abs(to[key][index]! - from[key][index]!));
    }
  }
  return largest;
}

function largestOf({ intercepts, coefficients }: LogisticPoint): number {
  return Math.max(...intercepts.map(Math.abs), ...coefficients.map(Math.abs));
}
