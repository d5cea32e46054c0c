import { assertNever } from "./assert-never.ts";
/**
 * How margins become predictions: identity for regression (log for counts), logit for two classes, softmax for more.
 * With `probability` the margins are probabilities already, as those of forests: of the positive class, or one per class.
 */
export type Link = "identity" | "log" | "logit" | "softmax" | "probability";

/**
 * A decision tree as parallel arrays over its nodes; node 0 is the root and children follow their parent.
 * `feature` is a matrix column, or -1 in a leaf. A row goes left when its value <= `threshold`, or, where
 * `categories` lists level indices, when its level is among them. A missing value follows `missingLeft`.
 * `value` is the margin added by a leaf; `cover` is the training weight (sum of hessians) that reached the node;
 * `gain` is the loss saved by the split.
 */
export interface Tree {
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  readonly categories: readonly (readonly number[] | null)[];
  readonly missingLeft: readonly (0 | 1)[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly value: readonly number[];
  readonly cover: readonly number[];
  readonly gain: readonly number[];
}

/** margin[k] = base[k] + sum of the trees t with t % outputs === k. */
export interface TreeEnsemble {
  readonly kind: "tree-ensemble";
  readonly link: Link;
  readonly outputs: number;
  readonly base: readonly number[];
  /** `single`: inputs are rounded to float32 first, as XGBoost does; its imported thresholds need it. */
  readonly inputPrecision: "double" | "single";
  readonly trees: readonly Tree[];
}

/**
 * One linear margin. `terms` has one entry per matrix column: a single coefficient for a numeric column, one per
 * level for a categorical one (a missing level adds nothing). `means` has the same shape: the training mean of
 * each design column, the reference point of linear SHAP.
 */
export interface LinearOutput {
  readonly intercept: number;
  readonly terms: readonly (readonly number[])[];
}

export interface LinearEstimator {
  readonly kind: "linear";
  readonly link: Link;
  readonly outputs: readonly LinearOutput[];
  readonly means: readonly (readonly number[])[];
}

/** Predicts the same margins for every row: the baseline any model has to beat. */
export interface ConstantEstimator {
  readonly kind: "constant";
  readonly link: Link;
  readonly margins: readonly number[];
}

/** Predicts classes at random by their shares: the baseline of a model that knows only how frequent they are. */
export interface DrawnClassesEstimator {
  readonly kind: "drawn-classes";
  /** Always `probability`. */
  readonly link: Link;
  /** Share of each class in the order of the model's class labels. */
  readonly shares: readonly number[];
  readonly seed: number;
}

/** A column of the training rows, packed as base64 of little-endian numbers. */
export interface NeighbourColumn {
  /** Number of levels of a categorical column, whose int32 level indices are packed, -1 where missing; else null. */
  readonly levels: number | null;
  /** float64 numbers, or int32 level indices. */
  readonly values: string;
}

/** Keeps its training rows and predicts from the nearest ones. */
export interface NearestNeighboursEstimator {
  readonly kind: "nearest-neighbours";
  /** `identity`: the mean of the neighbours' targets. `probability`: the share of each class among them. */
  readonly link: Link;
  readonly outputs: number;
  /** How many neighbours decide. */
  readonly neighbours: number;
  /** `uniform`: each counts alike; `distance`: each counts 1 / distance. */
  readonly weighting: "uniform" | "distance";
  readonly rowCount: number;
  /** One per matrix column. */
  readonly columns: readonly NeighbourColumn[];
  /** Packed float64: class indices, or values. */
  readonly targets: string;
  /** Packed float64, or null when every row counts alike. */
  readonly rowWeights: string | null;
}

/** An estimator that can be a member of a stack. */
export type MemberEstimator =
  | TreeEnsemble
  | LinearEstimator
  | ConstantEstimator
  | DrawnClassesEstimator
  | NearestNeighboursEstimator;

/** A member with the matrix columns it reads, in its own order. */
export interface StackMember {
  readonly columns: readonly number[];
  readonly estimator: MemberEstimator;
}

/**
 * A linear model over the predictions of other models (Wolpert 1992). `combiner` has one output per margin; its terms
 * hold one weight per number a member predicts, member after member.
 */
export interface StackEstimator {
  readonly kind: "stack";
  readonly link: Link;
  readonly members: readonly StackMember[];
  readonly combiner: readonly LinearOutput[];
}

export type Estimator = MemberEstimator | StackEstimator;

/** How many margins an estimator gives for a row: 1, or the number of classes. */
export function outputCount(estimator: Estimator): number {
  switch (estimator.kind) {
    case "tree-ensemble":
      return estimator.outputs;
    case "linear":
      return estimator.outputs.length;
    case "constant":
      return estimator.margins.length;
    case "drawn-classes":
      return estimator.shares.length === 2 ? 1 : estimator.shares.length;
    case "nearest-neighbours":
      return estimator.outputs;
    case "stack":
      return estimator.combiner.length;
    default:
      return assertNever(estimator);
  }
}
