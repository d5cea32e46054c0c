import { compareCodePoints } from "../../score/column.ts";
import {
  chiSquaredContingency,
  chiSquaredFit,
  chiSquaredYates,
  cramersV,
  fisherExact,
} from "../chi-squared.ts";
import type { CategoricalDrift, SampleMoments } from "../compare-columns.ts";
import { divergences, type Divergences } from "../divergences.ts";
import {
  kolmogorovSmirnovOf,
  welchTestOf,
  type KolmogorovSmirnov,
  type WelchTest,
} from "../two-sample-tests.ts";
import type { CategoryCounter } from "./category-counter.ts";
import { distanceBetween } from "./distribution-distance.ts";
import type { NumberCounter } from "./number-counter.ts";
import type { CategoricalReference, NumericReference } from "./reference-profile.ts";

/** Numbers against their profile. What needs every value of both samples at once, such as ranks, is not there. */
export interface ProfileNumericDrift extends Divergences {
  readonly kind: "numeric";
  readonly reference: SampleMoments;
  readonly current: SampleMoments;
  readonly edges: readonly number[];
  readonly referenceCounts: readonly number[];
  readonly currentCounts: readonly number[];
  /**
   * The statistic at the profile's cuts, a lower bound; the true one is at most `largestStatistic`. Exact, and both
   * equal, when the profile keeps every distinct value.
   */
  readonly ks: KolmogorovSmirnov & { readonly isExact: boolean; readonly largestStatistic: number };
  readonly wasserstein: number;
  /** The true distance lies within this much of `wasserstein`. */
  readonly wassersteinError: number;
  readonly wassersteinNormed: number;
  readonly welch: WelchTest | null;
  /** Rows below the reference's least or above its largest value. */
  readonly outOfRange: number;
}

/** Compares counted numbers with their profile; both sides must have a value. */
export function compareNumbersWithProfile(
  reference: NumericReference,
  counter: NumberCounter,
): ProfileNumericDrift {
  const referenceCounts = binCounts(reference, reference.edges, reference.cuts);
  const currentCounts = binCounts(counter, reference.edges, reference.cuts);
  const current = { count: counter.count, ...counter.moments() };
  const distance = distanceBetween(reference, counter);
  const sizes = { reference: reference.count, current: counter.count };
  const referenceMoments = sampleMoments({ ...reference, rows: reference.count + reference.missing });
  return {
    kind: "numeric",
    reference: referenceMoments,
    current: sampleMoments({
      ...current,
      min: counter.min,
      max: counter.max,
      rows: counter.count + counter.missing,
    }),
    edges: reference.edges,
    referenceCounts,
    currentCounts,
    ...divergences({ reference: referenceCounts, current: currentCounts }),
    ks: {
      ...kolmogorovSmirnovOf(distance.ks, sizes),
      isExact: distance.isExact,
      largestStatistic: distance.largestKs,
    },
    wasserstein: distance.wasserstein,
    wassersteinError: distance.wassersteinError,
    wassersteinNormed: distance.wasserstein / Math.max(referenceMoments.standardDeviation, 0.001),
    welch: welchTestOf(countedMoments(reference), countedMoments(current)),
    outOfRange: counter.between[0]! + counter.between.at(-1)!,
  };
}

interface CountedCuts {
  readonly equal: ArrayLike<number>;
  readonly between: ArrayLike<number>;
}

/** Rows of each bin; every edge is a cut, so these counts are exact. */
function binCounts(counted: CountedCuts, edges: readonly number[], cuts: readonly number[]): number[] {
  const counts = [0];
  for (const [place, cut] of cuts.entries()) {
    counts[counts.length - 1]! += counted.between[place]! + counted.equal[place]!;
    if (cut === edges[counts.length - 1]) counts.push(0);
  }
  counts[counts.length - 1]! += counted.between[cuts.length]!;
  return counts;
}

interface CountedSquares {
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
}

function countedMoments({ count, mean, squares }: CountedSquares) {
  return { count, mean, variance: squares / (count - 1) };
}

function sampleMoments(
  sample: CountedSquares & { readonly min: number; readonly max: number; readonly rows: number },
): SampleMoments {
  const { count, mean, squares, min, max, rows } = sample;
  return {
    count,
    missingShare: 1 - count / rows,
    mean,
    standardDeviation: Math.sqrt(squares / count),
    min,
    max,
  };
}

/** The bin that stands for all reference categories too rare to be listed, and for what cannot be told from them. */
export const OTHER_CATEGORIES = "(other categories)";

/** Compares counted categories with their profile; missing values are a category of their own, "". */
export function compareCategoriesWithProfile(
  reference: CategoricalReference,
  counter: CategoryCounter,
): CategoricalDrift {
  const unseen = counter.unseen();
  const bins = reference.categories.map((category, place) => ({
    category,
    before: reference.counts[place]!,
    now: counter.known[place]!,
  }));
  // Where the profile joined rare categories, an unlisted one may be one of those: it cannot be called new.
  const isListed = reference.other === 0;
  if (isListed) {
    for (const [place, category] of unseen.categories.entries()) {
      bins.push({ category, before: 0, now: unseen.counts[place]! });
    }
  }
  const unnamed = isListed ? unseen.rest : unseen.rest + unseen.counts.reduce((sum, rows) => sum + rows, 0);
  if (unnamed + reference.other > 0) {
    bins.push({ category: OTHER_CATEGORIES, before: reference.other, now: unnamed });
  }
  if (reference.missing + counter.missing > 0) {
    bins.push({ category: "", before: reference.missing, now: counter.missing });
  }
  const used = bins
    .filter(({ before, now }) => before + now > 0)
    .toSorted((left, right) => compareCodePoints(left.category, right.category));
  const referenceCounts = used.map(({ before }) => before);
  const currentCounts = used.map(({ now }) => now);
  const counts = { reference: referenceCounts, current: currentCounts };
  return {
    kind: "categorical",
    reference: sizeOf(reference),
    current: sizeOf(counter),
    categories: used.map(({ category }) => category),
    referenceCounts,
    currentCounts,
    newCategories: used
      .filter(({ category, before }) => before === 0 && category !== "")
      .map(({ category }) => category),
    ...divergences(counts),
    chiSquared: chiSquaredContingency(counts),
    chiSquaredYates: chiSquaredYates(counts),
    goodnessOfFit: chiSquaredFit(counts),
    cramersV: cramersV(counts),
    fisherP: fisherExact(counts),
  };
}

function sizeOf({ count, missing }: { readonly count: number; readonly missing: number }) {
  const rows = count + missing;
  return { count, missingShare: rows === 0 ? 0 : missing / rows };
}
