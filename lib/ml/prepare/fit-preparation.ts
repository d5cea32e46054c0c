import { assertNever } from "../score/assert-never.ts";
import { datePart } from "../score/date-part.ts";
import {
  MISSING_BOOLEAN,
  type CategoricalColumn,
  type Column,
  type DateColumn,
  type DatePrecision,
} from "../score/column.ts";
import type { Feature } from "../score/feature.ts";
import { MlError } from "../score/ml-error.ts";
import type { DatePart, Encoder, Preparation } from "../score/preparation.ts";
import { getColumn, type Frame } from "../frame/frame.ts";

export interface PreparationOptions {
  /** `trees` keep missing values and number the categories; `linear` imputes, standardises and one-hot encodes. */
  readonly target: "trees" | "linear";
  /** Raw columns to prepare, in the order of the matrix. */
  readonly features: readonly string[];
  /** Categories with fewer training rows share one level "(other)". Default 1: none do. */
  readonly rareCount?: number;
  /** Most levels a categorical column may have; the rarest share "(other)". Default 254, what a histogram holds. */
  readonly maximalLevels?: number;
  /** What replaces a missing number for `linear`. Default median. */
  readonly impute?: "median" | "mean";
  /** For `linear`: one more column that is 1 where the number was missing. Default false. */
  readonly missingIndicators?: boolean;
}

/** A column that cannot serve as a feature, and why. */
export interface DroppedColumn {
  readonly column: string;
  readonly reason: string;
}

export interface FittedPreparation {
  readonly preparation: Preparation;
  readonly features: readonly Feature[];
  readonly dropped: readonly DroppedColumn[];
}

/** The level that rare and, where it exists, unseen categories share. */
const OTHER_LEVEL = "(other)";

/**
 * Learns a preparation from the training rows alone. Columns without any value or with only one, and free text,
 * are dropped with a reason. Statistics are those of the given rows; deviations are population deviations.
 * @throws MlError bad-argument for unknown columns; bad-data when nothing is left or, for `linear`, a number is infinite.
 */
export function fitPreparation(trainingRows: Frame, options: PreparationOptions): FittedPreparation {
  const encoders: Encoder[] = [];
  const features: Feature[] = [];
  const dropped: DroppedColumn[] = [];
  for (const name of options.features) {
    const column = getColumn(trainingRows, name);
    const fitted = fitColumn(column, options);
    if (typeof fitted === "string") {
      dropped.push({ column: name, reason: fitted });
      continue;
    }
    encoders.push(...fitted.encoders);
    features.push(fitted.feature);
  }
  if (encoders.length === 0) {
    const reasons = dropped.map(({ column, reason }) => `${column} (${reason})`).join(", ");
    throw new MlError("bad-data", `No column can serve as a feature: ${reasons}. Name other features.`);
  }
  return { preparation: { target: options.target, encoders }, features, dropped };
}

interface FittedColumn {
  readonly feature: Feature;
  readonly encoders: readonly Encoder[];
}

/** The encoders of a column, or the reason why it has none. */
function fitColumn(column: Column, options: PreparationOptions): FittedColumn | string {
  const { name } = column;
  switch (column.kind) {
    case "text":
      return "free text";
    case "categorical":
      return fitCategories(column, options);
    case "numeric": {
      const encoders = fitNumbers({ kind: "numeric", name, column: name }, column.values, options);
      return typeof encoders === "string" ? encoders : { feature: { kind: "numeric", name }, encoders };
    }
    case "boolean": {
      const values = Float64Array.from(column.values, (value) => (value === MISSING_BOOLEAN ? NaN : value));
      const encoders = fitNumbers({ kind: "numeric", name, column: name }, values, options);
      return typeof encoders === "string" ? encoders : { feature: { kind: "boolean", name }, encoders };
    }
    case "date":
      return fitDate(column, options);
    default:
      return assertNever(column);
  }
}

function fitDate(column: DateColumn, options: PreparationOptions): FittedColumn | string {
  const { name } = column;
  const encoders = partsOf(column.precision).flatMap((part) => {
    const values = column.values.map((moment) => datePart(moment, part));
    const fitted = fitNumbers(
      { kind: "date-part", name: `${name} ${part}`, column: name, part },
      values,
      options,
    );
    return typeof fitted === "string" ? [] : fitted;
  });
  if (encoders.length === 0) return "only one date";
  return { feature: { kind: "date", name, order: column.order }, encoders };
}

