import type { Control } from "../../control.ts";
import { firstDependentColumn, solveSymmetric } from "./solve-symmetric.ts";

/** minimise 1/2 w'Qw - c'w + l1 |w|_1 + l2/2 |w|^2 for a symmetric positive semi-definite Q. */
export interface PenalisedQuadratic {
  /** Q in full rows. */
  readonly quadratic: Float64Array;
  /** c */
  readonly linear: Float64Array;
  readonly l1: number;
  readonly l2: number;
}

interface DescentOptions {
  readonly start: Float64Array;
  /** The search ends when no coefficient moves by more than this part of the largest one. */
  readonly tolerance: number;
  readonly maximalSweeps: number;
  readonly control: Control;
}

export interface DescentResult {
  readonly solution: Float64Array;
  readonly sweeps: number;
  readonly hasConverged: boolean;
}

/** Sweeps before the first attempt to solve the active set exactly; the next ones come after twice as many each. */
const FIRST_EXACT = 20;

/**
 * Cyclic coordinate descent (Friedman, Hastie and Tibshirani 2010, section 2) in the order of the columns, over the
 * active ones until they settle, then over all. Once the signs stand, the system of the active columns is solved
 * exactly and taken when it satisfies every optimality condition, which ends the slow tail of correlated columns.
 * Where columns are dependent and l2 is 0 several solutions are equally good; the one found first is given.
 */
export function minimisePenalisedQuadratic(
  problem: PenalisedQuadratic,
  options: DescentOptions,
): DescentResult {
  const solution = options.start.slice();
  let gradient = gradientAt(problem, solution);
  let sweeps = 0;
  let isActiveOnly = false;
  let nextExact = FIRST_EXACT;
  while (sweeps < options.maximalSweeps) {
    options.control.throwIfCancelled();
    sweeps++;
    const largest = sweep({ problem, solution, gradient, isActiveOnly });
    const scale = solution.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const isSettled = largest <= options.tolerance * scale;
    if (isSettled && !isActiveOnly) return { solution, sweeps, hasConverged: true };
    if (isSettled || sweeps >= nextExact) {
      nextExact = 2 * sweeps;
      if (dropDependent(problem, solution, options.control)) gradient = gradientAt(problem, solution);
      const exact = solveActive(problem, solution, options.control);
      if (exact !== null) return { solution: exact, sweeps, hasConverged: true };
    }
    isActiveOnly = !isSettled;
  }
  return { solution, sweeps, hasConverged: false };
}

interface SweepState {
  readonly problem: PenalisedQuadratic;
  readonly solution: Float64Array;
  /** Qw - c, kept up to date. */
  readonly gradient: Float64Array;
  readonly isActiveOnly: boolean;
}

/** Moves every coefficient to its best value in turn; returns the largest move. */
function sweep({ problem, solution, gradient, isActiveOnly }: SweepState): number {
  const { quadratic, l1, l2 } = problem;
  const size = solution.length;
  let largest = 0;
  for (let index = 0; index < size; index++) {
    const before = solution[index]!;
    if (isActiveOnly && before === 0) continue;
    const curvature = quadratic[index * size + index]! + l2;
    if (!(curvature > 0)) continue;
    const pull = quadratic[index * size + index]! * before - gradient[index]!;
    const after = softThreshold(pull, l1) / curvature;
    const move = after - before;
    if (move === 0) continue;
    solution[index] = after;
    const start = index * size;
    for (let other = 0; other < size; other++) gradient[other]! += move * quadratic[start + other]!;
    largest = Math.max(largest, Math.abs(move));
  }
  return largest;
}

function softThreshold(value: number, threshold: number): number {
  if (value > threshold) return value - threshold;
  return value < -threshold ? value + threshold : 0;
}

