import { columnLength, type Column } from "../score/column.ts";

/** Fewer rows than this prove nothing. */
const MINIMAL_ROWS = 20;
/** A value that repeats among the first rows settles the question without looking at the rest. */
const FIRST_LOOK = 1000;

/**
 * Whether a column looks like a row number or key: every present value is different and, for numbers, all are
 * integers that either rise or fall from row to row or fill their range densely.
 */
export function isIdentifierLike(column: Column): boolean {
  const rows = columnLength(column);
  if (rows < MINIMAL_ROWS) return false;
  if (column.kind === "categorical") return areMostlyPresentAndDistinct(column.codes, (code) => code >= 0);
  if (column.kind === "text") return areMostlyPresentAndDistinct(column.values, (value) => value !== null);
  if (column.kind !== "numeric") return false;
  const { values } = column;
  if (!areDistinct(values.subarray(0, FIRST_LOOK))) return false;
  if (values.some((value) => !Number.isSafeInteger(value)) || !areDistinct(values)) return false;
  let [low, high, isRising, isFalling] = [Infinity, -Infinity, true, true];
  for (let row = 0; row < rows; row++) {
    const value = values[row]!;
    low = Math.min(low, value);
    high = Math.max(high, value);
    if (row > 0 && value < values[row - 1]!) isRising = false;
    if (row > 0 && value > values[row - 1]!) isFalling = false;
  }
  return isRising || isFalling || high - low < 2 * rows;
}

function areDistinct(values: Float64Array): boolean {
  const sorted = values.toSorted();
  for (let index = 1; index < sorted.length; index++) if (sorted[index] === sorted[index - 1]) return false;
  return true;
}

function areMostlyPresentAndDistinct<Value>(
  values: ArrayLike<Value>,
  isPresent: (value: Value) => boolean,
): boolean {
  const seen = new Set<Value>();
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (!isPresent(value)) continue;
    if (seen.has(value)) return false;
    seen.add(value);
  }
  return seen.size > values.length / 2;
}
