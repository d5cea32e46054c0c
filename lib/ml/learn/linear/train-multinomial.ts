import { UNWATCHED, type Control } from "../../control.ts";
import { applyLink } from "../../score/margins.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Matrix } from "../../score/preparation.ts";
import type { TargetRows } from "../boosting/boosting-loss.ts";
import { conjugateGradient } from "./conjugate-gradient.ts";
import {
  createDesign,
  designMargins,
  designMeans,
  designTransposed,
  linearOutput,
  type LinearDesign,
} from "./linear-design.ts";
import { softmaxLossSum } from "./logistic-loss.ts";
import { LOGISTIC_DEFAULTS, type LinearFit, type LogisticParameters } from "./train-logistic.ts";

/**
 * Multinomial logistic regression with an L2 penalty by Newton's method, each step solved by conjugate gradients
 * (Nocedal and Wright 2006, algorithm 7.1), so that no matrix over all parameters is formed. `target` holds class
 * indices. The intercepts, which only matter up to a shift, sum to 0.
 * @throws MlError bad-data without rows or when a class has none; cancelled.
 */
export function trainMultinomial(
  matrix: Matrix,
  rows: TargetRows,
  options: Partial<LogisticParameters> & { readonly classCount: number; readonly control?: Control },
): LinearFit {
  const { penalty, maximalIterations } = { ...LOGISTIC_DEFAULTS, ...options };
  const control = options.control ?? UNWATCHED;
  checkClasses(rows, options.classCount);
  const problem = new SoftmaxProblem(createDesign(matrix), rows, { penalty, classCount: options.classCount });
  let parameters = new Float64Array(problem.size);
  let state = problem.evaluate(parameters);
  let iterations = 0;
  let hasConverged = false;
  while (iterations < maximalIterations && !hasConverged) {
    control.throwIfCancelled();
    iterations++;
    const gradient = problem.gradient(parameters, state.probabilities);
    const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
    if (norm < 1e-9) {
      hasConverged = true;
      break;
    }
    const { probabilities } = state;
    const step = conjugateGradient({
      right: gradient.map((value) => -value),
      multiply: (direction) => problem.hessianProduct(direction, probabilities),
      tolerance: Math.min(0.1, norm) * norm * 1e-2,
      maximalIterations: 20 * problem.size + 50,
      control,
    });
    let length = 1;
    let next = shifted(parameters, step, length);
    let nextState = problem.evaluate(next);
    while (nextState.objective > state.objective * (1 + 1e-13) && length > 1e-8) {
      length /= 2;
      next = shifted(parameters, step, length);
      nextState = problem.evaluate(next);
    }
    hasConverged = step.every((value) => Math.abs(value) * length < 1e-9);
    parameters = next;
    state = nextState;
    control.report({
      stage: "train",
      done: iterations,
      total: maximalIterations,
      rows: iterations * matrix.rowCount,
      metric: { name: "objective", value: state.objective },
    });
  }
  const estimator = problem.estimator(parameters);
  return { estimator, objective: state.objective, iterations, hasConverged };
}

function checkClasses({ target }: TargetRows, classCount: number): void {
  const counts = new Int32Array(classCount);
  for (const label of target) counts[label]!++;
  const empty = counts.indexOf(0);
  if (target.length === 0 || empty >= 0) {
    throw new MlError(
      "bad-data",
      `Class number ${empty} (counted from 0 in the order of the names) has no row among those to learn from, as when a class has fewer rows than there are folds. Leave out or join the classes of few rows, or use trees.`,
    );
  }
}

function shifted(parameters: Float64Array, step: Float64Array, length: number): Float64Array<ArrayBuffer> {
  return Float64Array.from(parameters, (value, index) => value + length * step[index]!);
}

interface SoftmaxState {
  readonly probabilities: readonly Float64Array[];
  readonly objective: number;
}

/** Parameters are laid out class by class, each class as [intercept, coefficients]. */
class SoftmaxProblem {
  readonly size: number;
  readonly #design: LinearDesign;
  readonly #rows: TargetRows;
  readonly #penalty: number;
  readonly #classCount: number;

  constructor(
    design: LinearDesign,
    rows: TargetRows,
    options: { readonly penalty: number; readonly classCount: number },
  ) {
    this.#design = design;
    this.#rows = rows;
    this.#penalty = options.penalty;
    this.#classCount = options.classCount;
    this.size = options.classCount * (design.width + 1);
  }

  #block(vector: Float64Array, output: number): Float64Array {
    const width = this.#design.width + 1;
    return vector.subarray(output * width, (output + 1) * width);
  }

  #margins(vector: Float64Array): Float64Array[] {
    return Array.from({ length: this.#classCount }, (_, output) => {
      const block = this.#block(vector, output);
      return designMargins(this.#design, block.subarray(1), block[0]!);
    });
  }

  evaluate(parameters: Float64Array): SoftmaxState {
    const margins = this.#margins(parameters);
    let objective = softmaxLossSum(margins, this.#rows);
    for (let output = 0; output < this.#classCount; output++) {
      for (const value of this.#block(parameters, output).subarray(1))
        objective += (this.#penalty / 2) * value * value;
    }
    return { probabilities: applyLink("softmax", margins), objective };
  }

  gradient(parameters: Float64Array, probabilities: readonly Float64Array[]): Float64Array {
    const { target } = this.#rows;
    const residuals = probabilities.map((probability, output) =>
      this.#weighted(probability.map((value, row) => value - (target[row] === output ? 1 : 0))),
    );
    return this.#gather(residuals, parameters);
  }

  hessianProduct(direction: Float64Array, probabilities: readonly Float64Array[]): Float64Array {
    const changes = this.#margins(direction);
    const means = new Float64Array(this.#design.rowCount);
    for (const [output, change] of changes.entries()) {
      for (let row = 0; row < means.length; row++) means[row]! += probabilities[output]![row]! * change[row]!;
    }
    const residuals = changes.map((change, output) =>
      this.#weighted(change.map((value, row) => probabilities[output]![row]! * (value - means[row]!))),
    );
    return this.#gather(residuals, direction);
  }

  /** [1 X]' residuals per class, plus the penalty on the coefficients of `vector`. */
  #gather(residuals: readonly Float64Array[], vector: Float64Array): Float64Array {
    const result = new Float64Array(this.size);
    for (const [output, residual] of residuals.entries()) {
      const block = this.#block(result, output);
      block[0] = residual.reduce((sum, value) => sum + value, 0);
      block.set(designTransposed(this.#design, residual), 1);
      const penalised = this.#block(vector, output);
      for (let index = 1; index < block.length; index++) block[index]! += this.#penalty * penalised[index]!;
    }
    return result;
  }

  #weighted(values: Float64Array): Float64Array {
    const { weights } = this.#rows;
    return weights === null ? values : values.map((value, row) => value * weights[row]!);
  }

  estimator(parameters: Float64Array): LinearFit["estimator"] {
    let shift = 0;
    for (let output = 0; output < this.#classCount; output++) shift += this.#block(parameters, output)[0]!;
    shift /= this.#classCount;
    return {
      kind: "linear",
      link: "softmax",
      outputs: Array.from({ length: this.#classCount }, (_, output) => {
        const block = this.#block(parameters, output);
        return linearOutput(this.#design, block[0]! - shift, block.subarray(1));
      }),
      means: designMeans(this.#design, this.#rows.weights),
    };
  }
}
