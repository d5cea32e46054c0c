import type { Control } from "../../control.ts";

export interface ConjugateGradientRequest {
  readonly right: Float64Array;
  /** A symmetric positive semi-definite linear map. */
  readonly multiply: (direction: Float64Array) => Float64Array;
  /** Stop when the residual's Euclidean norm is below this. */
  readonly tolerance: number;
  readonly maximalIterations: number;
  readonly control: Control;
}

/**
 * Solves A x = b by conjugate gradients (Hestenes and Stiefel 1952), starting from 0. For a singular A with b in its
 * range the result is the solution of least norm.
 */
export function conjugateGradient(request: ConjugateGradientRequest): Float64Array {
  const { right, multiply, tolerance, maximalIterations, control } = request;
  const solution = new Float64Array(right.length);
  const residual = right.slice();
  const direction = right.slice();
  let squared = dot(residual, residual);
  for (let iteration = 0; iteration < maximalIterations && Math.sqrt(squared) > tolerance; iteration++) {
    control.throwIfCancelled();
    const product = multiply(direction);
    const curvature = dot(direction, product);
    if (!(curvature > 0)) break;
    const length = squared / curvature;
    for (let index = 0; index < solution.length; index++) {
      solution[index]! += length * direction[index]!;
      residual[index]! -= length * product[index]!;
    }
    const before = squared;
    squared = dot(residual, residual);
    for (let index = 0; index < direction.length; index++) {
      direction[index] = residual[index]! + (squared / before) * direction[index]!;
    }
  }
  return solution;
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += left[index]! * right[index]!;
  return sum;
}
