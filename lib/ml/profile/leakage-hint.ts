/**
 * A sign that the answer is known where it should not be.
 * In the columns: `target-copy` (the target under another name, recoded, scaled or as text), `single-feature` (predicts
 * the target near-perfectly alone), `missingness` (whether it is filled in tells the target), `linear-combination` (the
 * columns together add up to the target), `identifier` (a row number or key, which a model can only memorise).
 * Between parts: `row-overlap` (the same rows in both), `near-duplicates` (rows that differ in one column at most),
 * `group-overlap` (one entity in both), `time-overlap` (rows to train on that are newer than rows to judge by).
 */
export type LeakageKind =
  | "target-copy"
  | "single-feature"
  | "missingness"
  | "linear-combination"
  | "identifier"
  | "row-overlap"
  | "near-duplicates"
  | "group-overlap"
  | "time-overlap";

export interface LeakageHint {
  readonly kind: LeakageKind;
  readonly columns: readonly string[];
  /** `leak`: act on it. `suspicious`: ask whether the values are known before the outcome, or whether it matters. */
  readonly severity: "leak" | "suspicious";
  /** `share`: of the rows that show the sign, between 0 and 1; what is counted stands in the message. */
  readonly measure: "auc" | "r2" | "log-loss-skill" | "share";
  readonly value: number;
  readonly message: string;
}

/** Leaks before suspicions, each strongest first. */
export function compareHints(left: LeakageHint, right: LeakageHint): number {
  if (left.severity !== right.severity) return left.severity === "leak" ? -1 : 1;
  return right.value - left.value;
}
