import type { Estimator, Tree, TreeEnsemble } from "../score/estimator.ts";
import { codeBits, codeBytes, encodeCodes, encodeNumbers, MOST_CODE_BITS } from "../score/packed-numbers.ts";
import type { PackedColumn, PackedTrees } from "../score/packed-trees.ts";

/** Ensembles of fewer nodes, about a megabyte of JSON, are written as lists that a person can read. */
const FEWEST_PACKED_NODES = 20_000;

/**
 * The estimator as it stands in a model file: large ensembles packed, in stacks too. Trees that are not laid out as
 * packed ones have to be, which those of other programs may be, stay lists.
 */
export function packEstimator(estimator: Estimator): unknown {
  if (estimator.kind === "stack") {
    const members = estimator.members.map((member) => ({
      ...member,
      estimator: packEstimator(member.estimator),
    }));
    return { ...estimator, members };
  }
  if (estimator.kind !== "tree-ensemble") return estimator;
  const { kind, link, outputs, base, inputPrecision, trees } = estimator;
  const nodeCount = trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  if (nodeCount < FEWEST_PACKED_NODES || !trees.every(isPackable)) return estimator;
  return { kind, link, outputs, base, inputPrecision, packedTrees: packTrees(estimator) };
}

/** Whether leaves and splits hold nothing that packing leaves out, and numbers in lists of one length. */
function isPackable(tree: Tree): boolean {
  const { feature, threshold, categories, missingLeft, left, right, value, cover, gain } = tree;
  const lists = [threshold, categories, missingLeft, left, right, value, cover, gain];
  if (lists.some((list) => list.length !== feature.length)) return false;
  let splits = 0;
  for (let node = 0; node < feature.length; node++) {
    const isLeaf = feature[node]! < 0;
    if (!isLeaf) splits++;
    const isPlain = isLeaf
      ? feature[node] === -1 &&
        threshold[node] === 0 &&
        categories[node] === null &&
        missingLeft[node] === 0 &&
        left[node] === -1 &&
        right[node] === -1 &&
        gain[node] === 0
      : value[node] === 0;
    if (!isPlain) return false;
  }
  return feature.length === 2 * splits + 1;
}

function packTrees(ensemble: TreeEnsemble): PackedTrees {
  const copies = copiesOf(ensemble);
  const structures = ensemble.trees.filter((_, index) => index % copies === 0);
  const ofNodes = (read: ColumnSource["read"]): PackedColumn =>
    packColumn(collect({ trees: structures, of: "nodes", read }));
  const ofSplits = (read: ColumnSource["read"]): PackedColumn =>
    packColumn(collect({ trees: structures, of: "splits", read }));
  const sets = structures.flatMap((tree) => tree.categories.filter((levels) => levels !== null));
  return {
    copies,
    nodeCounts: structures.map((tree) => tree.feature.length),
    feature: ofNodes((tree, node) => tree.feature[node]!),
    cover: ofNodes((tree, node) => tree.cover[node]!),
    threshold: ofSplits((tree, node) => tree.threshold[node]!),
    missingLeft: ofSplits((tree, node) => tree.missingLeft[node]!),
    gain: ofSplits((tree, node) => tree.gain[node]!),
    left: ofSplits((tree, node) => tree.left[node]! - node),
    right: ofSplits((tree, node) => tree.right[node]! - tree.left[node]!),
    levelCounts: ofSplits((tree, node) => tree.categories[node]?.length ?? -1),
    levels: packColumn(Float64Array.from(sets.flat())),
    value: packColumn(
      collect({ trees: ensemble.trees, of: "leaves", read: (tree, node) => tree.value[node]! }),
    ),
  };
}

/** The number of outputs where the trees of one round differ in their values only, as those of a forest of classes. */
function copiesOf({ trees, outputs }: TreeEnsemble): number {
  const isShared = trees.every((tree, index) => isSameStructure(tree, trees[index - (index % outputs)]!));
  return isShared ? outputs : 1;
}

const STRUCTURE = ["feature", "threshold", "missingLeft", "left", "right", "cover", "gain"] as const;

function isSameStructure(tree: Tree, other: Tree): boolean {
  if (tree === other) return true;
  return STRUCTURE.every((key) => isSameList(tree[key], other[key])) && hasSameLevels(tree, other);
}

function hasSameLevels(tree: Tree, other: Tree): boolean {
  if (tree.categories === other.categories) return true;
  return tree.categories.every((levels, node) => {
    const others = other.categories[node];
    return levels === null || others == null ? levels === others : isSameList(levels, others);
  });
}

function isSameList(list: readonly number[], other: readonly number[]): boolean {
  if (list === other) return true;
  return list.length === other.length && list.every((value, index) => value === other[index]);
}

interface ColumnSource {
  readonly trees: readonly Tree[];
  readonly of: "nodes" | "splits" | "leaves";
  readonly read: (tree: Tree, node: number) => number;
}

function collect({ trees, of, read }: ColumnSource): Float64Array {
  const numbers = new Float64Array(trees.reduce((sum, tree) => sum + tree.feature.length, 0));
  let count = 0;
  for (const tree of trees) {
    const { feature } = tree;
    for (let node = 0; node < feature.length; node++) {
      if (of !== "nodes" && feature[node]! >= 0 !== (of === "splits")) continue;
      numbers[count++] = read(tree, node);
    }
  }
  return numbers.subarray(0, count);
}

/** Codes where they take fewer bytes than the numbers themselves. */
function packColumn(numbers: Float64Array): PackedColumn {
  // As in JSON, -0 is written as 0.
  const values = numbers.map((value) => value + 0);
  // What is not finite has no place among codes; written as it is, the reader refuses it.
  const distinct = values.every(Number.isFinite) ? distinctOf(values) : values;
  const bits = codeBits(distinct.length);
  const codedBytes = distinct.length * 8 + codeBytes(values.length, bits);
  if (bits > MOST_CODE_BITS || codedBytes >= values.length * 8) {
    return { distinct: null, values: encodeNumbers(values) };
  }
  const codes = new Uint32Array(values.length);
  for (let index = 0; index < values.length; index++) codes[index] = placeOf(values[index]!, distinct);
  return { distinct: encodeNumbers(distinct), values: encodeCodes(codes, bits) };
}

/** The different numbers of a list, ascending. */
function distinctOf(values: Float64Array): Float64Array {
  const sorted = values.slice().sort();
  let count = 0;
  for (let index = 0; index < sorted.length; index++) {
    if (index === 0 || sorted[index] !== sorted[index - 1]) sorted[count++] = sorted[index]!;
  }
  return sorted.slice(0, count);
}

/** Where a number stands in an ascending list that holds it. */
function placeOf(value: number, sorted: Float64Array): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
