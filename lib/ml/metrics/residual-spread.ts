import type { RegressionOutcomes } from "./regression-metrics.ts";

/** How the errors of a regression lie, in numbers that a picture needs and that name no single row of a large table. */
export interface ResidualSpread {
  /** counts[x][y]: rows by predicted value and error, in cells of equal width. Null without finite errors. */
  readonly cells: {
    readonly xEdges: readonly number[];
    readonly yEdges: readonly number[];
    readonly counts: readonly (readonly number[])[];
  } | null;
  /** Rows by error, in bins of equal width. Null without finite errors. */
  readonly histogram: { readonly edges: readonly number[]; readonly counts: readonly number[] } | null;
}

const X_CELLS = 28;
const Y_CELLS = 24;
const BINS = 24;

/**
 * Counts errors (predicted minus actual, in units of the target) by cell and by bin; together they hold every row whose
 * numbers are finite. A range without width gets one of width 1 around it.
 */
export function residualSpread({ actual, predicted }: RegressionOutcomes): ResidualSpread {
  const points: [number, number][] = [];
  for (let row = 0; row < actual.length; row++) {
    const error = predicted[row]! - actual[row]!;
    if (Number.isFinite(error)) points.push([predicted[row]!, error]);
  }
  if (points.length === 0) return { cells: null, histogram: null };
  const xEdges = edgesOf(points, 0, X_CELLS);
  const yEdges = edgesOf(points, 1, Y_CELLS);
  const edges = edgesOf(points, 1, BINS);
  const counts = Array.from({ length: X_CELLS }, () => Array.from({ length: Y_CELLS }, () => 0));
  const histogram = Array.from({ length: BINS }, () => 0);
  for (const [value, error] of points) {
    counts[binOf(value, xEdges)]![binOf(error, yEdges)]!++;
    histogram[binOf(error, edges)]!++;
  }
  return { cells: { xEdges, yEdges, counts }, histogram: { edges, counts: histogram } };
}

function edgesOf(points: readonly [number, number][], side: 0 | 1, count: number): number[] {
  let low = Infinity;
  let high = -Infinity;
  for (const point of points) {
    low = Math.min(low, point[side]);
    high = Math.max(high, point[side]);
  }
  if (!(high > low)) [low, high] = [low - 0.5, high + 0.5];
  // Half of each end first: the whole range of huge numbers may be infinite.
  return Array.from({ length: count + 1 }, (_, index) => low * (1 - index / count) + high * (index / count));
}

/** The bin of a value; one on an edge belongs to the bin above it, but for the last edge. */
function binOf(value: number, edges: readonly number[]): number {
  let bin = edges.length - 2;
  while (bin > 0 && value < edges[bin]!) bin--;
  return bin;
}
