import type { Random } from "../../random.ts";
import type { ForestFeature, ForestRows } from "./forest-rows.ts";
import { NodeHistogram, type NodeRows } from "./node-histogram.ts";
import { drawLevels, orderLevels } from "./order-levels.ts";

/** A split as a tree records it. Bins up to `cut`, or those of `levels`, go left. */
export interface ForestSplit {
  readonly feature: number;
  readonly cut: number;
  readonly threshold: number;
  readonly levels: readonly number[] | null;
  readonly missingLeft: boolean;
  /** Sum over both sides of (squared sums per output) / weight: the higher, the lower the impurity. */
  readonly score: number;
}

/** Weight and sums per output of a node. */
export interface NodeTotals {
  readonly weight: number;
  readonly sums: readonly number[];
}

interface SearchOptions {
  readonly minimalLeafRows: number;
  /** Extra trees: one random cut per column in place of the best. */
  readonly isRandom: boolean;
}

/** The best cut met so far. */
interface BestCut {
  score: number;
  feature: number;
  /** Last bin on the left and first bin on the right; -1 on the right when only missing cells are there. */
  low: number;
  high: number;
  /** The threshold that extra trees drew; NaN for the middle. */
  drawn: number;
  left: number[] | null;
  hasMissing: boolean;
  isMissingLeft: boolean;
  leftWeight: number;
}

/**
 * Looks for a node's split column by column: `begin`, `consider` for each column, `finish`. Minimising the Gini
 * impurity and the squared error both mean maximising the sum over sides of squared sums / weight.
 */
