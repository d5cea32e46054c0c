import type { FitRequest, FitResult } from "../fit-estimator.ts";
import { forestParameters, type ForestAlgorithm } from "./forest-parameters.ts";
import type { OutOfBag } from "./out-of-bag.ts";
import { trainForest } from "./train-forest.ts";

/**
 * Fits a random forest, extra trees or a decision tree; parameters are those of ForestParameters.
 * @throws MlError bad-argument naming the parameter; what trainForest throws.
 */
export function fitForest(request: FitRequest, algorithm: ForestAlgorithm): FitResult {
  const { problem, classCount, training, seed, threads, control } = request;
  const parameters = forestParameters(request.parameters, { algorithm, problem });
  const { ensemble, outOfBag } = trainForest({
    algorithm,
    problem,
    classCount,
    training,
    parameters,
    seed,
    control,
    ...(threads === undefined ? {} : { threads }),
  });
  const { trees, bootstrap, rowFraction, ...single } = parameters;
  return {
    estimator: ensemble,
    parameters: algorithm === "decision-tree" ? single : { trees, bootstrap, rowFraction, ...single },
    history: [],
    notes: outOfBag === null ? [] : [outOfBagNote(outOfBag)],
  };
}

function outOfBagNote({ rows, accuracy, r2 }: OutOfBag): string {
  const measure =
    accuracy !== null
      ? `accuracy ${accuracy.toFixed(4)}`
      : r2 !== null
        ? `R2 ${r2.toFixed(4)}`
        : "no R2, for the target does not vary";
  return `Out of bag (each row judged by the trees that did not see it): ${measure} over ${rows} rows.`;
}
