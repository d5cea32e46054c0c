import type { NodeSums, SplitChoice, SplitSearch } from "./find-split.ts";
import { boundedValue, scoreOfValue, type LeafBounds } from "./leaf-bounds.ts";

/**
 * The best numeric split under monotone constraints: children's values are held within the node's bounds, and a split
 * of a constrained feature whose values stand in the wrong order is not made. The children's order is that of the
 * present values; rows without a value go where they fit. Its `gain` is the sum of the children's scores.
 */
export function findBoundedSplit(
  search: SplitSearch,
  feature: number,
  bounds: LeafBounds,
): SplitChoice | null {
  const { histogram, sums, binnings } = search;
  const { binCount, offset } = binnings[feature]!;
  const missing = binSums(histogram, offset + binCount);
  let best: SplitChoice | null = null;
  for (let pass = 0; pass < (missing.count > 0 ? 2 : 1); pass++) {
    const isMissingLeft = pass === 1;
    let left: NodeSums = isMissingLeft ? missing : { gradient: 0, hessian: 0, count: 0 };
    const lastBin = pass === 0 && missing.count > 0 ? binCount : binCount - 1;
    for (let bin = 0; bin < lastBin; bin++) {
      const added = binSums(histogram, offset + bin);
      if (added.count === 0) continue;
      left = plus(left, added);
      const right = minus(sums, left);
      const gain = boundedGain(search, { feature, left, right, bounds });
      if (gain === null || (best !== null && gain <= best.gain)) continue;
      const missingLeft = missing.count > 0 ? isMissingLeft : left.count > right.count;
      best = { gain, feature, bin, levels: null, missingLeft, left, right };
    }
  }
  return best;
}

interface Candidate {
  readonly feature: number;
  readonly left: NodeSums;
  readonly right: NodeSums;
  readonly bounds: LeafBounds;
  /** Extra penalty on leaf values, for categories. */
  readonly damping?: number;
}

/** The children's scores with their values held in bounds; null when the split is not allowed. */
export function boundedGain(
  { parameters, directions }: SplitSearch,
  { feature, left, right, bounds, damping = 0 }: Candidate,
): number | null {
  const { minimalLeafRows, minimalLeafHessian } = parameters;
  if (Math.min(left.count, right.count) < minimalLeafRows) return null;
  if (Math.min(left.hessian, right.hessian) < minimalLeafHessian) return null;
  const l2 = parameters.l2 + damping;
  const [leftValue, rightValue] = [boundedValue(left, l2, bounds), boundedValue(right, l2, bounds)];
  if ((rightValue - leftValue) * (directions?.[feature] ?? 0) < 0) return null;
  return scoreOfValue(left, l2, leftValue) + scoreOfValue(right, l2, rightValue);
}

function binSums(histogram: Float64Array, bin: number): NodeSums {
  const place = bin * 3;
  return { gradient: histogram[place]!, hessian: histogram[place + 1]!, count: histogram[place + 2]! };
}

function plus(left: NodeSums, right: NodeSums): NodeSums {
  return {
    gradient: left.gradient + right.gradient,
    hessian: left.hessian + right.hessian,
    count: left.count + right.count,
  };
}

function minus(left: NodeSums, right: NodeSums): NodeSums {
  return {
    gradient: left.gradient - right.gradient,
    hessian: left.hessian - right.hessian,
    count: left.count - right.count,
  };
}