function gradientAt({ quadratic, linear }: PenalisedQuadratic, solution: Float64Array): Float64Array {
  const size = solution.length;
  const gradient = linear.map((value) => -value);
  for (let index = 0; index < size; index++) {
    const value = solution[index]!;
    if (value === 0) continue;
    for (let other = 0; other < size; other++) gradient[other]! += value * quadratic[index * size + other]!;
  }
  return gradient;
}

/**
 * Dependent active columns leave a direction in which only the penalty changes, and descent creeps along it. Goes that
 * way until a coefficient is 0, and again while there is such a direction; returns whether anything moved.
 */
function dropDependent(problem: PenalisedQuadratic, solution: Float64Array, control: Control): boolean {
  if (problem.l2 > 0) return false;
  let hasMoved = false;
  for (;;) {
    const active = activeOf(solution);
    const matrix = activeBlock(problem, active);
    const dependent = firstDependentColumn(matrix, active.length, control);
    if (dependent < 0) return hasMoved;
    const earlier = active.slice(0, dependent);
    const right = Float64Array.from(earlier, (_, place) => matrix[dependent * active.length + place]!);
    const mixture = solveSymmetric(activeBlock(problem, earlier), right, control);
    const direction = new Map<number, number>([[active[dependent]!, 1]]);
    for (const [place, index] of earlier.entries()) {
      // Rounding's remains are no part of the dependence.
      if (Math.abs(mixture[place]!) > 1e-9) direction.set(index, -mixture[place]!);
    }
    let rise = 0;
    for (const [index, value] of direction) rise += Math.sign(solution[index]!) * value;
    // Where the penalty is level too, the later column gives way.
    const side = Math.abs(rise) > 1e-9 ? -Math.sign(rise) : -Math.sign(solution[active[dependent]!]!);
    let nearest = { index: -1, length: Infinity };
    for (const [index, value] of direction) {
      const length = -solution[index]! / (side * value);
      if (length > 0 && length < nearest.length) nearest = { index, length };
    }
    if (nearest.index < 0) return hasMoved;
    for (const [index, value] of direction) solution[index]! += side * nearest.length * value;
    solution[nearest.index] = 0;
    hasMoved = true;
  }
}

function activeOf(solution: Float64Array): number[] {
  return Array.from(solution.keys()).filter((index) => solution[index] !== 0);
}

/** The rows and columns of Q + l2 I that belong to the given coefficients. */
function activeBlock({ quadratic, linear, l2 }: PenalisedQuadratic, active: readonly number[]): Float64Array {
  const size = linear.length;
  const block = new Float64Array(active.length ** 2);
  for (const [row, index] of active.entries()) {
    for (const [column, other] of active.entries()) {
      block[row * active.length + column] = quadratic[index * size + other]!;
    }
    block[row * active.length + row]! += l2;
  }
  return block;
}

/** Rounding that the optimality conditions forgive, relative to the largest entry of c. */
const SLACK = 1e-10;

/** The exact solution with the present signs; null when it breaks a sign, a zero's condition or is not unique. */
function solveActive(
  problem: PenalisedQuadratic,
  solution: Float64Array,
  control: Control,
): Float64Array | null {
  const { linear, l1, l2 } = problem;
  const size = solution.length;
  const active = activeOf(solution);
  if (active.length === 0) return null;
  const right = Float64Array.from(active, (index) => linear[index]! - l1 * Math.sign(solution[index]!));
  const values = solveSymmetric(activeBlock(problem, active), right, control);
  const exact = new Float64Array(size);
  for (const [place, index] of active.entries()) {
    if (Math.sign(values[place]!) !== Math.sign(solution[index]!)) return null;
    exact[index] = values[place]!;
  }
  const gradient = gradientAt(problem, exact);
  const slack = SLACK * Math.max(l1, ...linear.map(Math.abs));
  for (let index = 0; index < size; index++) {
    const value = exact[index]!;
    const pull = gradient[index]! + l2 * value;
    const violation = value === 0 ? Math.abs(pull) - l1 : Math.abs(pull + l1 * Math.sign(value));
    if (!(violation <= slack)) return null;
  }
  return exact;
}
