import type { TargetRows } from "../boosting/boosting-loss.ts";
import { designTransposed, weightedGram, type LinearDesign } from "./linear-design.ts";

/** Weighted second moments of a design and its target about their means, as sums over the rows. */
export interface CentredMoments {
  /** Sum of the weights. */
  readonly total: number;
  /** Weighted mean of every design column. */
  readonly means: Float64Array;
  readonly targetMean: number;
  /** (X - means)' W (X - means): full rows of a symmetric matrix over the design columns. */
  readonly gram: Float64Array;
  /** (X - means)' W (y - targetMean). */
  readonly products: Float64Array;
}

/** What least squares with a free intercept needs to know of the rows. Cost: rows times the square of the columns. */
export function centredMoments(design: LinearDesign, rows: TargetRows): CentredMoments {
  const weights = rows.weights ?? new Float64Array(design.rowCount).fill(1);
  const raw = weightedGram(design, weights);
  const size = design.width + 1;
  const total = raw[0]!;
  const weightedTarget = rows.target.map((value, row) => value * weights[row]!);
  const targetMean = weightedTarget.reduce((sum, value) => sum + value, 0) / total;
  const means = Float64Array.from({ length: design.width }, (_, column) => raw[column + 1]! / total);
  const products = designTransposed(design, weightedTarget);
  const gram = new Float64Array(design.width * design.width);
  for (let row = 0; row < design.width; row++) {
    for (let column = 0; column < design.width; column++) {
      const product = raw[(row + 1) * size + column + 1]!;
      gram[row * design.width + column] = product - total * means[row]! * means[column]!;
    }
    products[row]! -= total * means[row]! * targetMean;
  }
  return { total, means, targetMean, gram, products };
}

/** The intercept that goes with coefficients fitted to centred columns. */
export function interceptOf({ means, targetMean }: CentredMoments, coefficients: Float64Array): number {
  let intercept = targetMean;
  for (let column = 0; column < means.length; column++) intercept -= coefficients[column]! * means[column]!;
  return intercept;
}
