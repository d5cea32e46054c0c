import type { Evaluation } from "#lib/ml/index.ts";

/** Averages over classes are named as scikit-learn's `average` argument: macroF1, weightedF1. */
const AVERAGES = ["macro", "weighted"] as const;

/**
 * The plain numbers of an evaluation by name, the main one first. What is undefined on the given rows (the AUC of one
 * class, R² of a constant) is left out rather than shown as a number.
 */
export function metricValues(evaluation: Evaluation, main: string): Record<string, number> {
  const numbers = [...numbersIn(evaluation.metrics)];
  if (evaluation.problem === "multiclass") {
    for (const average of AVERAGES) {
      for (const [name, value] of numbersIn(evaluation.metrics[average])) {
        numbers.push([`${average}${name.charAt(0).toUpperCase()}${name.slice(1)}`, value]);
      }
    }
  }
  if (evaluation.problem === "binary") numbers.push(["calibrationError", evaluation.calibrationError]);
  const finite = numbers.filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(
    finite.toSorted(([left], [right]) => Number(right === main) - Number(left === main)),
  );
}

function numbersIn(record: object): [string, number][] {
  return Object.entries(record).filter((entry): entry is [string, number] => typeof entry[1] === "number");
}
