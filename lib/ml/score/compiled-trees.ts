import type { TreeEnsemble } from "./estimator.ts";

/** All trees of an ensemble in flat typed arrays: the form that scoring and explaining walk through. */
export interface CompiledTrees {
  readonly roots: Int32Array;
  /** Matrix column of the split, -1 in a leaf. */
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  /** First word of the node's level set in `levelWords`, -1 for a numeric split. */
  readonly levelOffset: Int32Array;
  readonly levelWords: Uint32Array;
  readonly levelWordCount: Int32Array;
  readonly missingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly value: Float64Array;
  readonly cover: Float64Array;
  readonly isSingle: boolean;
}

/** Flattens an ensemble. Cost: linear in the number of nodes. */
export function compileTrees(ensemble: TreeEnsemble): CompiledTrees {
  const nodeCount = ensemble.trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  const roots = new Int32Array(ensemble.trees.length);
  const feature = new Int32Array(nodeCount);
  const threshold = new Float64Array(nodeCount);
  const levelOffset = new Int32Array(nodeCount).fill(-1);
  const levelWordCount = new Int32Array(nodeCount);
  const missingLeft = new Uint8Array(nodeCount);
  const left = new Int32Array(nodeCount);
  const right = new Int32Array(nodeCount);
  const value = new Float64Array(nodeCount);
  const cover = new Float64Array(nodeCount);
  const words: number[] = [];
  let start = 0;
  for (const [index, tree] of ensemble.trees.entries()) {
    roots[index] = start;
    feature.set(tree.feature, start);
    threshold.set(tree.threshold, start);
    missingLeft.set(tree.missingLeft, start);
    value.set(tree.value, start);
    cover.set(tree.cover, start);
    for (let node = 0; node < tree.feature.length; node++) {
      left[start + node] = start + tree.left[node]!;
      right[start + node] = start + tree.right[node]!;
      const levels = tree.categories[node];
      if (levels === null || levels === undefined) continue;
      levelOffset[start + node] = words.length;
      const set = bitSet(levels);
      levelWordCount[start + node] = set.length;
      words.push(...set);
    }
    start += tree.feature.length;
  }
  return {
    roots,
    feature,
    threshold,
    levelOffset,
    levelWords: Uint32Array.from(words),
    levelWordCount,
    missingLeft,
    left,
    right,
    value,
    cover,
    isSingle: ensemble.inputPrecision === "single",
  };
}

function bitSet(levels: readonly number[]): Uint32Array {
  const highest = levels.reduce((most, level) => Math.max(most, level), 0);
  const set = new Uint32Array((highest >>> 5) + 1);
  for (const level of levels) set[level >>> 5]! |= 1 << (level & 31);
  return set;
}

/** Whether a row with `value` in the node's feature goes to the left child. */
export function goesLeft(trees: CompiledTrees, node: number, value: number): boolean {
  if (Number.isNaN(value)) return trees.missingLeft[node] === 1;
  const offset = trees.levelOffset[node]!;
  if (offset < 0) return value <= trees.threshold[node]!;
  const word = value >>> 5;
  if (word >= trees.levelWordCount[node]!) return false;
  return ((trees.levelWords[offset + word]! >>> (value & 31)) & 1) === 1;
}

/** The leaf that `features` (one value per matrix column) reaches from `root`. */
export function findLeaf(trees: CompiledTrees, root: number, features: Float64Array): number {
  let node = root;
  let feature = trees.feature[node]!;
  while (feature >= 0) {
    node = goesLeft(trees, node, features[feature]!) ? trees.left[node]! : trees.right[node]!;
    feature = trees.feature[node]!;
  }
  return node;
}
