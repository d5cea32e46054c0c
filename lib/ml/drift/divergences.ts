import { quantileOfSorted } from "../metrics/quantile.ts";
import type { CategoryCounts } from "./chi-squared.ts";

/** Distances between two binned distributions. */
export interface Divergences {
  /** Population stability index: sum of (c - r) ln(c / r), with shares of 0 replaced by 0.0001. */
  readonly psi: number;
  /** Kullback-Leibler divergence of current from reference in nats, with the same replacement. */
  readonly kl: number;
  /** Jensen-Shannon divergence in bits, 0 to 1. */
  readonly jsDivergence: number;
  /** Square root of the divergence. */
  readonly jsDistance: number;
  readonly hellinger: number;
  readonly lInfinity: number;
  readonly totalVariation: number;
}

/** The replacement for empty shares in PSI and KL; the other share is not renormalised. */
const EMPTY_SHARE = 1e-4;

/** The rule by which PSI is computed, to be quoted in reports. */
export const PSI_RULE =
  "bins: deciles of the reference (R type 7), equal edges merged, open ends; categories: one bin each, missing one too; " +
  "natural logarithm; an empty share counts as 0.0001 without renormalising";

/** Compares counts of the same bins in two samples, both with at least one row. */
export function divergences({ reference, current }: CategoryCounts): Divergences {
  const referenceTotal = reference.reduce((sum, count) => sum + count, 0);
  const currentTotal = current.reduce((sum, count) => sum + count, 0);
  let [psi, kl, entropyGap, overlap, lInfinity, variation] = [0, 0, 0, 0, 0, 0];
  for (const [index, count] of reference.entries()) {
    const r = count / referenceTotal;
    const c = current[index]! / currentTotal;
    const filledR = r === 0 ? EMPTY_SHARE : r;
    const filledC = c === 0 ? EMPTY_SHARE : c;
    // A bin that is empty on both sides says nothing.
    if (r > 0 || c > 0) {
      const ratio = Math.log(filledC / filledR);
      psi += (filledC - filledR) * ratio;
      kl += filledC * ratio;
    }
    entropyGap += entropyTerm((r + c) / 2) - (entropyTerm(r) + entropyTerm(c)) / 2;
    overlap += Math.sqrt(r * c);
    lInfinity = Math.max(lInfinity, Math.abs(r - c));
    variation += Math.abs(r - c) / 2;
  }
  const jsDivergence = Math.max(0, entropyGap);
  return {
    psi,
    kl,
    jsDivergence,
    jsDistance: Math.sqrt(jsDivergence),
    hellinger: Math.sqrt(Math.max(0, 1 - overlap)),
    lInfinity,
    totalVariation: variation,
  };
}

function entropyTerm(share: number): number {
  return share > 0 ? -share * Math.log2(share) : 0;
}

/** Inner edges of the decile bins of ascending reference values, equal ones merged. */
export function decileEdges(sortedReference: Float64Array): number[] {
  const edges: number[] = [];
  for (let decile = 1; decile <= 9; decile++) {
    const edge = quantileOfSorted(sortedReference, decile / 10);
    if (edge !== edges[edges.length - 1]) edges.push(edge);
  }
  return edges;
}

/** How many of ascending values fall in (-inf, e1], (e1, e2], ..., (ek, +inf). */
export function countBins(sorted: Float64Array, edges: readonly number[]): number[] {
  const counts: number[] = [];
  let before = 0;
  for (const edge of edges) {
    let low = before;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! <= edge) low = middle + 1;
      else high = middle;
    }
    counts.push(low - before);
    before = low;
  }
  counts.push(sorted.length - before);
  return counts;
}
