import type { ConstantEstimator, Estimator } from "../../score/estimator.ts";
import { MlError } from "../../score/ml-error.ts";
import type { BoostingLoss, TargetRows } from "../boosting/boosting-loss.ts";
import type { FitRequest, FitResult, ParameterValue } from "../fit-estimator.ts";
import { readParameters } from "./read-parameters.ts";
import { trainConstant } from "./train-linear.ts";

const LOSSES: Readonly<Record<FitRequest["problem"], BoostingLoss>> = {
  binary: "logistic",
  multiclass: "softmax",
  regression: "squared",
};

const CLASS_STRATEGIES = ["prior", "most-frequent", "stratified"] as const;
const NUMBER_STRATEGIES = ["mean", "median", "quantile", "constant"] as const;

/**
 * Predictions without looking at the features, which any model has to beat; scikit-learn's dummy estimators. For
 * classes: `prior` (the class shares), `most-frequent` (that class, the first on ties, with probability 1) or
 * `stratified` (a class drawn by the shares, seeded). For numbers: `mean`, `median`, `quantile` (with `quantile`) or
 * `constant` (with `value`). Row weights count as repeated rows.
 * @throws MlError bad-argument naming the parameter; bad-data without rows.
 */
export function fitBaseline(request: FitRequest): FitResult {
  const { training, problem, classCount, seed } = request;
  if (training.target.length === 0) throw new MlError("bad-data", "There are no rows to train on.");
  if (Object.keys(request.parameters).length === 0) {
    return resultOf(trainConstant(training, LOSSES[problem], classCount), {});
  }
  if (problem === "regression") return fitNumber(request);
  const { strategy } = readParameters(request.parameters, {
    strategy: { default: "prior", choices: CLASS_STRATEGIES },
  });
  if (strategy === "prior")
    return resultOf(trainConstant(training, LOSSES[problem], classCount), { strategy });
  const shares = classShares(training, classCount);
  if (strategy === "stratified") {
    return resultOf({ kind: "drawn-classes", link: "probability", shares, seed }, { strategy });
  }
  const most = shares.indexOf(Math.max(...shares));
  const margins = problem === "binary" ? [most] : shares.map((_, index) => (index === most ? 1 : 0));
  return resultOf({ kind: "constant", link: "probability", margins }, { strategy });
}

function fitNumber({ training, parameters }: FitRequest): FitResult {
  const { strategy, quantile, value } = readParameters(parameters, {
    strategy: { default: "mean", choices: NUMBER_STRATEGIES },
    quantile: { default: 0.5, from: 0, to: 1 },
    value: { default: 0, from: -Number.MAX_VALUE, to: Number.MAX_VALUE },
  });
  const constant = (margin: number): ConstantEstimator => ({
    kind: "constant",
    link: "identity",
    margins: [margin + 0],
  });
  switch (strategy) {
    case "mean":
      return resultOf(trainConstant(training, "squared", 1), { strategy });
    case "median":
      return resultOf(constant(quantileOf(training, 0.5)), { strategy });
    case "quantile":
      return resultOf(constant(quantileOf(training, quantile)), { strategy, quantile });
    default:
      return resultOf(constant(value), { strategy, value });
  }
}

function resultOf(estimator: Estimator, parameters: Readonly<Record<string, ParameterValue>>): FitResult {
  return { estimator, parameters, history: [], notes: [] };
}

function classShares({ target, weights }: TargetRows, classCount: number): number[] {
  const sums = new Float64Array(classCount);
  for (const [row, label] of target.entries()) sums[label]! += weights === null ? 1 : weights[row]!;
  const total = sums.reduce((sum, value) => sum + value, 0);
  return Array.from(sums, (sum) => sum / total);
}

/**
 * Without weights the linearly interpolated quantile (type 7 of Hyndman and Fan 1996); with weights the smallest value
 * at which the cumulated weight reaches its part.
 */
function quantileOf({ target, weights }: TargetRows, quantile: number): number {
  if (weights === null) {
    const sorted = target.toSorted();
    const place = quantile * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(sorted.length - 1, below + 1);
    return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
  }
  const order = Array.from(target.keys())
    .filter((row) => weights[row]! > 0)
    .toSorted((left, right) => target[left]! - target[right]!);
  const total = order.reduce((sum, row) => sum + weights[row]!, 0);
  let reached = 0;
  for (const row of order) {
    reached += weights[row]!;
    if (reached >= quantile * total) return target[row]!;
  }
  return target[order[order.length - 1]!]!;
}
