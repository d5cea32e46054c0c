/** How contributions are computed. `auto` takes the exact method of the estimator, and the kernel where there is none. */
export const EXPLANATION_METHODS = [
  "auto",
  "tree-path-dependent",
  "tree-interventional",
  "linear",
  "kernel",
  "permutation",
] as const;
export type ExplanationMethod = (typeof EXPLANATION_METHODS)[number];

export interface FeatureImportance {
  readonly feature: string;
  /** Mean absolute contribution over the rows, averaged over the outputs. */
  readonly meanAbsolute: number;
  /** The same per output. */
  readonly perOutput: readonly number[];
}

/** Whether expected value and contributions add up to each row's prediction in the named space. */
export interface Additivity {
  readonly largestError: number;
  /** Allowed error, relative to max(1, |prediction|). */
  readonly tolerance: number;
  readonly holds: boolean;
}

/** What contributions are differences from: rows that stand for what is usual. */
export interface ExplanationBackground {
  readonly rows: number;
  readonly source: "given rows" | "sample of the rows to explain";
}

/** What two features do together, for the first of the explained rows. */
export interface ExplainedInteractions {
  readonly rows: number;
  /** Per output, row after row, a symmetric matrix over the features whose rows sum to the contributions. */
  readonly values: readonly Float64Array[];
}

/** SHAP contributions to the prediction in `space`. */
export interface Explanation {
  readonly method:
    | "tree-shap-path-dependent"
    | "tree-shap-interventional"
    | "linear-shap"
    | "kernel-shap"
    | "permutation-shap"
    | "constant";
  /** Log-odds, one softmax margin per class, the predicted value itself, its logarithm, or a probability. */
  readonly space: "log-odds" | "softmax-margin" | "value" | "log-value" | "probability";
  /** False where contributions are estimates, which `standardErrors` then go with. */
  readonly isExact: boolean;
  /** Null for methods that need none. */
  readonly background: ExplanationBackground | null;
  /** Raw feature names; parts made from one feature are taken together. */
  readonly features: readonly string[];
  /** Class label per output; for two classes the positive one; for a regression the target. */
  readonly outputs: readonly string[];
  readonly expected: readonly number[];
  /** 0-based rows of the given frame that are explained, ascending. */
  readonly rows: Uint32Array;
  /** Per output, row after row, one number per feature. */
  readonly contributions: readonly Float64Array[];
  /** In the shape of `contributions`; null where they are exact. */
  readonly standardErrors: readonly Float64Array[] | null;
  /** The prediction in `space` that contributions add up to: per output, one number per explained row. */
  readonly margins: readonly Float64Array[];
  readonly additivity: Additivity;
  /** Strongest first. */
  readonly importance: readonly FeatureImportance[];
  /** Null unless asked for. */
  readonly interactions: ExplainedInteractions | null;
}

const TOLERANCE = 1e-9;

/** Adds expected value and contributions up and compares them with what was predicted; `width` counts the features. */
export function checkAdditivity({
  expected,
  contributions,
  margins,
  width,
}: Pick<Explanation, "expected" | "contributions" | "margins"> & { readonly width: number }): Additivity {
  let largestError = 0;
  for (const [output, margin] of margins.entries()) {
    const values = contributions[output]!;
    for (let row = 0; row < margin.length; row++) {
      let sum = expected[output]!;
      for (let index = 0; index < width; index++) sum += values[row * width + index]!;
      const error = Math.abs(sum - margin[row]!) / Math.max(1, Math.abs(margin[row]!));
      if (!(error <= largestError)) largestError = error;
    }
  }
  return { largestError, tolerance: TOLERANCE, holds: largestError <= TOLERANCE };
}

/** Features by their mean absolute contribution, strongest first. */
export function rankFeatures(
  features: readonly string[],
  contributions: readonly Float64Array[],
): FeatureImportance[] {
  const width = features.length;
  return features
    .map((feature, index): FeatureImportance => {
      const perOutput = contributions.map((values) => {
        let sum = 0;
        for (let place = index; place < values.length; place += width) sum += Math.abs(values[place]!);
        return values.length === 0 ? 0 : sum / (values.length / width);
      });
      const meanAbsolute = perOutput.reduce((sum, value) => sum + value, 0) / perOutput.length;
      return { feature, meanAbsolute, perOutput };
    })
    .toSorted((left, right) => right.meanAbsolute - left.meanAbsolute);
}
