import { UNWATCHED, type Control } from "../../control.ts";
import { solveSymmetric } from "./solve-symmetric.ts";

/** A remaining pivot below this part of its column's own diagonal entry belongs to a dependent column. */
const DEPENDENT = 1e-11;

/** Solves A x = b for one A and any b in its range. */
export interface MinimumNormSolver {
  readonly rank: number;
  /** The solution of least Euclidean norm. */
  solve(right: Float64Array): Float64Array;
}

/**
 * Prepares a symmetric positive semi-definite A (full rows) for solutions of least norm: A = R'R by Cholesky
 * decomposition with pivoting of the matrix scaled to a unit diagonal (Higham 2002, section 10.3), R having as many
 * rows as A has rank; then x = R' (R R')^-1 (R R')^-1 R b. Cost: the cube of the size.
 * @throws MlError cancelled
 */
export function minimumNormSolver(
  matrix: Float64Array,
  size: number,
  control: Control = UNWATCHED,
): MinimumNormSolver {
  const rows = pivotedFactor(matrix, size, control);
  const rank = rows.length;
  const outer = new Float64Array(rank * rank);
  for (const [first, left] of rows.entries()) {
    control.throwIfCancelled();
    for (const [second, right] of rows.entries()) {
      if (second > first) break;
      let sum = 0;
      for (let column = 0; column < size; column++) sum += left[column]! * right[column]!;
      outer[first * rank + second] = sum;
      outer[second * rank + first] = sum;
    }
  }
  const solve = (right: Float64Array): Float64Array => {
    let values = Float64Array.from(rows, (row) => {
      let sum = 0;
      for (let column = 0; column < size; column++) sum += row[column]! * right[column]!;
      return sum;
    });
    values = Float64Array.from(solveSymmetric(outer.slice(), values, control));
    values = Float64Array.from(solveSymmetric(outer.slice(), values, control));
    const solution = new Float64Array(size);
    for (const [place, row] of rows.entries()) {
      for (let column = 0; column < size; column++) solution[column]! += values[place]! * row[column]!;
    }
    return solution;
  };
  return { rank, solve };
}

/** The rows of R in the order of the pivots, in the original order of the columns. */
function pivotedFactor(matrix: Float64Array, size: number, control: Control): Float64Array[] {
  const scales = Float64Array.from({ length: size }, (_, index) => Math.sqrt(matrix[index * size + index]!));
  const remaining = Float64Array.from(scales, (scale) => (scale > 0 ? 1 : 0));
  const rows: Float64Array[] = [];
  while (rows.length < size) {
    control.throwIfCancelled();
    let pivot = 0;
    for (let index = 1; index < size; index++) if (remaining[index]! > remaining[pivot]!) pivot = index;
    if (!(remaining[pivot]! > DEPENDENT)) break;
    const root = Math.sqrt(remaining[pivot]!);
    const row = new Float64Array(size);
    for (let column = 0; column < size; column++) {
      if (remaining[column]! <= 0) continue;
      let value = matrix[pivot * size + column]! / (scales[pivot]! * scales[column]!);
      for (const earlier of rows) value -= earlier[pivot]! * earlier[column]!;
      row[column] = value / root;
    }
    row[pivot] = root;
    for (let column = 0; column < size; column++) remaining[column]! -= row[column]! ** 2;
    remaining[pivot] = 0;
    rows.push(row);
  }
  return rows.map((row) => row.map((value, column) => value * scales[column]!));
}
