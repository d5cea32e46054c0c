import { boundedGain } from "./find-bounded-split.ts";
import type { NodeSums, SplitChoice, SplitSearch } from "./find-split.ts";

/** Up to this many levels each is tried alone against the rest. */
const ONE_AGAINST_REST = 4;
/** Most levels on the smaller side of a split over more of them. */
const MAXIMAL_SIDE = 32;

/**
 * The best categorical split; its `gain` is the sum of the children's scores. After Fisher (1958), and as LightGBM
 * does: levels sorted by gradient over hessian, cut from either end; levels with few rows in the node stay on the
 * right, and the score is damped by `categoricalL2`. The missing bin takes part as a level of its own.
 */
export function findCategoricalSplit(search: SplitSearch, feature: number): SplitChoice | null {
  const { histogram, binnings, parameters } = search;
  const { binCount, offset } = binnings[feature]!;
  const rowsIn = (level: number): number => histogram[(offset + level) * 3 + 2]!;
  const present: number[] = [];
  for (let level = 0; level <= binCount; level++) if (rowsIn(level) > 0) present.push(level);
  if (present.length < 2) return null;
  const isSmall = present.length <= ONE_AGAINST_REST;
  const candidates = isSmall ? present.map((level) => [level]) : orderedSides(search, feature, present);
  let best: SplitChoice | null = null;
  const damping = isSmall ? 0 : parameters.categoricalL2;
  for (const side of candidates) {
    let sums: NodeSums = { gradient: 0, hessian: 0, count: 0 };
    const left: number[] = [];
    for (const level of side) {
      const place = (offset + level) * 3;
      sums = {
        gradient: sums.gradient + histogram[place]!,
        hessian: sums.hessian + histogram[place + 1]!,
        count: sums.count + histogram[place + 2]!,
      };
      left.push(level);
      const choice = scoreSide(search, { feature, left, sums, damping });
      if (choice !== null && (best === null || choice.gain > best.gain)) best = choice;
    }
  }
  if (best === null) return null;
  const hasMissing = rowsIn(binCount) > 0;
  const levels = best.levels!.filter((level) => level !== binCount).toSorted((a, b) => a - b);
  // A set of only the missing bin has no level to list; the same split with sides exchanged has.
  if (levels.length === 0) return exchanged(best, present, binCount);
  const missingLeft = hasMissing ? best.levels!.includes(binCount) : best.left.count > best.right.count;
  return { ...best, levels, missingLeft };
}

function exchanged(choice: SplitChoice, present: readonly number[], binCount: number): SplitChoice {
  return {
    ...choice,
    levels: present.filter((level) => level !== binCount),
    missingLeft: false,
    left: choice.right,
    right: choice.left,
  };
}

/** The beginnings of these two lists are the sides worth trying. */
function orderedSides(search: SplitSearch, feature: number, present: readonly number[]): number[][] {
  const { histogram, binnings, parameters } = search;
  const { offset } = binnings[feature]!;
  const { categoricalSmoothing } = parameters;
  const slope = (level: number): number => {
    const place = (offset + level) * 3;
    return histogram[place]! / (histogram[place + 1]! + categoricalSmoothing);
  };
  const frequent = present.filter((level) => histogram[(offset + level) * 3 + 2]! >= categoricalSmoothing);
  const sorted = frequent.toSorted((a, b) => slope(a) - slope(b) || a - b);
  const length = Math.min(MAXIMAL_SIDE, Math.ceil(present.length / 2), sorted.length);
  return [sorted.slice(0, length), sorted.toReversed().slice(0, length)];
}

interface Side {
  readonly feature: number;
  readonly left: readonly number[];
  readonly sums: NodeSums;
  readonly damping: number;
}

function scoreSide(search: SplitSearch, side: Side): SplitChoice | null {
  const { sums, parameters, directions, bounds } = search;
  const { minimalLeafRows, minimalLeafHessian } = parameters;
  const { feature, damping } = side;
  const left = side.sums;
  const right: NodeSums = {
    gradient: sums.gradient - left.gradient,
    hessian: sums.hessian - left.hessian,
    count: sums.count - left.count,
  };
  const choice = { feature, bin: -1, levels: [...side.left], missingLeft: false, left, right };
  if (directions !== null) {
    const gain = boundedGain(search, { feature, left, right, bounds, damping });
    return gain === null ? null : { gain, ...choice };
  }
  if (Math.min(left.count, right.count) < minimalLeafRows) return null;
  if (Math.min(left.hessian, right.hessian) < minimalLeafHessian) return null;
  const l2 = parameters.l2 + damping;
  const gain = left.gradient ** 2 / (left.hessian + l2) + right.gradient ** 2 / (right.hessian + l2);
  return { gain, ...choice };
}
