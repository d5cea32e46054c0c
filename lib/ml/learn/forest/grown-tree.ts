import type { Tree } from "../../score/estimator.ts";
import type { ForestSplit } from "./find-forest-split.ts";

/** A tree as it was grown, in typed arrays that threads hand over; children follow their parent. */
export interface GrownTree {
  /** Column of the split, -1 in a leaf. */
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  /** Last bin that goes left, for columns of numbers. */
  readonly cut: Int16Array;
  readonly missingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly cover: Float64Array;
  readonly gain: Float64Array;
  /** Mean target or class shares of each node, `outputs` numbers a node. */
  readonly means: Float64Array;
  /** Levels that go left, by node. */
  readonly levels: ReadonlyMap<number, readonly number[]>;
}

/** Collects the nodes of a tree while it grows. */
export class TreeBuilder {
  readonly #outputs: number;
  #capacity = 256;
  #count = 0;
  #feature = new Int32Array(this.#capacity);
  #threshold = new Float64Array(this.#capacity);
  #cut = new Int16Array(this.#capacity);
  #missingLeft = new Uint8Array(this.#capacity);
  #left = new Int32Array(this.#capacity);
  #right = new Int32Array(this.#capacity);
  #cover = new Float64Array(this.#capacity);
  #gain = new Float64Array(this.#capacity);
  #means: Float64Array;
  readonly #levels = new Map<number, readonly number[]>();

  constructor(outputs: number) {
    this.#outputs = outputs;
    this.#means = new Float64Array(this.#capacity * outputs);
  }

  /** Adds a leaf with the weight and the sums of its rows; returns its number. */
  addLeaf(weight: number, sums: readonly number[]): number {
    if (this.#count === this.#capacity) this.#enlarge();
    const node = this.#count++;
    this.#feature[node] = -1;
    this.#left[node] = -1;
    this.#right[node] = -1;
    this.#cover[node] = weight;
    for (let output = 0; output < this.#outputs; output++) {
      this.#means[node * this.#outputs + output] = sums[output]! / weight;
    }
    return node;
  }

  /** Turns a leaf into a split; `gain` is the impurity it takes away, weighted. */
  split(
    node: number,
    { split, gain, left, right }: { split: ForestSplit; gain: number; left: number; right: number },
  ): void {
    this.#feature[node] = split.feature;
    this.#threshold[node] = split.threshold;
    this.#cut[node] = split.cut;
    this.#missingLeft[node] = split.missingLeft ? 1 : 0;
    this.#left[node] = left;
    this.#right[node] = right;
    this.#gain[node] = gain;
    if (split.levels !== null) this.#levels.set(node, split.levels);
  }

  finish(): GrownTree {
    const count = this.#count;
    return {
      feature: this.#feature.slice(0, count),
      threshold: this.#threshold.slice(0, count),
      cut: this.#cut.slice(0, count),
      missingLeft: this.#missingLeft.slice(0, count),
      left: this.#left.slice(0, count),
      right: this.#right.slice(0, count),
      cover: this.#cover.slice(0, count),
      gain: this.#gain.slice(0, count),
      means: this.#means.slice(0, count * this.#outputs),
      levels: this.#levels,
    };
  }

  #enlarge(): void {
    this.#capacity *= 2;
    const capacity = this.#capacity;
    this.#feature = into(new Int32Array(capacity), this.#feature);
    this.#threshold = into(new Float64Array(capacity), this.#threshold);
    this.#cut = into(new Int16Array(capacity), this.#cut);
    this.#missingLeft = into(new Uint8Array(capacity), this.#missingLeft);
    this.#left = into(new Int32Array(capacity), this.#left);
    this.#right = into(new Int32Array(capacity), this.#right);
    this.#cover = into(new Float64Array(capacity), this.#cover);
    this.#gain = into(new Float64Array(capacity), this.#gain);
    this.#means = into(new Float64Array(capacity * this.#outputs), this.#means);
  }
}

function into<Numbers extends { set(source: Numbers): void }>(target: Numbers, source: Numbers): Numbers {
  target.set(source);
  return target;
}

interface Share {
  /** Trees in the forest: each leaf holds its share of their mean. */
  readonly treeCount: number;
  readonly outputs: number;
  /** Added to every mean, for targets that were learnt as distances from it. */
  readonly center: number;
}

/** The trees of a model: one per output, which share their structure. */
export function scoringTrees(grown: GrownTree, { treeCount, outputs, center }: Share): Tree[] {
  const count = grown.feature.length;
  const categories: (readonly number[] | null)[] = [];
  for (let node = 0; node < count; node++) categories.push(null);
  for (const [node, levels] of grown.levels) categories[node] = levels;
  const structure = {
    feature: plain(grown.feature),
    threshold: plain(grown.threshold),
    categories,
    // Written as 0 or 1 only.
    missingLeft: plain(grown.missingLeft) as (0 | 1)[],
    left: plain(grown.left),
    right: plain(grown.right),
    cover: plain(grown.cover),
    gain: plain(grown.gain),
  };
  return Array.from({ length: outputs }, (_, output): Tree => {
    const value = structure.feature.map((feature, node) =>
      feature < 0 ? (grown.means[node * outputs + output]! + center) / treeCount : 0,
    );
    return { ...structure, value };
  });
}

/** Ten times as fast as Array.from, which asks an iterator for every number. */
function plain(numbers: Int32Array | Float64Array | Uint8Array): number[] {
  const list: number[] = [];
  for (let place = 0; place < numbers.length; place++) list.push(numbers[place]!);
  return list;
}