export class ForestSplitSearch {
  readonly #data: ForestRows;
  readonly #columns: readonly Uint8Array[];
  readonly #options: SearchOptions;
  readonly #histogram: NodeHistogram;
  readonly #leftSums: Float64Array;
  readonly #best: BestCut = {
    score: -Infinity,
    feature: -1,
    low: 0,
    high: 0,
    drawn: NaN,
    left: null,
    hasMissing: false,
    isMissingLeft: false,
    leftWeight: 0,
  };
  // Where the scan of the present column found its best cut.
  #position = -1;
  #isMissingLeft = false;

  constructor(data: ForestRows, options: SearchOptions) {
    this.#data = data;
    this.#options = options;
    this.#columns = data.features.map((_, index) =>
      data.bins.subarray(index * data.rowCount, (index + 1) * data.rowCount),
    );
    this.#histogram = new NodeHistogram(data);
    this.#leftSums = new Float64Array(data.outputs);
  }

  begin(): void {
    this.#best.score = -Infinity;
    this.#best.feature = -1;
  }

  /** Whether the column varies in the node; if so its cuts have been tried. */
  consider(
    feature: number,
    about: { node: NodeRows; totals: NodeTotals; weights: Float64Array; random: Random },
  ): boolean {
    const histogram = this.#histogram;
    histogram.build(about.node, about.weights, this.#columns[feature]!);
    const isVaried = histogram.presentCount > 1;
    if (isVaried) this.#tryCuts(feature, about);
    histogram.clear();
    return isVaried;
  }

  /** The best split found since `begin`. */
  finish(totals: NodeTotals): ForestSplit | null {
    const { feature, left, score, hasMissing, isMissingLeft, leftWeight } = this.#best;
    if (feature < 0) return null;
    const { binCount } = this.#data.features[feature]!;
    const isLeftHeavier = leftWeight > totals.weight - leftWeight;
    const missingLeft = hasMissing ? isMissingLeft : isLeftHeavier;
    if (left === null) return { feature, levels: null, score, ...this.#place(missingLeft) };
    const levels = left.filter((level) => level !== binCount).toSorted((a, b) => a - b);
    return { feature, levels, score, cut: -1, threshold: 0, missingLeft };
  }

  #tryCuts(feature: number, about: { node: NodeRows; totals: NodeTotals; random: Random }): void {
    const histogram = this.#histogram;
    const { isCategorical, binCount } = this.#data.features[feature]!;
    const { present, presentCount } = histogram;
    const hasMissing = present[presentCount - 1] === binCount;
    // Missing cells among categories are a level of their own; among numbers they go with either side of every cut.
    const isApart = hasMissing && !isCategorical;
    const length = isApart ? presentCount - 1 : presentCount;
    let first = 0;
    let last = isApart && this.#canPartMissing(feature, length) ? length - 1 : length - 2;
    let drawn = NaN;
    if (this.#options.isRandom) {
      if (isCategorical) first = drawLevels(present.subarray(0, length), about.random) - 1;
      else [first, drawn] = this.#drawCut(feature, length, about.random);
      last = Math.min(first, last);
    } else if (isCategorical && presentCount > 2) {
      const levels = present.subarray(0, presentCount);
      orderLevels({ sums: histogram.sums, stride: histogram.stride, levels });
    }
    const missingAt = isApart ? binCount * histogram.stride : -1;
    const rowCount = about.node.end - about.node.start;
    const scan = { first, last, missingAt, rowCount, totals: about.totals };
    const score = this.#data.outputs === 1 ? this.#scanMeans(scan) : this.#scanClasses(scan);
    if (!(score > this.#best.score)) return;
    const best = this.#best;
    best.score = score;
    best.feature = feature;
    best.hasMissing = hasMissing;
    best.drawn = drawn;
    this.#record(feature, length);
  }

  /** Notes what goes left: the first `length` present bins were cut after `#position`. */
  #record(feature: number, length: number): void {
    const best = this.#best;
    const position = this.#position;
    const { present, presentCount } = this.#histogram;
    const { isCategorical, binCount } = this.#data.features[feature]!;
    best.low = present[position]!;
    best.high = position + 1 < length ? present[position + 1]! : -1;
    best.isMissingLeft = this.#isMissingLeft;
    best.leftWeight = 0;
    for (let place = 0; place <= position; place++) {
      best.leftWeight += this.#histogram.sums[present[place]! * this.#histogram.stride + 1]!;
    }
    best.left = null;
    if (!isCategorical) return;
    best.left = Array.from(present.subarray(0, position + 1));
    best.isMissingLeft = best.left.includes(binCount);
    // A set of only the missing bin has no level to list; the same split with sides exchanged has.
    if (best.left.length === 1 && best.isMissingLeft) {
      best.left = Array.from(present.subarray(1, presentCount));
      best.isMissingLeft = false;
    }
  }

  #scanMeans({ first, last, missingAt, rowCount, totals }: Scan): number {
    const { sums, present } = this.#histogram;
    const { minimalLeafRows } = this.#options;
    const { weight } = totals;
    const sum = totals.sums[0]!;
    let [rows, leftWeight, leftSum, best] = [0, 0, 0, -Infinity];
    for (let position = 0; position <= last; position++) {
      const at = present[position]! * 3;
      rows += sums[at]!;
      leftWeight += sums[at + 1]!;
      leftSum += sums[at + 2]!;
      if (position < first) continue;
      if (rows >= minimalLeafRows && rowCount - rows >= minimalLeafRows) {
        const rightWeight = weight - leftWeight;
        const rightSum = sum - leftSum;
        const score = (leftSum * leftSum) / leftWeight + (rightSum * rightSum) / rightWeight;
        if (score > best && rightWeight > 0) {
          best = score;
          this.#position = position;
          this.#isMissingLeft = false;
        }
      }
      if (missingAt < 0) continue;
      const moreRows = rows + sums[missingAt]!;
      if (moreRows >= minimalLeafRows && rowCount - moreRows >= minimalLeafRows) {
        const moreWeight = leftWeight + sums[missingAt + 1]!;
        const moreSum = leftSum + sums[missingAt + 2]!;
        const rightWeight = weight - moreWeight;
        const rightSum = sum - moreSum;
        const score = (moreSum * moreSum) / moreWeight + (rightSum * rightSum) / rightWeight;
        if (score > best && rightWeight > 0) {
          best = score;
          this.#position = position;
          this.#isMissingLeft = true;
        }
      }
    }
    return best;
  }

  #scanClasses({ first, last, missingAt, rowCount, totals }: Scan): number {
    const { sums, present, stride } = this.#histogram;
    const { minimalLeafRows } = this.#options;
    const left = this.#leftSums.fill(0);
    let [rows, leftWeight, best] = [0, 0, -Infinity];
    for (let position = 0; position <= last; position++) {
      const at = present[position]! * stride;
      rows += sums[at]!;
      leftWeight += sums[at + 1]!;
      for (let output = 0; output < left.length; output++) left[output]! += sums[at + 2 + output]!;
      if (position < first) continue;
      for (let side = 0; side < (missingAt < 0 ? 1 : 2); side++) {
        const leftRows = side === 0 ? rows : rows + sums[missingAt]!;
        if (leftRows < minimalLeafRows || rowCount - leftRows < minimalLeafRows) continue;
        const score = this.#scoreClasses(side === 0 ? -1 : missingAt, leftWeight, totals);
        if (score > best) {
          best = score;
          this.#position = position;
          this.#isMissingLeft = side === 1;
        }
      }
    }
    return best;
  }

  #scoreClasses(missingAt: number, weight: number, totals: NodeTotals): number {
    const { sums } = this.#histogram;
    const left = this.#leftSums;
    const leftWeight = missingAt < 0 ? weight : weight + sums[missingAt + 1]!;
    const rightWeight = totals.weight - leftWeight;
    if (!(rightWeight > 0)) return -Infinity;
    let [leftSquares, rightSquares] = [0, 0];
    for (let output = 0; output < left.length; output++) {
      const leftSum = missingAt < 0 ? left[output]! : left[output]! + sums[missingAt + 2 + output]!;
      const rightSum = totals.sums[output]! - leftSum;
      leftSquares += leftSum * leftSum;
      rightSquares += rightSum * rightSum;
    }
    return leftSquares / leftWeight + rightSquares / rightWeight;
  }

  /** To part missing cells from all numbers takes a finite threshold above or below every number of the node. */
  #canPartMissing(feature: number, length: number): boolean {
    const { present } = this.#histogram;
    const { lows, highs } = this.#data.features[feature]!;
    return lows[present[0]!]! > -Infinity || highs[present[length - 1]!]! < Infinity;
  }

  /** A threshold drawn uniformly between the node's smallest and largest value, and the last present bin below it. */
  #drawCut(feature: number, length: number, random: Random): [position: number, threshold: number] {
    const { present } = this.#histogram;
    const { lows, highs } = this.#data.features[feature]!;
    const last = length - 2;
    if (last < 0) return [0, NaN];
    const low = lows[present[0]!]!;
    const high = highs[present[length - 1]!]!;
    if (!Number.isFinite(high - low)) return [random.integer(last + 1), NaN];
    const threshold = low + random.uniform() * (high - low);
    let position = 0;
    while (position < last && highs[present[position + 1]!]! <= threshold) position++;
    return [position, threshold];
  }

  /** Threshold and cut of the best numeric split. */
  #place(missingLeft: boolean): { cut: number; threshold: number; missingLeft: boolean } {
    const { feature, low, high, drawn } = this.#best;
    const about = this.#data.features[feature]!;
    const { lows, highs } = about;
    if (high < 0) {
      // All numbers of the node on one side: below the largest finite one, or above the smallest.
      const isBelow = highs[low]! < Infinity;
      return isBelow
        ? { cut: lastFinite(about), threshold: Number.MAX_VALUE, missingLeft: false }
        : { cut: highs[0] === -Infinity ? 0 : -1, threshold: -Number.MAX_VALUE, missingLeft: true };
    }
    const isInside = drawn >= highs[low]! && drawn < lows[high]!;
    return {
      ...settle(about, { low, high, threshold: isInside ? drawn : between(highs[low]!, lows[high]!) }),
      missingLeft,
    };
  }
}

