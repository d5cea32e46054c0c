import type { LinearOutput } from "../../score/estimator.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Matrix } from "../../score/preparation.ts";

/** A matrix column as one or more design columns, starting at `offset`. */
type DesignBlock =
  | { readonly kind: "numeric"; readonly offset: number; readonly width: 1; readonly values: Float64Array }
  | { readonly kind: "levels"; readonly offset: number; readonly width: number; readonly codes: Int32Array };

/**
 * The design matrix of a linear model: numbers as they are, categories as one 0/1 column per level, never written
 * out: products over a categorical column touch one entry per row. A missing level is a row of zeros.
 */
export interface LinearDesign {
  readonly rowCount: number;
  /** Number of design columns, without the intercept. */
  readonly width: number;
  readonly blocks: readonly DesignBlock[];
}

/** @throws MlError bad-data when a numeric column still has missing or infinite values. */
export function createDesign(matrix: Matrix): LinearDesign {
  let offset = 0;
  const blocks = matrix.columns.map((column): DesignBlock => {
    const start = offset;
    offset += column.levels === null ? 1 : column.levels.length;
    if (column.levels !== null) {
      const codes = Int32Array.from(column.values, (value) => (Number.isNaN(value) ? -1 : value));
      return { kind: "levels", offset: start, width: column.levels.length, codes };
    }
    if (column.values.some((value) => !Number.isFinite(value))) {
      throw new MlError(
        "bad-data",
        `Column "${column.name}" still has missing or infinite values; a linear model needs a linear preparation.`,
        { details: { column: column.name } },
      );
    }
    return { kind: "numeric", offset: start, width: 1, values: column.values };
  });
  return { rowCount: matrix.rowCount, width: offset, blocks };
}

/** intercept + X coefficients, for every row. */
export function designMargins(
  design: LinearDesign,
  coefficients: Float64Array,
  intercept: number,
): Float64Array {
  const margins = new Float64Array(design.rowCount).fill(intercept);
  for (const block of design.blocks) {
    if (block.kind === "numeric") {
      const coefficient = coefficients[block.offset]!;
      for (let row = 0; row < margins.length; row++) margins[row]! += coefficient * block.values[row]!;
    } else {
      for (let row = 0; row < margins.length; row++) {
        const code = block.codes[row]!;
        if (code >= 0) margins[row]! += coefficients[block.offset + code]!;
      }
    }
  }
  return margins;
}

/** X' residuals. */
export function designTransposed(design: LinearDesign, residuals: Float64Array): Float64Array {
  const sums = new Float64Array(design.width);
  for (const block of design.blocks) {
    if (block.kind === "numeric") {
      let sum = 0;
      for (let row = 0; row < residuals.length; row++) sum += block.values[row]! * residuals[row]!;
      sums[block.offset] = sum;
    } else {
      for (let row = 0; row < residuals.length; row++) {
        const code = block.codes[row]!;
        if (code >= 0) sums[block.offset + code]! += residuals[row]!;
      }
    }
  }
  return sums;
}

/** With more design columns the matrix of their products would take over 200 MB, and its solution minutes. */
const MAXIMAL_WIDTH = 5000;

/** [1 X]' diag(weights) [1 X] as a full symmetric matrix in rows of width + 1; row 0 is the intercept's. Throws bad-data for too many columns. */
export function weightedGram(design: LinearDesign, weights: Float64Array): Float64Array {
  if (design.width > MAXIMAL_WIDTH) {
    throw new MlError(
      "bad-data",
      `The features have ${design.width} numbers and levels in all, and a linear model of this kind takes at most ` +
        `${MAXIMAL_WIDTH}. Leave out columns with many categories, join their rare ones, or use gradient boosting.`,
      { details: { width: design.width, maximalWidth: MAXIMAL_WIDTH } },
    );
  }
  const size = design.width + 1;
  const gram = new Float64Array(size * size);
  let total = 0;
  for (const weight of weights) total += weight;
  gram[0] = total;
  const sums = designTransposed(design, weights);
  for (let column = 0; column < design.width; column++) gram[column + 1] = sums[column]!;
  for (const [index, left] of design.blocks.entries()) {
    for (const right of design.blocks.slice(index)) addBlockProduct({ gram, size, weights }, left, right);
  }
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++) gram[row * size + column] = gram[column * size + row]!;
  }
  return gram;
}

interface GramTarget {
  readonly gram: Float64Array;
  readonly size: number;
  readonly weights: Float64Array;
}

/** Adds left' W right into the upper triangle; `left` stands before `right`. */
function addBlockProduct({ gram, size, weights }: GramTarget, left: DesignBlock, right: DesignBlock): void {
  const corner = (left.offset + 1) * size + right.offset + 1;
  const rowCount = weights.length;
  if (left.kind === "numeric" && right.kind === "numeric") {
    let sum = 0;
    for (let row = 0; row < rowCount; row++) sum += weights[row]! * left.values[row]! * right.values[row]!;
    gram[corner] = sum;
    return;
  }
  if (left.kind === "levels" && right.kind === "levels") {
    for (let row = 0; row < rowCount; row++) {
      const leftCode = left.codes[row]!;
      const rightCode = right.codes[row]!;
      if (leftCode >= 0 && rightCode >= 0) gram[corner + leftCode * size + rightCode]! += weights[row]!;
    }
    return;
  }
  const [levels, numeric] = left.kind === "levels" ? [left, right] : [right, left];
  if (levels.kind !== "levels" || numeric.kind !== "numeric") return;
  const step = levels === left ? size : 1;
  for (let row = 0; row < rowCount; row++) {
    const code = levels.codes[row]!;
    if (code >= 0) gram[corner + code * step]! += weights[row]! * numeric.values[row]!;
  }
}

/** Cuts a flat coefficient vector into the terms of the model format. */
export function linearOutput(
  design: LinearDesign,
  intercept: number,
  coefficients: Float64Array,
): LinearOutput {
  return { intercept: intercept + 0, terms: splitByBlock(design, coefficients) };
}

/** The weighted mean of every design column, in the shape of the terms. */
export function designMeans(design: LinearDesign, weights: Float64Array | null): number[][] {
  const all = weights ?? new Float64Array(design.rowCount).fill(1);
  let total = 0;
  for (const weight of all) total += weight;
  return splitByBlock(
    design,
    designTransposed(design, all).map((sum) => sum / total),
  );
}

function splitByBlock(design: LinearDesign, values: Float64Array): number[][] {
  // Adding 0 turns -0 into 0, which JSON cannot tell apart.
  return design.blocks.map(({ offset, width }) =>
    Array.from(values.subarray(offset, offset + width), (value) => value + 0),
  );
}
