import { assertNever } from "../score/assert-never.ts";
import { MISSING_BOOLEAN, type Column } from "../score/column.ts";

/**
 * How strongly two columns go together over the rows where both have a value. `pearson`: linear correlation, -1 to 1.
 * `correlation-ratio`: eta, the part of a number's spread that categories explain, 0 to 1. `cramers-v`: association
 * of two categories, 0 to 1.
 */
export interface Association {
  readonly column: string;
  readonly measure: "pearson" | "correlation-ratio" | "cramers-v";
  readonly strength: number;
  readonly rowCount: number;
}

/** A larger table of two categories has mostly empty cells and says nothing. */
const MAXIMAL_CELLS = 1_000_000;

/** Measures a column against the target; null for text, or when nothing varies. */
export function associate(column: Column, target: Column): Association | null {
  const left = asNumbersOrCodes(column);
  const right = asNumbersOrCodes(target);
  if (left === null || right === null) return null;
  const rows: number[] = [];
  for (let row = 0; row < left.values.length; row++) {
    if (Number.isFinite(left.values[row]) && Number.isFinite(right.values[row])) rows.push(row);
  }
  if (rows.length < 2 || (left.levels ?? 1) * (right.levels ?? 1) > MAXIMAL_CELLS) return null;
  const strength =
    left.levels === null && right.levels === null
      ? pearson(left.values, right.values, rows)
      : left.levels !== null && right.levels !== null
        ? cramersV({ left: left.values, right: right.values, rows, sizes: [left.levels, right.levels] })
        : left.levels === null
          ? correlationRatio({ numbers: left.values, codes: right.values, rows, levels: right.levels ?? 0 })
          : correlationRatio({ numbers: right.values, codes: left.values, rows, levels: left.levels });
  if (!Number.isFinite(strength)) return null;
  const measure =
    left.levels === null && right.levels === null
      ? "pearson"
      : left.levels !== null && right.levels !== null
        ? "cramers-v"
        : "correlation-ratio";
  return { column: column.name, measure, strength, rowCount: rows.length };
}

interface Numbers {
  readonly values: Float64Array;
  /** Number of categories when the values are codes. */
  readonly levels: number | null;
}

function asNumbersOrCodes(column: Column): Numbers | null {
  switch (column.kind) {
    case "numeric":
    case "date":
      return { values: column.values, levels: null };
    case "boolean":
      return {
        values: Float64Array.from(column.values, (value) => (value === MISSING_BOOLEAN ? NaN : value)),
        levels: 2,
      };
    case "categorical":
      return {
        values: Float64Array.from(column.codes, (code) => (code < 0 ? NaN : code)),
        levels: column.dictionary.length,
      };
    case "text":
      return null;
    default:
      return assertNever(column);
  }
}

function pearson(left: Float64Array, right: Float64Array, rows: readonly number[]): number {
  const leftMean = rows.reduce((sum, row) => sum + left[row]!, 0) / rows.length;
  const rightMean = rows.reduce((sum, row) => sum + right[row]!, 0) / rows.length;
  let [cross, leftSquares, rightSquares] = [0, 0, 0];
  for (const row of rows) {
    const a = left[row]! - leftMean;
    const b = right[row]! - rightMean;
    cross += a * b;
    leftSquares += a * a;
    rightSquares += b * b;
  }
  return cross / Math.sqrt(leftSquares * rightSquares);
}

interface RatioRequest {
  readonly numbers: Float64Array;
  readonly codes: Float64Array;
  readonly rows: readonly number[];
  readonly levels: number;
}

function correlationRatio({ numbers, codes, rows, levels }: RatioRequest): number {
  const sums = new Float64Array(levels);
  const counts = new Float64Array(levels);
  let total = 0;
  for (const row of rows) {
    sums[codes[row]!]! += numbers[row]!;
    counts[codes[row]!]!++;
    total += numbers[row]!;
  }
  const mean = total / rows.length;
  let between = 0;
  for (let level = 0; level < levels; level++) {
    if (counts[level]! > 0) between += counts[level]! * (sums[level]! / counts[level]! - mean) ** 2;
  }
  const spread = rows.reduce((sum, row) => sum + (numbers[row]! - mean) ** 2, 0);
  return Math.sqrt(between / spread);
}

interface TableRequest {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly rows: readonly number[];
  readonly sizes: readonly [number, number];
}

/** Cramer's V without bias correction: sqrt(chi2 / (n * min(rows - 1, columns - 1))). */
function cramersV({ left, right, rows, sizes }: TableRequest): number {
  const [leftSize, rightSize] = sizes;
  const table = new Float64Array(leftSize * rightSize);
  const leftTotals = new Float64Array(leftSize);
  const rightTotals = new Float64Array(rightSize);
  for (const row of rows) {
    const [a, b] = [left[row]!, right[row]!];
    table[a * rightSize + b]!++;
    leftTotals[a]!++;
    rightTotals[b]!++;
  }
  let chiSquared = 0;
  for (let a = 0; a < leftSize; a++) {
    for (let b = 0; b < rightSize; b++) {
      const expected = (leftTotals[a]! * rightTotals[b]!) / rows.length;
      if (expected > 0) chiSquared += (table[a * rightSize + b]! - expected) ** 2 / expected;
    }
  }
  const used = (totals: Float64Array): number => totals.filter((total) => total > 0).length;
  return Math.sqrt(chiSquared / (rows.length * (Math.min(used(leftTotals), used(rightTotals)) - 1)));
}
