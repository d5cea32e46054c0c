import { rankingMetrics, rankScores } from "../metrics/ranking-metrics.ts";
import { createRandom } from "../random.ts";
import { columnLength, isMissing, MISSING_BOOLEAN, type Column } from "../score/column.ts";
import type { Problem } from "../score/model-file.ts";

export interface Strength {
  /** `auc` for two classes, `log-loss-skill` (1 - loss / loss of the class shares) for more, `r2` for numbers. */
  readonly measure: "auc" | "r2" | "log-loss-skill";
  readonly value: number;
}

export interface StrengthRequest {
  /** As `targetOutputs` gives them. */
  readonly outputs: readonly Float64Array[];
  readonly problem: Problem;
  readonly seed: number;
}

const FOLDS = 2;
/** Bins of a numeric column: at most this many, and about ten rows in each. */
const MOST_BINS = 512;
const ROWS_PER_BIN = 10;
/** Pseudo-rows that pull small bins towards the mean. */
const SMOOTHING = 0.5;

/**
 * How well one column predicts the target alone: the mean target of the row's bin (a category, or one of up to 512
 * quantile bins), taken from the other half of the rows.
 */
export function crossFittedStrength(column: Column, request: StrengthRequest): Strength {
  const bins = binsOf(column);
  const random = createRandom(request.seed);
  const folds = Uint8Array.from(bins, () => random.integer(FOLDS));
  const predictions = request.outputs.map((output) => outOfFoldMeans(bins, folds, output));
  switch (request.problem) {
    case "binary":
      return { measure: "auc", value: twoSidedAuc(predictions[0]!, request.outputs[0]!) };
    case "regression":
      return { measure: "r2", value: rSquared(predictions[0]!, request.outputs[0]!) };
    default:
      return { measure: "log-loss-skill", value: logLossSkill(predictions, request.outputs) };
  }
}

function twoSidedAuc(scores: Float64Array, labels: Float64Array): number {
  const { auc } = rankingMetrics({ ranking: rankScores(scores), labels, weights: null });
  return Number.isNaN(auc) ? 0 : auc;
}

function rSquared(predicted: Float64Array, actual: Float64Array): number {
  const mean = actual.reduce((sum, value) => sum + value, 0) / actual.length;
  let residual = 0;
  let total = 0;
  for (let row = 0; row < actual.length; row++) {
    residual += (actual[row]! - predicted[row]!) ** 2;
    total += (actual[row]! - mean) ** 2;
  }
  return total > 0 ? 1 - residual / total : 0;
}

function logLossSkill(predictions: readonly Float64Array[], outputs: readonly Float64Array[]): number {
  const rowCount = outputs[0]?.length ?? 0;
  const shares = outputs.map((output) => output.reduce((sum, value) => sum + value, 0) / rowCount);
  let loss = 0;
  let baseline = 0;
  for (let row = 0; row < rowCount; row++) {
    for (const [index, output] of outputs.entries()) {
      if (output[row] !== 1) continue;
      loss -= Math.log(Math.max(1e-3, predictions[index]![row]!));
      baseline -= Math.log(shares[index]!);
    }
  }
  return baseline > 0 ? 1 - loss / baseline : 0;
}

function outOfFoldMeans(bins: Int32Array, folds: Uint8Array, output: Float64Array): Float64Array {
  const binCount = bins.reduce((most, bin) => Math.max(most, bin), 0) + 1;
  const sums = new Float64Array(binCount * FOLDS);
  const counts = new Float64Array(binCount * FOLDS);
  const foldSums = new Float64Array(FOLDS);
  const foldCounts = new Float64Array(FOLDS);
  for (let row = 0; row < bins.length; row++) {
    const fold = folds[row]!;
    sums[bins[row]! * FOLDS + fold]! += output[row]!;
    counts[bins[row]! * FOLDS + fold]!++;
    foldSums[fold]! += output[row]!;
    foldCounts[fold]!++;
  }
  return Float64Array.from(bins, (bin, row) => {
    const other = 1 - folds[row]!;
    const mean = foldCounts[other]! > 0 ? foldSums[other]! / foldCounts[other]! : 0;
    const place = bin * FOLDS + other;
    return (sums[place]! + SMOOTHING * mean) / (counts[place]! + SMOOTHING);
  });
}

/** A bin for each row; missing values have their own. Texts have one bin, as each is different. */
function binsOf(column: Column): Int32Array {
  switch (column.kind) {
    case "categorical":
      return column.codes.map((code) => code + 1);
    case "boolean":
      return Int32Array.from(column.values, (value) => (value === MISSING_BOOLEAN ? 2 : value));
    case "numeric":
    case "date":
      return quantileBins(column.values);
    default:
      return Int32Array.from({ length: columnLength(column) }, (_, row) => (isMissing(column, row) ? 1 : 0));
  }
}

function quantileBins(values: Float64Array): Int32Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const limits: number[] = [];
  const binCount = Math.min(MOST_BINS, Math.max(2, Math.floor(sorted.length / ROWS_PER_BIN)));
  for (let cut = 1; cut < binCount; cut++) {
    const limit = sorted[Math.floor((cut / binCount) * sorted.length)];
    if (limit !== undefined && limit !== limits[limits.length - 1]) limits.push(limit);
  }
  return Int32Array.from(values, (value) => {
    if (Number.isNaN(value)) return 0;
    let low = 0;
    let high = limits.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value < limits[middle]!) high = middle;
      else low = middle + 1;
    }
    return low + 1;
  });
}