function partsOf(precision: DatePrecision): DatePart[] {
  const parts: DatePart[] = ["epoch-day", "month"];
  if (precision === "month") return parts;
  parts.push("day-of-month", "day-of-week");
  if (precision === "instant") parts.push("hour");
  return parts;
}

type EncoderStart =
  | { readonly kind: "numeric"; readonly name: string; readonly column: string }
  | { readonly kind: "date-part"; readonly name: string; readonly column: string; readonly part: DatePart };

function fitNumbers(
  start: EncoderStart,
  values: Float64Array,
  options: PreparationOptions,
): Encoder[] | string {
  const { low, high, count } = rangeOf(values);
  if (count === 0) return "no value";
  if (low === high && count === values.length) return "only one value";
  if (options.target === "trees") return [{ ...start, impute: null, center: 0, scale: 1 }];
  const present = values.filter((value) => !Number.isNaN(value)).sort();
  if (!Number.isFinite(present[0]) || !Number.isFinite(present[present.length - 1])) {
    throw new MlError(
      "bad-data",
      `Column "${start.column}" holds infinite values, which a linear model cannot use. Clean them or use trees.`,
      { details: { column: start.column } },
    );
  }
  const impute = options.impute === "mean" ? mean(present) : medianOfSorted(present);
  const filled = values.map((value) => (Number.isNaN(value) ? impute : value));
  const center = mean(filled);
  const scale = deviation(filled, center) || 1;
  if (!Number.isFinite(scale)) {
    throw new MlError(
      "bad-data",
      `The values of column "${start.column}" are too large to standardise. Divide them by a power of ten, or use trees.`,
      { details: { column: start.column } },
    );
  }
  const encoder: Encoder = { ...start, impute, center, scale };
  const missingCount = values.length - present.length;
  if (options.missingIndicators !== true || missingCount === 0) return [encoder];
  const share = missingCount / values.length;
  const spread = Math.sqrt(share * (1 - share));
  const name = `${start.name} missing`;
  return [encoder, { kind: "missing-indicator", name, column: start.column, center: share, scale: spread }];
}

function fitCategories(column: CategoricalColumn, options: PreparationOptions): FittedColumn | string {
  const { name, dictionary, codes } = column;
  const counts = new Int32Array(dictionary.length);
  let missing = 0;
  for (const code of codes) {
    if (code < 0) missing++;
    else counts[code]!++;
  }
  const seen = dictionary.map((_, code) => code).filter((code) => counts[code]! > 0);
  if (seen.length === 0) return "no value";
  if (seen.length === 1 && missing === 0) return "only one value";
  const hasMissingLevel = options.target === "linear" && missing > 0;
  const rareCount = options.rareCount ?? 1;
  const room = (options.maximalLevels ?? 254) - (hasMissingLevel ? 1 : 0);
  const frequent = seen.filter((code) => counts[code]! >= rareCount);
  const byCount = frequent.toSorted((left, right) => counts[right]! - counts[left]! || left - right);
  const hasOther = frequent.length < seen.length || frequent.length > room;
  const kept = new Set(hasOther ? byCount.slice(0, room - 1) : byCount);
  const levels = [
    ...(hasMissingLevel ? [""] : []),
    ...seen.filter((code) => kept.has(code)).map((code) => dictionary[code]!),
    ...(hasOther ? [OTHER_LEVEL] : []),
  ];
  const encoder: Encoder = {
    kind: "categorical",
    name,
    column: name,
    levels,
    missingLevel: hasMissingLevel ? 0 : null,
    otherLevel: hasOther ? levels.length - 1 : null,
  };
  const categories = seen.map((code) => dictionary[code]!);
  return { feature: { kind: "categorical", name, categories }, encoders: [encoder] };
}

/** Smallest, largest and number of present values. */
function rangeOf(values: Float64Array): {
  readonly low: number;
  readonly high: number;
  readonly count: number;
} {
  let [low, high, count] = [Infinity, -Infinity, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
    count++;
  }
  return { low, high, count };
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function deviation(values: Float64Array, center: number): number {
  let sum = 0;
  for (const value of values) sum += (value - center) ** 2;
  return Math.sqrt(sum / values.length);
}

function medianOfSorted(values: Float64Array): number {
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}
