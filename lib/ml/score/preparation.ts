import type { Engineering } from "./engineering.ts";

/** Which part of a date becomes a number. `epoch-day` counts days since 1970-01-01; Monday is day of week 0. */
export type DatePart = "epoch-day" | "year" | "month" | "day-of-month" | "day-of-week" | "hour";

/** x -> ((missing ? impute : x) - center) / scale; without `impute` a missing value stays missing. */
export interface NumericEncoder {
  readonly kind: "numeric";
  readonly name: string;
  readonly column: string;
  readonly impute: number | null;
  readonly center: number;
  readonly scale: number;
}

/** 1 where the raw value is missing, else 0; before centering and scaling. */
interface MissingEncoder {
  readonly kind: "missing-indicator";
  readonly name: string;
  readonly column: string;
  readonly center: number;
  readonly scale: number;
}

export interface DatePartEncoder {
  readonly kind: "date-part";
  readonly name: string;
  readonly column: string;
  readonly part: DatePart;
  readonly impute: number | null;
  readonly center: number;
  readonly scale: number;
}

/**
 * A category becomes its index in `levels`. `missingLevel` and `otherLevel` are the indices given to missing
 * values and to values outside `levels` (rare in training or never seen); null leaves them missing.
 */
export interface CategoricalEncoder {
  readonly kind: "categorical";
  readonly name: string;
  readonly column: string;
  readonly levels: readonly string[];
  readonly missingLevel: number | null;
  readonly otherLevel: number | null;
}

export type Encoder = NumericEncoder | MissingEncoder | DatePartEncoder | CategoricalEncoder;

/** A fitted preparation: pure data, one encoder per matrix column. Encoders read raw columns and engineered ones. */
export interface Preparation {
  readonly target: "trees" | "linear";
  /** Columns made of the raw ones before they are encoded; absent when there are none. */
  readonly engineering?: Engineering;
  readonly encoders: readonly Encoder[];
}

/** One prepared column: numbers, or (with `levels`) indices of levels. NaN is missing. */
export interface MatrixColumn {
  readonly name: string;
  /** The raw column it was made from; explanations are summed over it. */
  readonly source: string;
  readonly levels: readonly string[] | null;
  readonly values: Float64Array;
}

export interface Matrix {
  readonly rowCount: number;
  readonly columns: readonly MatrixColumn[];
}
