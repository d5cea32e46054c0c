import { UNWATCHED, type Control } from "../control.ts";
import { getColumn, type Frame } from "../frame/frame.ts";
import { binaryMetrics, type BinaryMetrics } from "../metrics/binary-metrics.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import { featureOfColumn } from "../prepare/feature-of-column.ts";
import { groupRows } from "../score/groups.ts";
import { MlError } from "../score/ml-error.ts";
import type { DecisionRule, Model } from "../score/model-file.ts";
import { createScorer } from "../score/scorer.ts";
import type { ProtectedAttribute } from "./audit-fairness.ts";
import { groupFairness, type FairnessNumbers } from "./group-fairness.ts";
import {
  optimizeThresholds,
  type FairnessConstraint,
  type ThresholdChoice,
  type ThresholdObjective,
} from "./optimize-thresholds.ts";
import { reweighingWeights } from "./reweigh.ts";

export interface ReweighOptions {
  readonly target: string;
  /** Classes in the model's order; null for none is not possible, as reweighing needs classes. */
  readonly classes: readonly string[];
  readonly attribute: ProtectedAttribute;
}

/**
 * Training weights (Kamiran and Calders 2012) for a frame of training rows; pass them to `trainModel` as `weights`.
 * @throws MlError bad-argument for unknown columns; bad-data for rows without target.
 */
export function reweighFrame(training: Frame, { target, classes, attribute }: ReweighOptions): Float64Array {
  const labels = encodeTarget(getColumn(training, target), classes);
  return reweighingWeights(labels, groupRows(training.columns, attribute, training.rowCount));
}

export interface GroupThresholdOptions {
  readonly attribute: ProtectedAttribute;
  readonly constraint: FairnessConstraint;
  readonly objective?: ThresholdObjective;
  /** Largest difference allowed on the given rows. Default 0.02, as unseen rows differ a little more. */
  readonly maximalDifference?: number;
  readonly control?: Control;
}

/** How good and how fair decisions are. */
interface TradeOffPoint {
  readonly metrics: BinaryMetrics;
  readonly numbers: FairnessNumbers;
}

export interface GroupThresholdResult {
  /** The model with the new decision rule; probabilities are unchanged. */
  readonly model: Model;
  readonly decision: DecisionRule;
  readonly choice: ThresholdChoice;
  /** On the rows the thresholds were chosen on. */
  readonly before: TradeOffPoint;
  readonly after: TradeOffPoint;
}

/**
 * Gives a binary model one threshold per protected group, chosen on validation rows. The protected columns become
 * inputs of the model's decisions. Groups that the rows do not hold get the model's threshold so far (0.5 without one).
 * @throws MlError bad-argument for a model that is not binary or unknown columns; bad-data for rows without target.
 */
export function fitGroupThresholds(
  model: Model,
  validation: Frame,
  options: GroupThresholdOptions,
): GroupThresholdResult {
  if (model.problem !== "binary") {
    throw new MlError(
      "bad-argument",
      `Group thresholds need a model for two classes; this one is ${model.problem}.`,
    );
  }
  const control = options.control ?? UNWATCHED;
  const labels = encodeTarget(getColumn(validation, model.target), model.classes);
  const grouping = groupRows(validation.columns, options.attribute, validation.rowCount);
  const predictions = createScorer(model).scoreColumns(validation.columns, validation.rowCount);
  if (predictions.kind !== "binary") throw new MlError("bad-model", "The model does not score two classes.");
  const { probability } = predictions;
  const choice = optimizeThresholds({ labels, probability, grouping }, { ...options, control });
  const decision: DecisionRule = {
    kind: "group-thresholds",
    columns: options.attribute.map(({ name, bands }) => ({
      feature: featureOfColumn(getColumn(validation, name)),
      bands,
    })),
    thresholds: choice.thresholds,
    fallback: fallbackOf(model.decision),
  };
  const measure = (predicted: Uint8Array): TradeOffPoint => ({
    metrics: binaryMetrics({ labels, probability, predicted }),
    numbers: groupFairness({ labels, predicted, grouping }).numbers,
  });
  const thresholds = grouping.labels.map((label) => choice.thresholds[label]!);
  const decided = Uint8Array.from(grouping.codes, (code, row) =>
    probability[row]! >= thresholds[code]! ? 1 : 0,
  );
  const changed: Model = { ...model, decision };
  return {
    model: changed,
    decision,
    choice,
    before: measure(predictions.predicted),
    after: measure(decided),
  };
}

function fallbackOf(decision: DecisionRule): number {
  if (decision.kind === "threshold") return decision.value;
  return decision.kind === "group-thresholds" ? decision.fallback : 0.5;
}
