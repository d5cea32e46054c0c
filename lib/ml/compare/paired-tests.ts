import { normalTail, studentTwoSided } from "../drift/special-functions.ts";
import { midranks } from "./delong.ts";
import { studentQuantile } from "./student-quantile.ts";

export interface PairedTTest {
  /** Mean difference, first minus second. */
  readonly difference: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  /** Null when the differences have no spread. */
  readonly t: number | null;
  /** Two-sided. */
  readonly p: number;
  /** 95 % interval of the mean difference. */
  readonly low: number;
  readonly high: number;
}

/** Student's t test of paired differences; null for fewer than two. */
export function pairedTTest(differences: Float64Array): PairedTTest | null {
  const count = differences.length;
  return testMean(differences, 1 / count);
}

/**
 * The t test for differences measured on the folds of a cross-validation, whose variance is widened for the training
 * rows they share: factor 1 / folds + test / train (Nadeau and Bengio 2003). Null for fewer than two folds.
 */
export function correctedTTest(
  differences: Float64Array,
  { trainRows, testRows }: { readonly trainRows: number; readonly testRows: number },
): PairedTTest | null {
  return testMean(differences, 1 / differences.length + testRows / trainRows);
}

function testMean(differences: Float64Array, factor: number): PairedTTest | null {
  const count = differences.length;
  if (count < 2) return null;
  const mean = differences.reduce((sum, value) => sum + value, 0) / count;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const standardError = Math.sqrt(variance * factor);
  const degreesOfFreedom = count - 1;
  const about = { difference: mean, standardError, degreesOfFreedom };
  if (!(standardError > 0)) return { ...about, t: null, p: mean === 0 ? 1 : 0, low: mean, high: mean };
  const t = mean / standardError;
  const reach = studentQuantile(0.95, degreesOfFreedom) * standardError;
  return { ...about, t, p: studentTwoSided(t, degreesOfFreedom), low: mean - reach, high: mean + reach };
}

export interface SignedRankTest {
  /** Sum of the ranks of positive differences; differences of 0 are left out. */
  readonly positiveRanks: number;
  readonly negativeRanks: number;
  readonly count: number;
  /** `exact` up to 50 differences without ties; else the normal approximation with tie correction. */
  readonly method: "exact" | "normal";
  /** Two-sided; 1 when every difference is 0. */
  readonly p: number;
}

const EXACT_LIMIT = 50;

/** Wilcoxon's signed-rank test of paired differences (Wilcoxon 1945), by the rules of scipy.stats.wilcoxon. */
export function signedRankTest(all: Float64Array): SignedRankTest {
  const differences = all.filter((value) => value !== 0);
  const count = differences.length;
  const ranks = midranks(differences.map(Math.abs));
  let positiveRanks = 0;
  let negativeRanks = 0;
  for (const [index, rank] of ranks.entries()) {
    if (differences[index]! > 0) positiveRanks += rank;
    else negativeRanks += rank;
  }
  const sums = { positiveRanks, negativeRanks, count };
  if (count === 0) return { ...sums, method: "exact", p: 1 };
  const tieTerm = tieSum(ranks);
  const least = Math.min(positiveRanks, negativeRanks);
  if (count <= EXACT_LIMIT && tieTerm === 0 && count === all.length) {
    return { ...sums, method: "exact", p: exactSignedRank(count, least) };
  }
  const mean = (count * (count + 1)) / 4;
  const variance = (count * (count + 1) * (2 * count + 1)) / 24 - tieTerm / 48;
  const z = (least - mean) / Math.sqrt(variance);
  return { ...sums, method: "normal", p: Math.min(1, 2 * normalTail(Math.abs(z))) };
}

/** Sum of t^3 - t over runs of t equal ranks. */
function tieSum(ranks: Float64Array): number {
  const counts = new Map<number, number>();
  for (const rank of ranks) counts.set(rank, (counts.get(rank) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum += count ** 3 - count;
  return sum;
}

/** 2 P(W <= least) by counting the subsets of 1..count with each sum. */
function exactSignedRank(count: number, least: number): number {
  const most = (count * (count + 1)) / 2;
  let shares = new Float64Array(most + 1);
  shares[0] = 1;
  for (let rank = 1; rank <= count; rank++) {
    const next = new Float64Array(most + 1);
    for (let sum = 0; sum <= most; sum++) {
      next[sum] = (shares[sum]! + (sum >= rank ? shares[sum - rank]! : 0)) / 2;
    }
    shares = next;
  }
  let tail = 0;
  for (let sum = 0; sum <= Math.floor(least); sum++) tail += shares[sum]!;
  return Math.min(1, 2 * tail);
}
