import type { Tree, TreeEnsemble } from "./estimator.ts";
import { MlError } from "./ml-error.ts";

/** 32-bit words of a node: head, first child, and two for a number or a level set. */
const NODE_WORDS = 4;
/** Bits of a split's head below its column. */
const IS_LEVEL_SPLIT = 1;
const MISSING_LEFT = 2;
const COLUMN_SHIFT = 2;

/**
 * All trees of an ensemble in one block of memory: the form that scoring and explaining walk through. A node takes 16
 * bytes, so that a step of a walk touches one line of the cache: a head (-1 in a leaf; else the matrix column and two
 * bits), the number of its left child, which the right one follows, and the threshold, or place and length of its level
 * set. A leaf has the number of its value in the second word.
 */
export interface CompiledTrees {
  /** Of each tree. Trees that share all but their values have the same root. */
  readonly roots: Int32Array;
  readonly words: Int32Array;
  /** The same memory as `words`. */
  readonly numbers: Float64Array;
  /** Bit sets of the levels that go left. */
  readonly levelWords: Uint32Array;
  /** Training weight of each node, for explanations. */
  readonly cover: Float64Array;
  /** So many trees one after the other share a structure. */
  readonly copies: number;
  /** Of the leaves, those of a leaf's copies one after the other. */
  readonly values: Float64Array;
  readonly isSingle: boolean;
}

/**
 * Lays out an ensemble. Cost: linear in the number of nodes.
 * @throws MlError bad-model for a tree with a node below two others.
 */
export function compileTrees(ensemble: TreeEnsemble): CompiledTrees {
  const copies = copiesOf(ensemble);
  const structures = ensemble.trees.filter((_, index) => index % copies === 0);
  const nodeCount = structures.reduce((sum, tree) => sum + tree.feature.length, 0);
  const memory = new ArrayBuffer(nodeCount * NODE_WORDS * 4);
  const layout: Layout = {
    words: new Int32Array(memory),
    numbers: new Float64Array(memory),
    cover: new Float64Array(nodeCount),
    levelWords: [],
    values: [],
    next: 0,
  };
  const roots = new Int32Array(ensemble.trees.length);
  for (const [index, tree] of structures.entries()) {
    const trees = ensemble.trees.slice(index * copies, (index + 1) * copies);
    roots.fill(layout.next, index * copies, (index + 1) * copies);
    layOut(layout, tree, trees);
  }
  return {
    roots,
    words: layout.words,
    numbers: layout.numbers,
    levelWords: Uint32Array.from(layout.levelWords),
    cover: layout.cover,
    copies,
    values: Float64Array.from(layout.values),
    isSingle: ensemble.inputPrecision === "single",
  };
}

/** Forests of classes hold one structure for all classes, in memory too. */
function copiesOf({ trees, outputs }: TreeEnsemble): number {
  const isShared = trees.every((tree, index) => {
    const first = trees[index - (index % outputs)]!;
    return (
      tree.feature === first.feature && tree.threshold === first.threshold && hasSameBranches(tree, first)
    );
  });
  return isShared ? outputs : 1;
}

function hasSameBranches(tree: Tree, first: Tree): boolean {
  return (
    tree.categories === first.categories &&
    tree.missingLeft === first.missingLeft &&
    tree.left === first.left &&
    tree.right === first.right &&
    tree.cover === first.cover
  );
}

interface Layout {
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  readonly cover: Float64Array;
  readonly levelWords: number[];
  readonly values: number[];
  /** First node that is not taken. */
  next: number;
}

