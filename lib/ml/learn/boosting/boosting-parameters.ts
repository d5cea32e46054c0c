import { requireInRange } from "../../parameter-range.ts";
import { MlError } from "../../score/ml-error.ts";

/** Hyperparameters of gradient boosting; names and defaults follow scikit-learn's histogram boosting. */
export interface BoostingParameters {
  /** Trees per output. */
  readonly rounds: number;
  readonly learningRate: number;
  readonly maximalLeaves: number;
  /** Longest path from root to leaf; null for no limit. */
  readonly maximalDepth: number | null;
  readonly minimalLeafRows: number;
  readonly minimalLeafHessian: number;
  /** Penalty on leaf values. */
  readonly l2: number;
  /** Splits that save no more loss than this are not made. */
  readonly minimalGain: number;
  readonly maximalBins: number;
  /** Part of the rows that each tree sees. */
  readonly rowFraction: number;
  /** Part of the columns that each tree sees. */
  readonly featureFraction: number;
  /** Levels with fewer rows in a node are not split off; also damps their order. */
  readonly categoricalSmoothing: number;
  /** Extra penalty that guards splits over many levels against chance. */
  readonly categoricalL2: number;
  /** Which quantile the quantile loss predicts; the other losses do not read it. */
  readonly quantile: number;
  /** Stop after this many rounds without a better validation loss; null trains all rounds. */
  readonly patience: number | null;
}

export const BOOSTING_DEFAULTS: BoostingParameters = {
  rounds: 100,
  learningRate: 0.1,
  maximalLeaves: 31,
  maximalDepth: null,
  minimalLeafRows: 20,
  minimalLeafHessian: 1e-3,
  l2: 0,
  minimalGain: 0,
  maximalBins: 255,
  rowFraction: 1,
  featureFraction: 1,
  categoricalSmoothing: 10,
  categoricalL2: 10,
  quantile: 0.5,
  patience: null,
};

/**
 * Fills in defaults and checks ranges.
 * @throws MlError bad-argument naming the parameter and its range.
 */
export function boostingParameters(given: Partial<BoostingParameters>): BoostingParameters {
  const parameters = { ...BOOSTING_DEFAULTS, ...given };
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(BOOSTING_DEFAULTS, name)) {
      throw new MlError(
        "bad-argument",
        `Gradient boosting has no parameter "${name}". It has: ${Object.keys(BOOSTING_DEFAULTS).join(", ")}.`,
      );
    }
  }
  requireInRange("rounds", parameters.rounds, { from: 1, to: 100_000, isInteger: true });
  requireInRange("learningRate", parameters.learningRate, { from: 1e-6, to: 1 });
  requireInRange("maximalLeaves", parameters.maximalLeaves, { from: 2, to: 4096, isInteger: true });
  requireInRange("minimalLeafRows", parameters.minimalLeafRows, { from: 1, to: 1e9, isInteger: true });
  requireInRange("minimalLeafHessian", parameters.minimalLeafHessian, { from: 0, to: 1e12 });
  requireInRange("l2", parameters.l2, { from: 0, to: 1e12 });
  requireInRange("minimalGain", parameters.minimalGain, { from: 0, to: 1e300 });
  requireInRange("maximalBins", parameters.maximalBins, { from: 2, to: 255, isInteger: true });
  requireInRange("rowFraction", parameters.rowFraction, { from: 0.01, to: 1 });
  requireInRange("featureFraction", parameters.featureFraction, { from: 0.01, to: 1 });
  requireInRange("categoricalSmoothing", parameters.categoricalSmoothing, { from: 0, to: 1e9 });
  requireInRange("categoricalL2", parameters.categoricalL2, { from: 0, to: 1e12 });
  requireInRange("quantile", parameters.quantile, { from: 0.001, to: 0.999 });
  if (parameters.maximalDepth !== null) {
    requireInRange("maximalDepth", parameters.maximalDepth, { from: 1, to: 64, isInteger: true });
  }
  if (parameters.patience !== null) {
    requireInRange("patience", parameters.patience, { from: 1, to: 100_000, isInteger: true });
  }
  return parameters;
}
