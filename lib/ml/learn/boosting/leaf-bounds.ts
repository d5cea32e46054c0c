import type { NodeSums } from "./find-split.ts";

/** Between which values a node's leaf may lie, so that a monotone feature further up keeps its direction. */
export interface LeafBounds {
  readonly low: number;
  readonly high: number;
}

export const UNBOUNDED: LeafBounds = { low: -Infinity, high: Infinity };

/** The leaf value with the least loss within the bounds; before the learning rate. */
export function boundedValue(sums: NodeSums, l2: number, { low, high }: LeafBounds): number {
  const weight = sums.hessian + l2;
  const value = weight > 0 ? -sums.gradient / weight : 0;
  return Math.min(high, Math.max(low, value));
}

/** Loss saved (times 2) by a leaf of this value: -(2 G v + (H + l2) v^2), which is G^2 / (H + l2) at the best v. */
export function scoreOfValue(sums: NodeSums, l2: number, value: number): number {
  return -(2 * sums.gradient * value + (sums.hessian + l2) * value * value);
}

interface ChildValues {
  readonly left: number;
  readonly right: number;
  readonly direction: number;
}

/** Bounds of two children: a monotone split parts them in the middle, any other hands its own bounds on. */
export function childBounds(
  bounds: LeafBounds,
  { left, right, direction }: ChildValues,
): readonly [LeafBounds, LeafBounds] {
  if (direction === 0) return [bounds, bounds];
  const middle = (left + right) / 2;
  const below = { low: bounds.low, high: middle };
  const above = { low: middle, high: bounds.high };
  return direction > 0 ? [below, above] : [above, below];
}
