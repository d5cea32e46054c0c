import { UNWATCHED, type Control } from "../../control.ts";
import type { TreeEnsemble } from "../../score/estimator.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Problem } from "../../score/model-file.ts";
import { fitBinning } from "../boosting/binning.ts";
import type { LabelledMatrix } from "../boosting/train-boosting.ts";
import type { ForestAlgorithm, ForestParameters } from "./forest-parameters.ts";
import { forestRows } from "./forest-rows.ts";
import { growForest } from "./forest-threads.ts";
import { scoringTrees } from "./grown-tree.ts";
import { judgeOutOfBag, type OutOfBag } from "./out-of-bag.ts";

export interface ForestRequest {
  readonly algorithm: ForestAlgorithm;
  readonly problem: Problem;
  /** Number of classes; ignored for a regression. */
  readonly classCount: number;
  readonly training: LabelledMatrix;
  readonly parameters: ForestParameters;
  readonly seed: number;
  /** Threads that share the trees; the forest is the same for any number. Default 1. */
  readonly threads?: number;
  readonly control?: Control;
}

export interface ForestResult {
  /** Margins are probabilities for classes (link `probability`), values for a regression. */
  readonly ensemble: TreeEnsemble;
  /** Null without bootstrap, and when every tree saw every row. */
  readonly outOfBag: OutOfBag | null;
}

/**
 * Trains a random forest (Breiman 2001), extra trees (Geurts, Ernst and Wehenkel 2006) or a single tree on binned
 * columns. Splits lower the Gini impurity of classes or the squared error of values, weighted. Missing cells go to the
 * side where they serve best. The same request gives the same forest, bit for bit, with any number of threads.
 * @throws MlError bad-data without rows or with a target that is not finite; cancelled; out-of-memory.
 */
export function trainForest(request: ForestRequest): ForestResult {
  const { algorithm, problem, training, parameters, seed } = request;
  const control = request.control ?? UNWATCHED;
  const { matrix, weights } = training;
  if (matrix.rowCount === 0) throw new MlError("bad-data", "There are no rows to train on.");
  const row = training.target.findIndex((value) => !Number.isFinite(value));
  if (row >= 0) {
    throw new MlError(
      "bad-data",
      `The target of training row ${row} is not a finite number. Leave such rows out.`,
    );
  }
  const isClassification = problem !== "regression";
  const outputs = problem === "multiclass" ? request.classCount : 1;
  const center = isClassification ? 0 : weightedMean(training.target, weights);
  const target = isClassification ? training.target : training.target.map((value) => value - center);
  const binning = fitBinning(matrix, parameters.maximalBins, seed);
  control.throwIfCancelled();
  const data = forestRows(matrix, { binning, target, weights, outputs });
  control.throwIfCancelled();
  const plan = { algorithm, parameters, seed, isClassification };
  const grown = growForest(data, plan, { threads: request.threads ?? 1, control });
  const share = { treeCount: parameters.trees, outputs, center };
  const ensemble: TreeEnsemble = {
    kind: "tree-ensemble",
    link: isClassification ? "probability" : "identity",
    outputs,
    base: Array.from({ length: outputs }, () => 0),
    inputPrecision: "double",
    trees: grown.trees.flatMap((tree) => scoringTrees(tree, share)),
  };
  const outOfBag = grown.outOfBag === null ? null : judgeOutOfBag(grown.outOfBag, data, isClassification);
  return { ensemble, outOfBag };
}

function weightedMean(values: Float64Array, weights: Float64Array | null): number {
  let [sum, total] = [0, 0];
  for (let row = 0; row < values.length; row++) {
    const weight = weights === null ? 1 : weights[row]!;
    sum += weight * values[row]!;
    total += weight;
  }
  return total > 0 ? sum / total : 0;
}
