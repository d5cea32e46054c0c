import { OFFSET_UNITS, type NumberCounter } from "./number-counter.ts";
import type { NumericReference } from "./reference-profile.ts";

export interface DistributionDistance {
  /** Largest distance of the distribution functions at and just before the cuts. */
  readonly ks: number;
  /** The distance is nowhere larger than this. */
  readonly largestKs: number;
  /** No reference value lies between cuts, so `ks` is the distance itself. */
  readonly isExact: boolean;
  readonly wasserstein: number;
  readonly wassersteinError: number;
}

/** One side's distribution while walking over the gaps. */
interface Side {
  readonly total: number;
  /** Rows at or below the gap's start. */
  atStart: number;
  /** Rows below the gap's end. */
  beforeEnd: number;
  /** Mean over the gap of the rows inside: how far their values lie from the gap's end, as a share of its width. */
  reach: number;
}

/**
 * Kolmogorov-Smirnov and Wasserstein distances of counted numbers from their profile. At the cuts both distribution
 * functions are known exactly, before and after the step; between two cuts both can only rise, which bounds their
 * distance there. The area between them in a gap follows from the sums of offsets unless they may cross in it.
 */
export function distanceBetween(reference: NumericReference, current: NumberCounter): DistributionDistance {
  const { cuts } = reference;
  const left: Side = { total: reference.count, atStart: 0, beforeEnd: 0, reach: 0 };
  const right: Side = { total: current.count, atStart: 0, beforeEnd: 0, reach: 0 };
  let [ks, largestKs, wasserstein, wassersteinError] = [0, 0, 0, 0];
  let isExact = true;
  for (const [place, cut] of cuts.entries()) {
    step(left, reference, place);
    step(right, current, place);
    const difference = [left.atStart / left.total - right.atStart / right.total];
    difference.push(left.beforeEnd / left.total - right.beforeEnd / right.total);
    const here = Math.max(...difference.map(Math.abs));
    ks = Math.max(ks, here);
    const leastInside = left.atStart / left.total - right.beforeEnd / right.total;
    const mostInside = left.beforeEnd / left.total - right.atStart / right.total;
    if (reference.between[place]! > 0) {
      isExact = false;
      largestKs = Math.max(largestKs, Math.abs(leastInside), Math.abs(mostInside));
    } else largestKs = Math.max(largestKs, here);
    if (place > 0) {
      const width = cut - cuts[place - 1]!;
      const signed = Math.abs(difference[0]! + left.reach - right.reach) * width;
      const mayCross = leastInside < 0 && mostInside > 0;
      const most = mayCross ? Math.max(-leastInside, mostInside) * width : signed;
      const crosses = mayCross && difference[0]! * difference[1]! < 0;
      const area = crosses ? (signed + most) / 2 : signed;
      wasserstein += area;
      // Offsets are rounded: half a unit a row, on both sides.
      wassersteinError += Math.max(most - area, area - signed) + width / OFFSET_UNITS;
    }
    left.atStart = left.beforeEnd + reference.equal[place]!;
    right.atStart = right.beforeEnd + current.equal[place]!;
  }
  ks = Math.max(ks, Math.abs(left.atStart / left.total - right.atStart / right.total));
  wasserstein += (current.below.value() + current.above.value()) / right.total;
  return { ks, largestKs: Math.max(ks, largestKs), isExact, wasserstein, wassersteinError };
}

interface CountedGaps {
  readonly between: ArrayLike<number>;
  readonly offsets: ArrayLike<number>;
}

function step(side: Side, { between, offsets }: CountedGaps, place: number): void {
  const inside = between[place]!;
  side.beforeEnd = side.atStart + inside;
  side.reach = (inside - offsets[place]! / OFFSET_UNITS) / side.total;
}
