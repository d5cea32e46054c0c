/** Parts of a moment (UTC) as numbers; Monday is day of week 0, a weekend is 1, `epoch-day` counts from 1970-01-01. */
export const DATE_UNITS = [
  "year",
  "quarter",
  "month",
  "day-of-month",
  "day-of-week",
  "day-of-year",
  "hour",
  "minute",
  "is-weekend",
  "epoch-day",
] as const;
export type DateUnit = (typeof DATE_UNITS)[number];

interface StepBase {
  /** Columns that are read: raw ones, or outputs of earlier steps. */
  readonly sources: readonly string[];
  /** Columns that are made, in order. */
  readonly outputs: readonly string[];
}

/** A part of a date as a number. */
interface DatePartStep extends StepBase {
  readonly kind: "date-part";
  readonly part: DateUnit;
}

/** sin and cos of 2 pi x / period, of a number or of a part of a date: the end of a period lies beside its beginning. */
export interface CyclicStep extends StepBase {
  readonly kind: "cyclic";
  readonly part: DateUnit | null;
  readonly period: number;
}

/** `signed-log`: sign(x) ln(1 + |x|). `signed-sqrt`: sign(x) sqrt(|x|). Defined for every number. */
interface RootStep extends StepBase {
  readonly kind: "signed-log" | "signed-sqrt";
}

/** The power transformation of Yeo and Johnson (Biometrika 87, 2000), eq. 1. */
export interface YeoJohnsonStep extends StepBase {
  readonly kind: "yeo-johnson";
  readonly lambda: number;
}

/** A number becomes the name of its bin; `edges` ascend, n edges make n + 1 bins, an edge belongs to the bin above. */
export interface BinStep extends StepBase {
  readonly kind: "bins";
  readonly edges: readonly number[];
}

/** Two numbers, first and second source. A ratio by 0 is missing. */
interface ArithmeticStep extends StepBase {
  readonly kind: "ratio" | "product" | "difference" | "sum";
}

/** How many training rows hold the same values, as number of rows or as share of them; 0 when none did. */
export interface FrequencyStep extends StepBase {
  readonly kind: "frequency";
  /** Keys as `keyOf` writes them, ascending by code point. */
  readonly keys: readonly string[];
  readonly values: readonly number[];
}

/**
 * The mean target of the training rows that hold the same values, drawn towards the mean of all: per output, one value
 * per key; `priors` for values that training did not have.
 */
export interface TargetMeanStep extends StepBase {
  readonly kind: "target-mean";
  readonly keys: readonly string[];
  readonly means: readonly (readonly number[])[];
  readonly priors: readonly number[];
}

/** Categories other than these become "(other)". */
export interface RareStep extends StepBase {
  readonly kind: "rare";
  readonly kept: readonly string[];
}

/** The values of two columns as one category; missing when either is. */
interface InteractionStep extends StepBase {
  readonly kind: "interaction";
}

/**
 * Numbers less what protected columns tell of them by least squares: value - sum of coefficient x (term - mean). The
 * first source gives the values, one output per entry of `levels`: whether it is that category, or with null its number.
 */
export interface DecorrelateStep extends StepBase {
  readonly kind: "decorrelate";
  readonly levels: readonly (string | null)[];
  /** What is known of the protected sources: whether one is a category, or with null its number. */
  readonly terms: readonly {
    /** Place among the sources, from 1 on. */
    readonly source: number;
    readonly category: string | null;
    readonly mean: number;
  }[];
  /** Per output, one per term. */
  readonly coefficients: readonly (readonly number[])[];
}

export type EngineeringStep =
  | DatePartStep
  | CyclicStep
  | RootStep
  | YeoJohnsonStep
  | BinStep
  | ArithmeticStep
  | FrequencyStep
  | TargetMeanStep
  | RareStep
  | InteractionStep
  | DecorrelateStep;

/** Fitted steps that turn raw columns into more columns; pure data, applied in order. */
export interface Engineering {
  readonly steps: readonly EngineeringStep[];
}