function lastFinite({ highs, binCount }: ForestFeature): number {
  return highs[binCount - 1] === Infinity ? binCount - 2 : binCount - 1;
}

interface Scan {
  /** Positions in the list of present bins after which to cut. */
  readonly first: number;
  readonly last: number;
  /** Sums of the missing cells that are tried on either side; -1 without them. */
  readonly missingAt: number;
  readonly rowCount: number;
  readonly totals: NodeTotals;
}

/**
 * The last bin that lies below a threshold between two bins. Bins between them that no row of the node is in may
 * straddle the threshold, which then moves behind the bin: rows go the same way by bin and by value.
 */
function settle(
  { lows, highs }: ForestFeature,
  { low, high, threshold }: { low: number; high: number; threshold: number },
): { cut: number; threshold: number } {
  let cut = low;
  let above = high;
  while (cut + 1 < above) {
    const middle = (cut + above) >>> 1;
    if (highs[middle]! <= threshold) cut = middle;
    else above = middle;
  }
  if (cut + 1 < high && lows[cut + 1]! <= threshold) {
    cut++;
    return { cut, threshold: between(highs[cut]!, lows[cut + 1]!) };
  }
  return { cut, threshold };
}

/** A finite number that separates low < high under the rule x <= threshold. */
function between(low: number, high: number): number {
  if (high === Infinity) return Math.max(-Number.MAX_VALUE, low);
  if (low === -Infinity) return -Number.MAX_VALUE;
  const middle = low / 2 + high / 2;
  return middle < high && middle >= low ? middle : low;
}
