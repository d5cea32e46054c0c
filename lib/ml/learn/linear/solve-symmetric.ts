import { UNWATCHED, type Control } from "../../control.ts";

/** A pivot below this part of its original diagonal entry belongs to a dependent column. */
const DEPENDENT = 1e-12;

/**
 * Solves A x = b for a symmetric positive semi-definite A (full rows) by Cholesky decomposition, in place of A's lower
 * triangle. A column that depends on earlier ones gets the solution 0, so that collinear columns are no error.
 * @throws MlError cancelled
 */
export function solveSymmetric(
  matrix: Float64Array,
  right: Float64Array,
  control: Control = UNWATCHED,
): Float64Array {
  const size = right.length;
  const isDependent = decompose(matrix, size, control);
  const solution = right.slice();
  for (let row = 0; row < size; row++) {
    if (isDependent[row] === 1) {
      solution[row] = 0;
      continue;
    }
    let value = solution[row]!;
    for (let column = 0; column < row; column++) value -= matrix[row * size + column]! * solution[column]!;
    solution[row] = value / matrix[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    if (isDependent[row] === 1) continue;
    let value = solution[row]!;
    for (let below = row + 1; below < size; below++) value -= matrix[below * size + row]! * solution[below]!;
    solution[row] = value / matrix[row * size + row]!;
  }
  return solution;
}

/**
 * The first column of a symmetric positive semi-definite matrix (full rows) that depends on earlier ones, -1 without
 * one. The matrix is left as it is.
 */
export function firstDependentColumn(matrix: Float64Array, size: number, control: Control): number {
  return decompose(matrix.slice(), size, control).indexOf(1);
}

/** Writes the Cholesky factor into the lower triangle; marks dependent columns and clears them. */
function decompose(matrix: Float64Array, size: number, control: Control): Uint8Array {
  const isDependent = new Uint8Array(size);
  for (let row = 0; row < size; row++) {
    control.throwIfCancelled();
    const start = row * size;
    for (let column = 0; column < row; column++) {
      if (isDependent[column] === 1) {
        matrix[start + column] = 0;
        continue;
      }
      const other = column * size;
      let value = matrix[start + column]!;
      for (let inner = 0; inner < column; inner++) value -= matrix[start + inner]! * matrix[other + inner]!;
      matrix[start + column] = value / matrix[other + column]!;
    }
    const diagonal = matrix[start + row]!;
    let pivot = diagonal;
    for (let inner = 0; inner < row; inner++) pivot -= matrix[start + inner]! ** 2;
    if (!(pivot > DEPENDENT * diagonal)) {
      isDependent[row] = 1;
      matrix.fill(0, start, start + row + 1);
      continue;
    }
    matrix[start + row] = Math.sqrt(pivot);
  }
  return isDependent;
}
