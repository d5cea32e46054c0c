import type { Control } from "../control.ts";
import { trainRidge } from "../learn/linear/train-linear.ts";
import { trainLogistic } from "../learn/linear/train-logistic.ts";
import { trainMultinomial } from "../learn/linear/train-multinomial.ts";
import { MlError } from "../score/ml-error.ts";
import type { LinearEstimator, LinearOutput } from "../score/estimator.ts";
import type { Problem } from "../score/model-file.ts";
import type { MatrixColumn } from "../score/preparation.ts";

export interface CombinerRequest {
  readonly problem: Problem;
  readonly classCount: number;
  /** What each member predicts for each row, as the combiner will see it. */
  readonly inputs: readonly Float64Array[];
  readonly target: Float64Array;
  /** L2 penalty on the weights of the inputs in units of their deviation. */
  readonly penalty: number;
  readonly control: Control;
}

/**
 * Fits a linear model over what the members predict: logistic or multinomial regression for classes, ridge regression
 * for amounts. Inputs are standardised for the fit and the weights scaled back, so that the penalty treats all alike.
 * @throws MlError bad-data when an input is not finite.
 */
export function fitCombiner(request: CombinerRequest): readonly LinearOutput[] {
  const { inputs, target } = request;
  const scales = inputs.map(scaleOf);
  const columns = inputs.map((values, index): MatrixColumn => {
    const { center, scale } = scales[index]!;
    const name = `prediction ${index + 1}`;
    return { name, source: name, levels: null, values: values.map((value) => (value - center) / scale) };
  });
  const { outputs } = fitLinearModel({ rowCount: target.length, columns }, request);
  return outputs.map(({ intercept, terms }): LinearOutput => {
    const weights = terms.map(([weight], index) => weight! / scales[index]!.scale);
    return {
      intercept: weights.reduce((sum, weight, index) => sum - weight * scales[index]!.center, intercept),
      terms: weights.map((weight) => [weight]),
    };
  });
}

function fitLinearModel(
  matrix: { readonly rowCount: number; readonly columns: readonly MatrixColumn[] },
  { problem, classCount, target, penalty, control }: CombinerRequest,
): LinearEstimator {
  const rows = { target, weights: null };
  if (problem === "regression") return trainRidge(matrix, rows, penalty);
  const options = { penalty, control };
  return problem === "binary"
    ? trainLogistic(matrix, rows, options).estimator
    : trainMultinomial(matrix, rows, { ...options, classCount }).estimator;
}

/** Mean and deviation; a constant input keeps its unit. */
function scaleOf(values: Float64Array): { readonly center: number; readonly scale: number } {
  const center = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  const scale = Math.sqrt(squares / values.length);
  if (!Number.isFinite(scale)) {
    throw new MlError("bad-data", "A member of the stack predicts infinite values. Leave it out.");
  }
  return { center, scale: scale || 1 };
}
