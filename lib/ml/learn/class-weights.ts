import { MlError } from "../score/ml-error.ts";

/** `balanced`: rows / (classes * rows of the class), as scikit-learn; or a factor per class label. */
export type ClassWeights = "balanced" | Readonly<Record<string, number>>;

export interface ClassifiedRows {
  readonly classes: readonly string[] | null;
  /** Class index per row. */
  readonly target: Float64Array;
}

/**
 * Multiplies row weights by class weights; null when there are neither.
 * @throws MlError bad-argument for a regression, an unknown class or a negative factor.
 */
export function classWeighted(
  { classes, target }: ClassifiedRows,
  weights: Float64Array | null,
  classWeights: ClassWeights | undefined,
): Float64Array | null {
  if (classWeights === undefined) return weights;
  if (classes === null) {
    throw new MlError("bad-argument", "Class weights need classes; leave them out for a regression.");
  }
  const factors =
    classWeights === "balanced" ? balanced(target, classes.length) : statedFactors(classWeights, classes);
  return target.map((code, row) => factors[code]! * (weights === null ? 1 : weights[row]!));
}

function balanced(target: Float64Array, classCount: number): Float64Array {
  const counts = new Float64Array(classCount);
  for (const code of target) counts[code]!++;
  return counts.map((count) => (count > 0 ? target.length / (classCount * count) : 0));
}

function statedFactors(stated: Readonly<Record<string, number>>, classes: readonly string[]): Float64Array {
  for (const [label, factor] of Object.entries(stated)) {
    if (!classes.includes(label)) {
      throw new MlError(
        "bad-argument",
        `There is no class "${label}"; the classes are ${classes.join(", ")}.`,
      );
    }
    if (!(factor >= 0 && factor < Infinity)) {
      throw new MlError("bad-argument", `The weight of class "${label}" must be finite and not negative.`);
    }
  }
  return Float64Array.from(classes, (label) => (Object.hasOwn(stated, label) ? stated[label]! : 1));
}
