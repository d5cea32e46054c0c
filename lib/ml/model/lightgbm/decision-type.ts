/** Bits of a split's decision_type in LightGBM's text format; bits 2 and 3 hold the missing type. */
export const CATEGORICAL = 1;
export const DEFAULT_LEFT = 2;
const MISSING_SHIFT = 2;
export const MISSING_NAN = 2 << MISSING_SHIFT;

/**
 * What LightGBM counts as missing in a split: nothing (NaN is compared as 0), zeros and NaN, or NaN alone.
 */
export type MissingType = "none" | "zero" | "nan";

/** The missing type of a decision_type; null for a number that LightGBM does not write. */
export function missingTypeOf(decision: number): MissingType | null {
  const types: readonly (MissingType | undefined)[] = ["none", "zero", "nan"];
  return types[decision >> MISSING_SHIFT] ?? null;
}
