/**
 * A sign that a feature knows the answer. `single-feature`: it predicts the target near-perfectly alone.
 * `missingness`: already whether it is filled in does. `linear-combination`: the columns together add up to the target.
 */
export interface LeakageHint {
  readonly kind: "single-feature" | "missingness" | "linear-combination";
  readonly columns: readonly string[];
  /** `leak`: leave the columns out. `suspicious`: ask whether they are known before the outcome. */
  readonly severity: "leak" | "suspicious";
  readonly measure: "auc" | "r2" | "log-loss-skill";
  readonly value: number;
  readonly message: string;
}
