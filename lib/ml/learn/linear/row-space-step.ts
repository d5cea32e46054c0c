import type { Control } from "../../control.ts";
import { designMargins, designTransposed, type LinearDesign } from "./linear-design.ts";
import { solveSymmetric } from "./solve-symmetric.ts";

/** X X', rows x rows in full: what every two rows have in common over all design columns. */
export function rowProducts({ rowCount, blocks }: LinearDesign, control: Control): Float64Array {
  const products = new Float64Array(rowCount * rowCount);
  for (const block of blocks) {
    control.throwIfCancelled();
    const [values, isLevel] =
      block.kind === "numeric" ? ([block.values, false] as const) : ([block.codes, true] as const);
    for (let row = 0; row < rowCount; row++) {
      const left = values[row]!;
      const start = row * rowCount;
      for (let other = 0; other <= row; other++) {
        if (!isLevel) products[start + other]! += left * values[other]!;
        else if (left >= 0 && left === values[other]) products[start + other]! += 1;
      }
    }
  }
  for (let row = 0; row < rowCount; row++) {
    for (let other = 0; other < row; other++)
      products[other * rowCount + row] = products[row * rowCount + other]!;
  }
  return products;
}

export interface RowSpaceSystem {
  readonly design: LinearDesign;
  /** Of `rowProducts`. */
  readonly products: Float64Array;
  /** The diagonal of W, none below 0. */
  readonly curvatures: Float64Array;
  /** Above 0; the intercept is free. */
  readonly penalty: number;
}

/**
 * Solves ([1 X]' W [1 X] + penalty) step = right, the intercept first, by a matrix of rows x rows instead of columns x
 * columns (Woodbury; Hastie, Tibshirani and Friedman 2009, section 18.3.5): with few rows of thousands of columns that
 * is seconds instead of minutes.
 * @throws MlError cancelled
 */
export function rowSpaceStep(
  { design, products, curvatures, penalty }: RowSpaceSystem,
  right: Float64Array,
  control: Control,
): Float64Array {
  const roots = curvatures.map(Math.sqrt);
  const system = products.map((product, place) => {
    const row = Math.floor(place / roots.length);
    const other = place % roots.length;
    return product * roots[row]! * roots[other]! + (row === other ? penalty : 0);
  });
  const gradient = right.subarray(1);
  const alongRows = designMargins(design, gradient, 0).map((value, row) => value * roots[row]!);
  const solved = solveSymmetric(system.slice(), alongRows, control);
  const taken = designTransposed(
    design,
    solved.map((value, row) => value * roots[row]!),
  );
  const step = new Float64Array(right.length);
  for (let column = 0; column < gradient.length; column++) {
    step[column + 1] = (gradient[column]! - taken[column]!) / penalty;
  }
  // What moves the coefficients when the intercept moves by 1, and how firmly the rows then hold it.
  const byIntercept = solveSymmetric(system, roots, control).map((value, row) => value * roots[row]!);
  const hold = penalty * byIntercept.reduce((sum, value) => sum + value, 0);
  if (!(hold > 0)) return step;
  const moved = designMargins(design, step.subarray(1), 0);
  const left = moved.reduce((sum, value, row) => sum - curvatures[row]! * value, right[0]!);
  step[0] = left / hold;
  const back = designTransposed(design, byIntercept);
  for (let column = 0; column < back.length; column++) step[column + 1]! -= back[column]! * step[0];
  return step;
}
