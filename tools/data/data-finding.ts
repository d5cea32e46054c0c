/** One thing that was looked at and was not as training needs it. */
export interface DataFinding {
  check:
    | "target-missing"
    | "few-rows"
    | "rare-class"
    | "class-imbalance"
    | "duplicate-rows"
    | "natural-duplicates"
    | "impossible-values"
    | "category-spellings"
    | "target-leakage"
    | "suspected-leakage"
    | "no-features"
    | "unusable-columns"
    | "time-missing"
    | "missing-values"
    | "many-categories"
    | "protected-groups";
  /** Errors must be mended before training; warnings are for people. */
  severity: "error" | "warning";
  /** Says what, where and why, with counts and column names; never what a single row holds. */
  message: string;
  columns: string[];
  rows?: number;
}
