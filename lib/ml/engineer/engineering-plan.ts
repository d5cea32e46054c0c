import type { DateUnit } from "../score/engineering.ts";

/** What is to be made of which columns, before anything is fitted. Names follow from the step unless `name` is given. */
export type PlannedStep =
  | { readonly kind: "date-part"; readonly column: string; readonly part: DateUnit; readonly name?: string }
  | {
      readonly kind: "cyclic";
      readonly column: string;
      /** Needed for dates: which part of them. */
      readonly part?: DateUnit;
      /** In units of the number; known for parts of dates. */
      readonly period?: number;
      readonly name?: string;
    }
  | {
      readonly kind: "signed-log" | "signed-sqrt" | "yeo-johnson";
      readonly column: string;
      readonly name?: string;
    }
  | {
      readonly kind: "bins";
      readonly column: string;
      /** Bins, at least 2. */
      readonly count: number;
      /** `quantile`: as many training rows in each; `width`: each as wide. Default quantile. */
      readonly by?: "quantile" | "width";
      readonly name?: string;
    }
  | {
      readonly kind: "ratio" | "product" | "difference" | "sum";
      readonly left: string;
      readonly right: string;
      readonly name?: string;
    }
  | {
      readonly kind: "frequency";
      /** One column, or several whose values are counted together. */
      readonly columns: readonly string[];
      /** Default share. */
      readonly as?: "share" | "count";
      readonly name?: string;
    }
  | {
      readonly kind: "target-mean";
      readonly columns: readonly string[];
      /** Rows of the overall mean that are added to each value's own. Default 20. */
      readonly smoothing?: number;
      readonly name?: string;
    }
  | {
      readonly kind: "rare";
      readonly column: string;
      /** Categories with fewer training rows are grouped. */
      readonly minimum: number;
      readonly name?: string;
    }
  | { readonly kind: "interaction"; readonly left: string; readonly right: string; readonly name?: string };

export interface EngineeringPlan {
  readonly steps: readonly PlannedStep[];
  /** Of the folds by which target means of training rows are taken. */
  readonly seed: number;
}

/** The columns that a planned step reads. */
export function sourcesOf(step: PlannedStep): readonly string[] {
  if ("columns" in step) return step.columns;
  return "column" in step ? [step.column] : [step.left, step.right];
}

/** Periods of the parts of a date; null for those that do not come round again. */
export const PERIODS: Readonly<Record<DateUnit, number | null>> = {
  year: null,
  quarter: 4,
  month: 12,
  "day-of-month": 31,
  "day-of-week": 7,
  "day-of-year": 365.25,
  hour: 24,
  minute: 60,
  "is-weekend": null,
  "epoch-day": null,
};
