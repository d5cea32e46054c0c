import type { FeatureBinning } from "./binning.ts";
import { findCategoricalSplit } from "./find-categorical-split.ts";
import type { BoostingParameters } from "./boosting-parameters.ts";
import { findBoundedSplit } from "./find-bounded-split.ts";
import { boundedValue, scoreOfValue, type LeafBounds } from "./leaf-bounds.ts";

/** Sums over the rows of a node. */
export interface NodeSums {
  readonly gradient: number;
  readonly hessian: number;
  readonly count: number;
}

/** The best way found to split a node. */
export interface SplitChoice {
  readonly gain: number;
  readonly feature: number;
  /** Numeric split: bins up to this one go left. */
  readonly bin: number;
  /** Categorical split: these levels go left; null for a numeric split. */
  readonly levels: readonly number[] | null;
  readonly missingLeft: boolean;
  readonly left: NodeSums;
  readonly right: NodeSums;
}

export interface SplitSearch {
  readonly histogram: Float64Array;
  readonly sums: NodeSums;
  readonly features: readonly number[];
  readonly binnings: readonly FeatureBinning[];
  readonly parameters: BoostingParameters;
  /** Per feature 1 or -1 where predictions may only rise or fall with it, else 0; null when none is constrained. */
  readonly directions: Int8Array | null;
  /** Where the node's own value has to lie; read only together with `directions`. */
  readonly bounds: LeafBounds;
}

/** Loss saved (times 2) by a leaf with these sums: G^2 / (H + l2), from Chen and Guestrin 2016, equation 6. */
export function leafScore(gradient: number, hessian: number, l2: number): number {
  return (gradient * gradient) / (hessian + l2);
}

/** Gains below this part of the children's scores are rounding noise. */
const NOISE = 1e-12;

/** The split with the largest gain over all given features, the first one on ties; null when none is allowed. */
export function findSplit(search: SplitSearch): SplitChoice | null {
  const { parameters } = search;
  const parentScore = nodeScore(search);
  let best: SplitChoice | null = null;
  for (const feature of search.features) {
    const choice = search.binnings[feature]!.isCategorical
      ? findCategoricalSplit(search, feature)
      : search.directions === null
        ? findNumericSplit(search, feature)
        : findBoundedSplit(search, feature, search.bounds);
    if (choice === null) continue;
    const gain = choice.gain - parentScore;
    if (gain > parameters.minimalGain && gain > NOISE * choice.gain && (best === null || gain > best.gain)) {
      best = { ...choice, gain };
    }
  }
  return best;
}

function nodeScore({ sums, parameters, directions, bounds }: SplitSearch): number {
  if (directions === null) return leafScore(sums.gradient, sums.hessian, parameters.l2);
  return scoreOfValue(sums, parameters.l2, boundedValue(sums, parameters.l2, bounds));
}

/** The best numeric split; its `gain` is still the sum of the children's scores. */
function findNumericSplit(
  { histogram, sums, binnings, parameters }: SplitSearch,
  feature: number,
): SplitChoice | null {
  const { binCount, offset } = binnings[feature]!;
  const { minimalLeafRows, minimalLeafHessian, l2 } = parameters;
  const first = offset * 3;
  const missing = first + binCount * 3;
  const missingGradient = histogram[missing]!;
  const missingHessian = histogram[missing + 1]!;
  const missingCount = histogram[missing + 2]!;
  const { gradient, hessian, count } = sums;
  let bestScore = -Infinity;
  let bestBin = -1;
  let bestMissingLeft = false;
  let bestGradient = 0;
  let bestHessian = 0;
  let bestCount = 0;
  // First pass: missing values go right. Second pass, where there are any: they go left.
  for (let pass = 0; pass < (missingCount > 0 ? 2 : 1); pass++) {
    let leftGradient = pass === 0 ? 0 : missingGradient;
    let leftHessian = pass === 0 ? 0 : missingHessian;
    let leftCount = pass === 0 ? 0 : missingCount;
    // Splitting after the last bin parts missing from present values; that is only sensible in the first pass.
    const lastBin = pass === 0 && missingCount > 0 ? binCount : binCount - 1;
    for (let bin = 0; bin < lastBin; bin++) {
      const place = first + bin * 3;
      const binRows = histogram[place + 2]!;
      if (binRows === 0) continue;
      leftGradient += histogram[place]!;
      leftHessian += histogram[place + 1]!;
      leftCount += binRows;
      if (leftCount < minimalLeafRows || leftHessian < minimalLeafHessian) continue;
      const rightCount = count - leftCount;
      const rightHessian = hessian - leftHessian;
      if (rightCount < minimalLeafRows || rightHessian < minimalLeafHessian) break;
      const rightGradient = gradient - leftGradient;
      const score =
        (leftGradient * leftGradient) / (leftHessian + l2) +
        (rightGradient * rightGradient) / (rightHessian + l2);
      if (score > bestScore) {
        bestScore = score;
        bestBin = bin;
        bestMissingLeft = pass === 1;
        bestGradient = leftGradient;
        bestHessian = leftHessian;
        bestCount = leftCount;
      }
    }
  }
  if (bestBin < 0) return null;
  const left = { gradient: bestGradient, hessian: bestHessian, count: bestCount };
  const right = {
    gradient: gradient - bestGradient,
    hessian: hessian - bestHessian,
    count: count - bestCount,
  };
  return {
    gain: bestScore,
    feature,
    bin: bestBin,
    levels: null,
    missingLeft: missingCount > 0 ? bestMissingLeft : left.count > right.count,
    left,
    right,
  };
}
