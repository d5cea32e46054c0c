import { chiSquaredTail, logChoose } from "./special-functions.ts";

/** Counts of the same categories in two samples. */
export interface CategoryCounts {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

export interface ChiSquared {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
}

/** Pearson's test of equal shares in a 2 x K table, without Yates' correction. Categories without rows are left out. */
export function chiSquaredContingency(counts: CategoryCounts): ChiSquared {
  return contingency(counts, false);
}

/** The same with Yates' correction, which applies to 2 x 2 tables only; null for others. */
export function chiSquaredYates(counts: CategoryCounts): ChiSquared | null {
  return usedCategories(counts) === 2 ? contingency(counts, true) : null;
}

function usedCategories({ reference, current }: CategoryCounts): number {
  return reference.filter((count, index) => count + current[index]! > 0).length;
}

function contingency(counts: CategoryCounts, isCorrected: boolean): ChiSquared {
  const { reference, current } = counts;
  const referenceTotal = total(reference);
  const currentTotal = total(current);
  const all = referenceTotal + currentTotal;
  let statistic = 0;
  for (const [index, count] of reference.entries()) {
    const column = count + current[index]!;
    if (column === 0) continue;
    for (const [observed, rowTotal] of [
      [count, referenceTotal],
      [current[index]!, currentTotal],
    ] as const) {
      const expected = (rowTotal * column) / all;
      const distance = Math.abs(observed - expected);
      statistic += (distance - (isCorrected ? Math.min(0.5, distance) : 0)) ** 2 / expected;
    }
  }
  const degreesOfFreedom = Math.max(0, usedCategories(counts) - 1);
  return { statistic, degreesOfFreedom, p: chiSquaredTail(statistic, degreesOfFreedom) };
}

/**
 * Goodness of fit of the current counts to the reference shares; null when a category has no reference rows, as its
 * expected count would be 0.
 */
export function chiSquaredFit({ reference, current }: CategoryCounts): ChiSquared | null {
  if (reference.some((count) => count === 0)) return null;
  const factor = total(current) / total(reference);
  const statistic = reference.reduce((sum, count, index) => {
    const expected = count * factor;
    return sum + (current[index]! - expected) ** 2 / expected;
  }, 0);
  const degreesOfFreedom = reference.length - 1;
  return { statistic, degreesOfFreedom, p: chiSquaredTail(statistic, degreesOfFreedom) };
}

/** Cramer's V of the 2 x K table: sqrt(chi2 / n), 0 to 1 (Cramer 1946). */
export function cramersV(counts: CategoryCounts): number {
  const { statistic, degreesOfFreedom } = chiSquaredContingency(counts);
  if (degreesOfFreedom === 0) return 0;
  return Math.sqrt(statistic / (total(counts.reference) + total(counts.current)));
}

/** Fisher's exact two-sided p-value of a 2 x 2 table: all tables at most as likely as the observed; null for others. */
export function fisherExact({ reference, current }: CategoryCounts): number | null {
  if (reference.length !== 2) return null;
  const [a, b, c, d] = [reference[0]!, reference[1]!, current[0]!, current[1]!];
  const [first, second, column] = [a + b, c + d, a + c];
  const logProbability = (x: number): number =>
    logChoose(first, x) + logChoose(second, column - x) - logChoose(first + second, column);
  const observed = logProbability(a);
  let sum = 0;
  for (let x = Math.max(0, column - second); x <= Math.min(first, column); x++) {
    const value = logProbability(x);
    if (value <= observed + 1e-7) sum += Math.exp(value);
  }
  return Math.min(1, sum);
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
