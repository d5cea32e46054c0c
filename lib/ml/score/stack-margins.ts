import type { LinearOutput, Link, StackEstimator } from "./estimator.ts";
import type { Matrix } from "./preparation.ts";

/** What a member predicts for the rows of its own columns: values, probabilities of the positive class or per class. */
export type MemberPrediction = (matrix: Matrix) => readonly Float64Array[];

/** Probabilities are held this far from 0 and 1, so that no member's certainty is infinite. */
const LEAST_PROBABILITY = 1e-9;

/** The margins of a stack; `members` predict in the order of the estimator's members. */
export function stackMargins(estimator: StackEstimator, members: readonly MemberPrediction[]) {
  return (matrix: Matrix): Float64Array[] => {
    const inputs = estimator.members.flatMap((member, index) => {
      const own = {
        rowCount: matrix.rowCount,
        columns: member.columns.map((place) => matrix.columns[place]!),
      };
      return combinerInputs(member.estimator.link, members[index]!(own));
    });
    return estimator.combiner.map((output) => combine(output, inputs, matrix.rowCount));
  };
}

function combine(output: LinearOutput, inputs: readonly Float64Array[], rowCount: number): Float64Array {
  const margin = new Float64Array(rowCount).fill(output.intercept);
  for (const [index, values] of inputs.entries()) {
    const weight = output.terms[index]![0]!;
    for (let row = 0; row < rowCount; row++) margin[row]! += weight * values[row]!;
  }
  return margin;
}

/**
 * What the combiner sees of a member's predictions: values as they are, the log-odds of the positive class, or the
 * logarithm of every class's probability.
 */
export function combinerInputs(link: Link, predicted: readonly Float64Array[]): Float64Array[] {
  if (link === "identity" || link === "log") return predicted.map((values) => values.slice());
  return predicted.map((probabilities) =>
    probabilities.map((value) => {
      const held = Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, value));
      return predicted.length === 1 ? Math.log(held / (1 - held)) : Math.log(held);
    }),
  );
}
