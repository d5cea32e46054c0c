/** Identifies a stored profile; the version grows with any change of shape or meaning. */
export const PROFILE_FORMAT = "swarm-reference-profile";
export const PROFILE_VERSION = 1;

/**
 * What later data is compared with, instead of the rows themselves: plain JSON. Counts are of rows.
 */
export interface ReferenceProfile {
  readonly format: typeof PROFILE_FORMAT;
  readonly version: typeof PROFILE_VERSION;
  readonly rowCount: number;
  /** Canonical fingerprint of the rows that were profiled. */
  readonly fingerprint: string;
  /** Largest number of points at which a number column's distribution function is kept. */
  readonly resolution: number;
  readonly columns: readonly ReferenceColumn[];
}

export type ReferenceColumn = NumericReference | CategoricalReference | UncomparedReference;

/**
 * A distribution of numbers, known at ascending cuts: every distinct value where there are at most `resolution`, else
 * values at evenly spaced ranks, least and largest among them, and always the inner decile edges.
 */
export interface NumericReference {
  readonly kind: "numeric";
  readonly name: string;
  /** Rows with a finite value. */
  readonly count: number;
  readonly missing: number;
  readonly infinite: number;
  readonly mean: number;
  /** Sum of squared distances from the mean. */
  readonly squares: number;
  readonly min: number;
  readonly max: number;
  /** Inner edges of the bins of PSI: deciles (R type 7), equal ones merged. */
  readonly edges: readonly number[];
  readonly cuts: readonly number[];
  /** Rows whose value is cut i. */
  readonly equal: readonly number[];
  /** Rows between cut i - 1 and cut i, ends excluded; one more than there are cuts. */
  readonly between: readonly number[];
  /** Sum of those rows' distances from cut i - 1, each in units of 2^-26 of the gap, rounded. */
  readonly offsets: readonly number[];
}

/** Categories of texts or booleans, by code point; a boolean's are "false" and "true". */
export interface CategoricalReference {
  readonly kind: "categorical";
  readonly name: string;
  readonly count: number;
  readonly missing: number;
  readonly categories: readonly string[];
  readonly counts: readonly number[];
  /** Rows of the categories that are not listed, as there were too many; their names are not kept. */
  readonly other: number;
}

/** Dates and free text: only their presence is known. */
export interface UncomparedReference {
  readonly kind: "date" | "text";
  readonly name: string;
  readonly count: number;
  readonly missing: number;
}
