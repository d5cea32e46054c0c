import { cellText, columnLength, isMissing, MISSING_BOOLEAN, type Column } from "../score/column.ts";
import type { LeakageHint } from "./leakage-hint.ts";
import { numbersInTexts } from "./numbers-in-texts.ts";

/** Fewer rows with both values prove nothing. */
const MINIMAL_ROWS = 20;
/** A one-to-one relation is no accident when at least this many rows repeat a value and keep to it. */
const MINIMAL_REPEATS = 10;
/** A formula that fits this many different values is no accident. */
const MINIMAL_DISTINCT = 10;
const EXACT = 1e-9;

/**
 * Whether a column is the target under another name: the same texts, another code for each value, or, for numbers
 * (also written into texts), a multiple plus a constant or any strictly monotone function. Judged over the rows where
 * both have a value; null when it is no copy or too few rows could show it. Rows should differ from each other:
 * among copied rows every column repeats as the target does.
 */
export function findTargetCopy(column: Column, target: Column): LeakageHint | null {
  const rows: number[] = [];
  const length = columnLength(target);
  for (let row = 0; row < length; row++)
    if (!isMissing(column, row) && !isMissing(target, row)) rows.push(row);
  if (rows.length < MINIMAL_ROWS) return null;
  const how =
    sameTexts(column, target, rows) ?? recoded(column, target, rows) ?? computed(column, target, rows);
  if (how === null) return null;
  return {
    kind: "target-copy",
    columns: [column.name],
    severity: "leak",
    measure: "share",
    value: rows.length / length,
    message: `"${column.name}" is the target under another name: ${how} in all ${rows.length} rows that have both. Leave it out.`,
  };
}

function sameTexts(column: Column, target: Column, rows: readonly number[]): string | null {
  return rows.every((row) => cellText(column, row) === cellText(target, row)) &&
    distinctTexts(column, rows) >= 2
    ? "the same values"
    : null;
}

const distinctTexts = (column: Column, rows: readonly number[]): number =>
  new Set(rows.map((row) => cellText(column, row))).size;

function recoded(column: Column, target: Column, rows: readonly number[]): string | null {
  const there = new Map<string, string>();
  const back = new Map<string, string>();
  for (const row of rows) {
    const [left, right] = [cellText(column, row) ?? "", cellText(target, row) ?? ""];
    if ((there.get(left) ?? right) !== right || (back.get(right) ?? left) !== left) return null;
    there.set(left, right);
    back.set(right, left);
  }
  if (there.size < 2 || rows.length - there.size < MINIMAL_REPEATS) return null;
  return `each of its ${there.size} values stands for one value of the target and back`;
}

function computed(column: Column, target: Column, rows: readonly number[]): string | null {
  const left = numbersOf(column);
  const right = numbersOf(target);
  if (left === null || right === null) return null;
  const pairs = rows
    .map((row) => [left[row]!, right[row]!] as const)
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
    .toSorted(([x], [y]) => x - y);
  if (pairs.length < rows.length) return null;
  const distinct = new Set(pairs.map(([x]) => x)).size;
  if (distinct < MINIMAL_DISTINCT) return null;
  if (isLinear(pairs)) return "a multiple of it plus a constant";
  return isMonotone(pairs) && distinct >= 2 * MINIMAL_DISTINCT ? "a monotone function of it" : null;
}

type Pair = readonly [number, number];

function isLinear(pairs: readonly Pair[]): boolean {
  const [firstX, firstY] = pairs[0]!;
  const [lastX, lastY] = pairs[pairs.length - 1]!;
  const slope = (lastY - firstY) / (lastX - firstX);
  const allowed = EXACT * Math.max(Math.abs(firstY), Math.abs(lastY), Math.abs(lastY - firstY));
  return slope !== 0 && pairs.every(([x, y]) => Math.abs(firstY + slope * (x - firstX) - y) <= allowed);
}

/** Rising everywhere or falling everywhere, equal exactly where x is equal. */
function isMonotone(pairs: readonly Pair[]): boolean {
  const direction = Math.sign(pairs[pairs.length - 1]![1] - pairs[0]![1]);
  if (direction === 0) return false;
  for (let index = 1; index < pairs.length; index++) {
    const [x, y] = pairs[index]!;
    const [beforeX, beforeY] = pairs[index - 1]!;
    if (Math.sign(y - beforeY) !== (x === beforeX ? 0 : direction)) return false;
  }
  return true;
}

function numbersOf(column: Column): Float64Array | null {
  switch (column.kind) {
    case "numeric":
    case "date":
      return column.values;
    case "boolean":
      return Float64Array.from(column.values, (value) => (value === MISSING_BOOLEAN ? NaN : value));
    default:
      return numbersInTexts(column)?.values ?? null;
  }
}
