import {
  cellText,
  columnLength,
  compareCodePoints,
  type Column,
  type NumericColumn,
} from "../score/column.ts";
import { MlError } from "../score/ml-error.ts";
import {
  chiSquaredContingency,
  chiSquaredFit,
  chiSquaredYates,
  cramersV,
  fisherExact,
  type ChiSquared,
} from "./chi-squared.ts";
import { countBins, decileEdges, divergences, type Divergences } from "./divergences.ts";
import {
  energyDistance,
  kolmogorovSmirnov,
  mannWhitney,
  momentsOf,
  wassersteinDistance,
  welchTest,
  type KolmogorovSmirnov,
  type MannWhitney,
  type WelchTest,
} from "./two-sample-tests.ts";

export interface SampleSize {
  /** Rows with a value. */
  readonly count: number;
  readonly missingShare: number;
}

/** Where and how wide a sample of numbers lies; deviations are population deviations. */
export interface SampleMoments extends SampleSize {
  readonly mean: number;
  readonly standardDeviation: number;
  readonly min: number;
  readonly max: number;
}

export interface NumericDrift extends Divergences {
  readonly kind: "numeric";
  readonly reference: SampleMoments;
  readonly current: SampleMoments;
  /** Inner bin edges and counts that PSI and the divergences use. */
  readonly edges: readonly number[];
  readonly referenceCounts: readonly number[];
  readonly currentCounts: readonly number[];
  readonly ks: KolmogorovSmirnov;
  readonly wasserstein: number;
  /** Wasserstein distance over the reference's deviation (at least 0.001). */
  readonly wassersteinNormed: number;
  readonly energyDistance: number;
  readonly mannWhitney: MannWhitney;
  readonly welch: WelchTest | null;
}

export interface CategoricalDrift extends Divergences {
  readonly kind: "categorical";
  readonly reference: SampleSize;
  readonly current: SampleSize;
  /** Categories of both samples by code point; "" stands for missing values. */
  readonly categories: readonly string[];
  readonly referenceCounts: readonly number[];
  readonly currentCounts: readonly number[];
  /** Categories that the reference does not have. */
  readonly newCategories: readonly string[];
  readonly chiSquared: ChiSquared;
  readonly chiSquaredYates: ChiSquared | null;
  readonly goodnessOfFit: ChiSquared | null;
  readonly cramersV: number;
  readonly fisherP: number | null;
}

/**
 * Compares two samples of numbers; missing values are dropped first.
 * @throws MlError bad-data when a sample has no value at all.
 */
export function compareNumbers(reference: NumericColumn, current: NumericColumn): NumericDrift {
  const samples = { reference: presentSorted(reference), current: presentSorted(current) };
  const edges = decileEdges(samples.reference);
  const referenceCounts = countBins(samples.reference, edges);
  const currentCounts = countBins(samples.current, edges);
  const referenceMoments = sampleMoments(samples.reference, reference.values.length);
  const wasserstein = wassersteinDistance(samples);
  return {
    kind: "numeric",
    reference: referenceMoments,
    current: sampleMoments(samples.current, current.values.length),
    edges,
    referenceCounts,
    currentCounts,
    ...divergences({ reference: referenceCounts, current: currentCounts }),
    ks: kolmogorovSmirnov(samples),
    wasserstein,
    wassersteinNormed: wasserstein / Math.max(referenceMoments.standardDeviation, 0.001),
    energyDistance: energyDistance(samples),
    mannWhitney: mannWhitney(samples),
    welch: welchTest(samples),
  };
}

function presentSorted(column: NumericColumn): Float64Array {
  const present = column.values.filter((value) => !Number.isNaN(value)).sort();
  if (present.length === 0) {
    throw new MlError("bad-data", `Column "${column.name}" has no value to compare. Leave it out.`, {
      details: { column: column.name },
    });
  }
  return present;
}

function sampleMoments(sorted: Float64Array, rowCount: number): SampleMoments {
  const { mean, variance } = momentsOf(sorted);
  const count = sorted.length;
  return {
    count,
    missingShare: 1 - count / rowCount,
    mean,
    standardDeviation: count > 1 ? Math.sqrt((variance * (count - 1)) / count) : 0,
    min: sorted[0]!,
    max: sorted[count - 1]!,
  };
}

/** Compares the categories of two columns of any kind but numbers; missing values are a category of their own. */
export function compareCategories(reference: Column, current: Column): CategoricalDrift {
  const referenceTally = tally(reference);
  const currentTally = tally(current);
  const categories = [...new Set([...referenceTally.keys(), ...currentTally.keys()])].toSorted(
    compareCodePoints,
  );
  const referenceCounts = categories.map((category) => referenceTally.get(category) ?? 0);
  const currentCounts = categories.map((category) => currentTally.get(category) ?? 0);
  const counts = { reference: referenceCounts, current: currentCounts };
  return {
    kind: "categorical",
    reference: sampleSize(reference, referenceTally),
    current: sampleSize(current, currentTally),
    categories,
    referenceCounts,
    currentCounts,
    newCategories: categories.filter((category, index) => category !== "" && referenceCounts[index] === 0),
    ...divergences(counts),
    chiSquared: chiSquaredContingency(counts),
    chiSquaredYates: chiSquaredYates(counts),
    goodnessOfFit: chiSquaredFit(counts),
    cramersV: cramersV(counts),
    fisherP: fisherExact(counts),
  };
}

function tally(column: Column): Map<string, number> {
  const counts = new Map<string, number>();
  if (column.kind === "categorical") {
    const byCode = new Int32Array(column.dictionary.length + 1);
    for (const code of column.codes) byCode[code + 1]!++;
    if (byCode[0]! > 0) counts.set("", byCode[0]!);
    for (const [code, text] of column.dictionary.entries()) {
      if (byCode[code + 1]! > 0) counts.set(text, byCode[code + 1]!);
    }
    return counts;
  }
  for (let row = 0; row < columnLength(column); row++) {
    const text = cellText(column, row) ?? "";
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

function sampleSize(column: Column, counts: ReadonlyMap<string, number>): SampleSize {
  const missing = counts.get("") ?? 0;
  const rows = columnLength(column);
  return { count: rows - missing, missingShare: rows === 0 ? 0 : missing / rows };
}
