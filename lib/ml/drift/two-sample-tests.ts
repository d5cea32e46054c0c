import { kolmogorovSmirnovTail, kolmogorovTail } from "./kolmogorov.ts";
import { normalTail, studentTwoSided } from "./special-functions.ts";

/** Two samples in ascending order, without missing values, each with at least one value. */
export interface SortedSamples {
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

export interface KolmogorovSmirnov {
  /** Largest distance between the two empirical distribution functions. */
  readonly statistic: number;
  /** Exact p-value, disregarding ties; null when the product of the sample sizes is above 10,000. */
  readonly exactP: number | null;
  /** scipy's asymptotic p-value: the one-sample law with n = round(n1 n2 / (n1 + n2)). */
  readonly asymptoticP: number;
  /** p-value of Kolmogorov's limit law. */
  readonly limitP: number;
}

/** Exact p-values are computed up to this product of sample sizes. */
const EXACT_LIMIT = 10_000;

/** Two-sided two-sample Kolmogorov-Smirnov test. */
export function kolmogorovSmirnov(samples: SortedSamples): KolmogorovSmirnov {
  return kolmogorovSmirnovOf(largestDistance(samples), {
    reference: samples.reference.length,
    current: samples.current.length,
  });
}

/** The p-values of a statistic that is already known, for samples of the given sizes. */
export function kolmogorovSmirnovOf(
  statistic: number,
  sizes: { readonly reference: number; readonly current: number },
): KolmogorovSmirnov {
  const { reference: n, current: m } = sizes;
  const effective = (n * m) / (n + m);
  return {
    statistic,
    exactP: n * m <= EXACT_LIMIT ? exactTail(n, m, statistic) : null,
    asymptoticP: kolmogorovSmirnovTail(roundHalfEven(effective), statistic),
    limitP: kolmogorovTail(statistic * Math.sqrt(effective)),
  };
}

function largestDistance({ reference, current }: SortedSamples): number {
  let largest = 0;
  walkMerged({ reference, current }, (belowReference, belowCurrent) => {
    const distance = Math.abs(belowReference / reference.length - belowCurrent / current.length);
    if (distance > largest) largest = distance;
  });
  return largest;
}

type MergedStep = (belowReference: number, belowCurrent: number, value: number, next: number) => void;

/** Visits the distinct values of both samples in order: how many lie at or below each, and the value after it. */
function walkMerged({ reference, current }: SortedSamples, visit: MergedStep): void {
  let i = 0;
  let j = 0;
  while (i < reference.length || j < current.length) {
    const value = Math.min(reference[i] ?? Infinity, current[j] ?? Infinity);
    while (i < reference.length && reference[i]! <= value) i++;
    while (j < current.length && current[j]! <= value) j++;
    visit(i, j, value, Math.min(reference[i] ?? Infinity, current[j] ?? Infinity));
  }
}

/**
 * P(D >= d) by counting lattice paths that leave the allowed band (Hodges 1958). Only paths outside are counted, so
 * that tiny probabilities keep their precision.
 */
function exactTail(n: number, m: number, statistic: number): number {
  // |i / n - j / m| >= d, compared in whole numbers.
  const limit = Math.round(statistic * n * m);
  if (limit === 0) return 1;
  // Paths to (i, j) that have been outside, and all paths to it, both scaled by the same factor per diagonal.
  let outside = new Float64Array(m + 1);
  let all = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++) {
    const nextOutside = new Float64Array(m + 1);
    const nextAll = new Float64Array(m + 1);
    for (let j = 0; j <= m; j++) {
      // Step i -> with probability i / (i + j): the last step to (i, j) of a uniformly drawn path.
      const total = i + j;
      nextAll[j] = 1;
      if (Math.abs(i * m - j * n) >= limit) nextOutside[j] = 1;
      else if (total > 0) {
        const fromLeft = j > 0 ? (j / total) * nextOutside[j - 1]! : 0;
        const fromBelow = i > 0 ? (i / total) * outside[j]! : 0;
        nextOutside[j] = fromLeft + fromBelow;
      }
    }
    outside = nextOutside;
    all = nextAll;
  }
  return outside[m]! / all[m]!;
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return value - Math.floor(value) === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

/** First Wasserstein distance: the area between the two distribution functions, in the unit of the values. */
export function wassersteinDistance(samples: SortedSamples): number {
  const { reference, current } = samples;
  let area = 0;
  walkMerged(samples, (belowReference, belowCurrent, value, next) => {
    if (next === Infinity) return;
    area += Math.abs(belowReference / reference.length - belowCurrent / current.length) * (next - value);
  });
  return area;
}

/**
 * Energy distance: the square root of twice the integral of the squared distance between the two distribution
 * functions (Szekely and Rizzo 2013), in the root of the values' unit.
 */
export function energyDistance(samples: SortedSamples): number {
  const { reference, current } = samples;
  let area = 0;
  walkMerged(samples, (belowReference, belowCurrent, value, next) => {
    if (next === Infinity) return;
    area += (belowReference / reference.length - belowCurrent / current.length) ** 2 * (next - value);
  });
  return Math.sqrt(2 * area);
}

export interface MannWhitney {
  /** U of the reference sample. */
  readonly statistic: number;
  /** Two-sided, normal approximation with continuity and tie correction; null when all values are equal. */
  readonly p: number | null;
}

/** Mann-Whitney U test (Mann and Whitney 1947). */
export function mannWhitney(samples: SortedSamples): MannWhitney {
  const n = samples.reference.length;
  const m = samples.current.length;
  const total = n + m;
  let rankSum = 0;
  let tieTerm = 0;
  let [beforeReference, beforeCurrent] = [0, 0];
  walkMerged(samples, (belowReference, belowCurrent) => {
    const before = beforeReference + beforeCurrent;
    const tied = belowReference + belowCurrent - before;
    rankSum += (belowReference - beforeReference) * (before + (tied + 1) / 2);
    tieTerm += tied ** 3 - tied;
    [beforeReference, beforeCurrent] = [belowReference, belowCurrent];
  });
  const statistic = rankSum - (n * (n + 1)) / 2;
  const deviation = Math.sqrt(((n * m) / 12) * (total + 1 - tieTerm / (total * (total - 1))));
  if (!(deviation > 0)) return { statistic, p: null };
  const z = (Math.max(statistic, n * m - statistic) - (n * m) / 2 - 0.5) / deviation;
  return { statistic, p: Math.min(1, 2 * normalTail(z)) };
}

export interface WelchTest {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
}

/** Mean and variance (n - 1) of a sample. */
export function momentsOf(values: Float64Array): { readonly mean: number; readonly variance: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, variance: squares / (values.length - 1) };
}

/** Welch's t test for unequal variances (Welch 1947); null when both samples are constant or have one value. */
export function welchTest({ reference, current }: SortedSamples): WelchTest | null {
  return welchTestOf(
    { ...momentsOf(reference), count: reference.length },
    { ...momentsOf(current), count: current.length },
  );
}

/** A sample as Welch's test sees it; the variance is the one with n - 1. */
export interface CountedMoments {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

/** Welch's t test of two samples whose moments are known. */
export function welchTestOf(left: CountedMoments, right: CountedMoments): WelchTest | null {
  const leftPart = left.variance / left.count;
  const rightPart = right.variance / right.count;
  const spread = leftPart + rightPart;
  if (!(spread > 0)) return null;
  const degreesOfFreedom =
    spread ** 2 / (leftPart ** 2 / (left.count - 1) + rightPart ** 2 / (right.count - 1));
  const statistic = (left.mean - right.mean) / Math.sqrt(spread);
  return { statistic, degreesOfFreedom, p: studentTwoSided(statistic, degreesOfFreedom) };
}
