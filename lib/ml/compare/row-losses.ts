import { assertNever } from "../score/assert-never.ts";
import type { Predictions } from "../score/scorer.ts";

/** Probabilities are held this far from 0 and 1 in log losses, as everywhere in the metrics. */
const EPSILON = 2 ** -52;

/** How a single row is judged: 1 for a wrong decision, the log loss in nats, the absolute or the squared error. */
export type RowLoss = "error" | "logLoss" | "absoluteError" | "squaredError";

/** The probability that a classifier gave to the class that was true, per row. */
function trueProbability(predictions: Exclude<Predictions, { kind: "regression" }>, actual: Float64Array) {
  return actual.map((label, row) => {
    if (predictions.kind === "multiclass") return predictions.probabilities[label]![row]!;
    const probability = predictions.probability[row]!;
    return label === 1 ? probability : 1 - probability;
  });
}

/** The loss of every row; errors and log losses are for classes, the others for values or, squared, probabilities. */
export function rowLosses(predictions: Predictions, actual: Float64Array, loss: RowLoss): Float64Array {
  switch (loss) {
    case "error":
      return actual.map((label, row) =>
        predictions.kind === "regression" || predictions.predicted[row] === label ? 0 : 1,
      );
    case "logLoss":
      if (predictions.kind === "regression") return new Float64Array(actual.length);
      return trueProbability(predictions, actual).map(
        (chance) => -Math.log(Math.min(1 - EPSILON, Math.max(EPSILON, chance))),
      );
    case "absoluteError":
      return errorsOf(predictions, actual).map(Math.abs);
    case "squaredError":
      return errorsOf(predictions, actual).map((error) => error * error);
    default:
      return assertNever(loss);
  }
}

function errorsOf(predictions: Predictions, actual: Float64Array): Float64Array {
  if (predictions.kind === "regression") return predictions.values.map((value, row) => value - actual[row]!);
  return trueProbability(predictions, actual).map((chance) => 1 - chance);
}
