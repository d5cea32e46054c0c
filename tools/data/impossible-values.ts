import { type Column, compareNumbers } from "#lib/ml/index.ts";

/** Values of one column that are wrong in one way. */
export interface ImpossibleValues {
  column: string;
  count: number;
  reason: string;
  isImpossible(value: number): boolean;
}

/** Fewer values show no rule. */
const MINIMAL_ROWS = 200;
/** Rarer than this, what breaks a column's rule is a fault; more often it is how the column is. */
const RARE = 0.01;
/** A code for unknown may stand in more rows than a slip does. */
const MOST_CODES = 0.05;
const FEWEST_CODES = 3;
/** A sign fault leaves this part of the median free on both sides of zero; measurements that cross zero do not. */
const GAP = 0.1;
/** Magnitudes that are this unlikely to come from the column's other values were negative on purpose. */
const ALIKE = 0.01;

/**
 * Values that the rest of a numeric column shows to be wrong: infinities; a few negative numbers whose magnitudes look
 * like the others, with nothing near zero on either side (a sign typed by mistake); and a code of nines for "unknown"
 * (99, 999, -9, -99) that stands alone, far outside everything else. Looks at the numbers only, never at the column's
 * name, and leaves alone what might be a measurement: what is not found here stays as it is.
 */
export function impossibleValues(column: Column): ImpossibleValues[] {
  if (column.kind !== "numeric") return [];
  const faults: ImpossibleValues[] = [];
  const infinite = column.values.reduce((count, value) => count + (isInfinite(value) ? 1 : 0), 0);
  if (infinite > 0) {
    faults.push({ column: column.name, count: infinite, reason: "infinite", isImpossible: isInfinite });
  }
  const sorted = column.values.filter((value) => Number.isFinite(value)).sort();
  if (sorted.length < MINIMAL_ROWS) return faults;
  faults.push(
    ...wrongSigns(column.name, sorted),
    ...codesBelow(column.name, sorted),
    ...codesAbove(column.name, sorted),
  );
  return faults;
}

const isInfinite = (value: number): boolean => value === Infinity || value === -Infinity;

function wrongSigns(name: string, sorted: Float64Array): ImpossibleValues[] {
  const negatives = countBelow(sorted, 0);
  if (negatives === 0 || negatives / sorted.length >= RARE) return [];
  const magnitudes = sorted.slice(0, negatives).map((value) => -value);
  const others = sorted.slice(negatives);
  const median = others[Math.floor(others.length / 2)] ?? 0;
  const free = GAP * median;
  const [smallest, largest] = [others[0] ?? 0, others.at(-1) ?? 0];
  const isMirrored = magnitudes.every((value) => value > free && value >= smallest && value <= largest);
  if (!(smallest > free) || !isMirrored || isCode(sorted[0]) || !areAlike(others, magnitudes)) return [];
  return [
    {
      column: name,
      count: negatives,
      reason: "negative where all others are positive",
      isImpossible: (value) => value < 0 && Number.isFinite(value),
    },
  ];
}

function areAlike(others: Float64Array, magnitudes: Float64Array): boolean {
  const { ks } = compareNumbers(
    { kind: "numeric", name: "others", values: others },
    { kind: "numeric", name: "magnitudes", values: magnitudes },
  );
  return (ks.exactP ?? ks.asymptoticP) >= ALIKE;
}

/** -9, -99 and so on, where nothing else is negative. */
function codesBelow(name: string, sorted: Float64Array): ImpossibleValues[] {
  const code = sorted[0];
  const count = countBelow(sorted, 0);
  if (code === undefined || code >= 0 || !isCode(code) || sorted[count - 1] !== code) return [];
  return isUsualCount(count, sorted.length) && hasTwoValues(sorted.subarray(count))
    ? [{ column: name, count, reason: `${code} stands for unknown`, isImpossible: (value) => value === code }]
    : [];
}

/** 99, 999 and so on, further above the second largest value than the rest is wide. */
function codesAbove(name: string, sorted: Float64Array): ImpossibleValues[] {
  const code = sorted.at(-1);
  if (code === undefined || !isCode(code) || code < 99) return [];
  const start = countBelow(sorted, code);
  const others = sorted.subarray(0, start);
  const next = others.at(-1);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  if (next === undefined || !isUsualCount(sorted.length - start, sorted.length)) return [];
  const isFarOut = code - next > 3 * Math.max(next - median, 1e-12) && code > 2 * next;
  return isFarOut && hasTwoValues(others)
    ? [
        {
          column: name,
          count: sorted.length - start,
          reason: `${code} stands for unknown`,
          isImpossible: (value) => value === code,
        },
      ]
    : [];
}

/** Nothing but nines: 99, 999.9, -9. */
const isCode = (value: number | undefined): boolean =>
  value !== undefined && /^(-?9{2,}(\.9+)?|-9)$/.test(String(value));

const isUsualCount = (count: number, rows: number): boolean =>
  count >= FEWEST_CODES && count / rows <= MOST_CODES;

/** Beside one other value, a number of nines may be the second of two prices. */
const hasTwoValues = (sorted: Float64Array): boolean => sorted.length > 0 && sorted[0] !== sorted.at(-1);

function countBelow(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
