import type { ForestRows } from "./forest-rows.ts";
import type { GrownTree } from "./grown-tree.ts";

/** How a bootstrapped forest predicts its training rows, each by the trees that did not see it (Breiman 2001). */
export interface OutOfBag {
  /** Rows that at least one tree did not see. */
  readonly rows: number;
  /** Share of them predicted right, by weight; for classes. */
  readonly accuracy: number | null;
  /** 1 - residual / total sum of squares, by weight; for values. Null when they do not vary. */
  readonly r2: number | null;
}

/** Sums of whole numbers below 2^53 are exact, so their order, and with it the number of threads, leaves no trace. */
const UNIT = 2 ** 38;

/** The sums over trees of out-of-bag predictions, `outputs` numbers a row, as shares of the target's range. */
export interface OutOfBagSums {
  readonly sums: Float64Array;
  readonly trees: Uint32Array;
  readonly low: number;
  readonly range: number;
}

export function createOutOfBagSums({ rowCount, outputs, target }: ForestRows): OutOfBagSums {
  let [low, high] = [Infinity, -Infinity];
  for (const value of target) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const isShares = outputs > 1 || high === low;
  return {
    sums: new Float64Array(rowCount * outputs),
    trees: new Uint32Array(rowCount),
    low: isShares ? 0 : low,
    range: isShares ? 1 : high - low,
  };
}

/** Adds a tree's predictions of the rows that weigh nothing in it. */
export function addOutOfBag(
  sums: OutOfBagSums,
  { data, tree, weights }: { data: ForestRows; tree: GrownTree; weights: Float64Array },
): void {
  const { rowCount, outputs, bins, weights: given } = data;
  const { feature, left, right, means, cut, missingLeft } = tree;
  const sets = levelSets(tree);
  const binCounts = Uint16Array.from(data.features, ({ binCount }) => binCount);
  const scaled = means.map((mean) => Math.round(((mean - sums.low) / sums.range) * UNIT));
  for (let row = 0; row < rowCount; row++) {
    if (weights[row]! > 0 || given?.[row] === 0) continue;
    let node = 0;
    let column = feature[0]!;
    while (column >= 0) {
      const bin = bins[column * rowCount + row]!;
      const set = sets.places[node]!;
      const isLeft =
        bin === binCounts[column]
          ? missingLeft[node] === 1
          : set < 0
            ? bin <= cut[node]!
            : ((sets.words[set + (bin >>> 5)]! >>> (bin & 31)) & 1) === 1;
      node = isLeft ? left[node]! : right[node]!;
      column = feature[node]!;
    }
    sums.trees[row]!++;
    for (let output = 0; output < outputs; output++) {
      sums.sums[row * outputs + output]! += scaled[node * outputs + output]!;
    }
  }
}

const SET_WORDS = 8;

/** The levels that go left as bit sets; -1 as the place of nodes that split numbers. */
function levelSets({ feature, levels }: GrownTree): { places: Int32Array; words: Uint32Array } {
  const places = new Int32Array(feature.length).fill(-1);
  const words = new Uint32Array(levels.size * SET_WORDS);
  let next = 0;
  for (const [node, set] of levels) {
    places[node] = next;
    for (const level of set) words[next + (level >>> 5)]! |= 1 << (level & 31);
    next += SET_WORDS;
  }
  return { places, words };
}

/** Adds another thread's sums. */
export function mergeOutOfBag(into: OutOfBagSums, from: OutOfBagSums): void {
  for (let place = 0; place < into.sums.length; place++) into.sums[place]! += from.sums[place]!;
  for (let row = 0; row < into.trees.length; row++) into.trees[row]! += from.trees[row]!;
}

/** Judges the sums; null when every row was seen by every tree. */
export function judgeOutOfBag(
  sums: OutOfBagSums,
  data: ForestRows,
  isClassification: boolean,
): OutOfBag | null {
  const { rowCount, outputs, target, weights } = data;
  let [rows, total, right, squares, sum, sumOfSquares] = [0, 0, 0, 0, 0, 0];
  for (let row = 0; row < rowCount; row++) {
    const trees = sums.trees[row]!;
    if (trees === 0) continue;
    const weight = weights === null ? 1 : weights[row]!;
    const predict = (output: number): number =>
      sums.low + (sums.sums[row * outputs + output]! / UNIT / trees) * sums.range;
    rows++;
    total += weight;
    if (isClassification) {
      const predicted = outputs === 1 ? Number(predict(0) >= 0.5) : mostLikely(outputs, predict);
      if (predicted === target[row]) right += weight;
      continue;
    }
    squares += weight * (target[row]! - predict(0)) ** 2;
    sum += weight * target[row]!;
    sumOfSquares += weight * target[row]! ** 2;
  }
  if (rows === 0 || total === 0) return null;
  if (isClassification) return { rows, accuracy: right / total, r2: null };
  const spread = sumOfSquares - (sum * sum) / total;
  return { rows, accuracy: null, r2: spread > 0 ? 1 - squares / spread : null };
}

function mostLikely(outputs: number, predict: (output: number) => number): number {
  let best = 0;
  for (let output = 1; output < outputs; output++) if (predict(output) > predict(best)) best = output;
  return best;
}