/** Nodes in the order of a walk that looks left first, siblings side by side. */
function layOut(layout: Layout, tree: Tree, copies: readonly Tree[]): void {
  const { words, numbers, cover } = layout;
  const end = layout.next + tree.feature.length;
  const sources = [0];
  const places = [layout.next++];
  for (let source = sources.pop(); source !== undefined; source = sources.pop()) {
    const node = places.pop()!;
    const word = node * NODE_WORDS;
    cover[node] = tree.cover[source]!;
    const feature = tree.feature[source]!;
    if (feature < 0) {
      words[word] = -1;
      words[word + 1] = layout.values.length / copies.length;
      for (const copy of copies) layout.values.push(copy.value[source]!);
      continue;
    }
    const children = layout.next;
    layout.next += 2;
    if (layout.next > end) {
      throw new MlError("bad-model", "A tree has a node below two others. Export the model again.");
    }
    const levels = tree.categories[source] ?? null;
    words[word] =
      (feature << COLUMN_SHIFT) |
      (tree.missingLeft[source] === 1 ? MISSING_LEFT : 0) |
      (levels === null ? 0 : IS_LEVEL_SPLIT);
    words[word + 1] = children;
    if (levels === null) numbers[node * 2 + 1] = tree.threshold[source]!;
    else {
      const set = bitSet(levels);
      words[word + 2] = layout.levelWords.length;
      words[word + 3] = set.length;
      for (const part of set) layout.levelWords.push(part);
    }
    sources.push(tree.right[source]!, tree.left[source]!);
    places.push(children + 1, children);
  }
}

function bitSet(levels: readonly number[]): Uint32Array {
  const highest = levels.reduce((most, level) => Math.max(most, level), 0);
  const set = new Uint32Array((highest >>> 5) + 1);
  for (const level of levels) set[level >>> 5]! |= 1 << (level & 31);
  return set;
}

/** Matrix column of a split, -1 in a leaf. */
export function splitColumn({ words }: CompiledTrees, node: number): number {
  return words[node * NODE_WORDS]! >> COLUMN_SHIFT;
}

/** The left child of a split; the right one is the next node. */
export function leftChild({ words }: CompiledTrees, node: number): number {
  return words[node * NODE_WORDS + 1]!;
}

/** The margin that a tree adds in a leaf. */
export function leafValue({ words, values, copies }: CompiledTrees, tree: number, leaf: number): number {
  return values[words[leaf * NODE_WORDS + 1]! * copies + (tree % copies)]!;
}

/** Whether a row with `value` in the node's column goes to the left child. */
export function goesLeft(
  { words, numbers, levelWords }: CompiledTrees,
  node: number,
  value: number,
): boolean {
  const place = node * NODE_WORDS;
  const head = words[place]!;
  if (Number.isNaN(value)) return (head & MISSING_LEFT) !== 0;
  if ((head & IS_LEVEL_SPLIT) === 0) return value <= numbers[node * 2 + 1]!;
  const word = value >>> 5;
  if (word >= words[place + 3]!) return false;
  return ((levelWords[words[place + 2]! + word]! >>> (value & 31)) & 1) === 1;
}

/** The leaf that `features` (one value per matrix column) reaches from `root`. */
export function findLeaf(trees: CompiledTrees, root: number, features: Float64Array): number {
  const { words, numbers } = trees;
  let node = root;
  let head = words[node << 2]!;
  while (head >= 0) {
    const value = features[head >> COLUMN_SHIFT]!;
    const child = words[(node << 2) | 1]!;
    const isLeft =
      (head & IS_LEVEL_SPLIT) === 0 && !Number.isNaN(value)
        ? value <= numbers[(node << 1) | 1]!
        : goesLeft(trees, node, value);
    node = isLeft ? child : child + 1;
    head = words[node << 2]!;
  }
  return node;
}

/** Rows one after the other, `width` values each, and room for the leaf that each reaches. */
export interface RowBlock {
  readonly features: Float64Array;
  readonly width: number;
  readonly rowCount: number;
  readonly leaves: Int32Array;
}

/** Finds the leaves of a block's rows. A tree after the other, so that its nodes stay in the cache for all rows. */
export function findLeaves(trees: CompiledTrees, root: number, block: RowBlock): void {
  const { words, numbers } = trees;
  const { features, width, rowCount, leaves } = block;
  for (let row = 0; row < rowCount; row++) {
    const start = row * width;
    let node = root;
    let head = words[node << 2]!;
    while (head >= 0) {
      const value = features[start + (head >> COLUMN_SHIFT)]!;
      const child = words[(node << 2) | 1]!;
      const isLeft =
        (head & IS_LEVEL_SPLIT) === 0 && !Number.isNaN(value)
          ? value <= numbers[(node << 1) | 1]!
          : goesLeft(trees, node, value);
      node = isLeft ? child : child + 1;
      head = words[node << 2]!;
    }
    leaves[row] = node;
  }
}
