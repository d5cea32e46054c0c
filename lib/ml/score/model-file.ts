import type { Calibration } from "./calibration.ts";
import type { Estimator } from "./estimator.ts";
import type { Feature } from "./feature.ts";
import type { Preparation } from "./preparation.ts";

export const MODEL_FORMAT = "swarm-model/1";

export type Problem = "binary" | "multiclass" | "regression";

/** A column of a group-threshold rule, with what is needed to read it from a raw row. */
interface DecisionColumn {
  readonly feature: Feature;
  readonly bands: readonly number[] | null;
}

/**
 * How a prediction becomes a decision. `threshold`: positive when the probability is at least `value`.
 * `group-thresholds`: the same with one value per group (crossed labels joined by " & "), `fallback` for others.
 * `argmax`: the most probable class, the first on ties. `identity`: the value itself. Probabilities are those after
 * calibration, where the model has one.
 */
export type DecisionRule =
  | { readonly kind: "threshold"; readonly value: number }
  | {
      readonly kind: "group-thresholds";
      readonly columns: readonly DecisionColumn[];
      readonly thresholds: Readonly<Record<string, number>>;
      readonly fallback: number;
    }
  | { readonly kind: "argmax" }
  | { readonly kind: "identity" };

/** Where a model comes from. No clock time: the same inputs must give the same bytes. */
export interface TrainingRecord {
  readonly algorithm: string;
  readonly seed: number;
  readonly parameters: Readonly<Record<string, string | number | boolean | null>>;
  readonly rowCount: number;
  /** SHA-256 of the canonical training rows. */
  readonly dataFingerprint: string;
  readonly notes: readonly string[];
}

/** A complete model: everything that is needed to score a raw row. */
export interface Model {
  readonly format: typeof MODEL_FORMAT;
  readonly problem: Problem;
  readonly target: string;
  readonly features: readonly Feature[];
  readonly preparation: Preparation;
  readonly estimator: Estimator;
  /** Class labels in the order of the outputs; null for regression. For two classes the second is the positive one. */
  readonly classes: readonly string[] | null;
  readonly positiveClass: string | null;
  /** Absent in a model whose probabilities are used as they are. */
  readonly calibration?: Calibration;
  readonly decision: DecisionRule;
  readonly training: TrainingRecord;
}
