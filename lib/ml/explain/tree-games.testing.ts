import { createRandom } from "../random.ts";
import { compileTrees, goesLeft, leafValue, leftChild, splitColumn } from "../score/compiled-trees.ts";
import type { Tree, TreeEnsemble } from "../score/estimator.ts";
import type { Matrix } from "../score/preparation.ts";

export const FEATURES = 4;

/** A random tree over four features, the last one categorical, with covers that add up. */
export function randomTree(seed: number, depth: number): Tree {
  const random = createRandom(seed);
  const tree = {
    feature: [] as number[],
    threshold: [] as number[],
    categories: [] as (number[] | null)[],
    missingLeft: [] as (0 | 1)[],
    left: [] as number[],
    right: [] as number[],
    value: [] as number[],
    cover: [] as number[],
    gain: [] as number[],
  };
  const grow = (level: number, cover: number): number => {
    const node = tree.feature.length;
    const isLeaf = level === depth || random.uniform() < 0.2;
    const feature = random.integer(FEATURES);
    tree.feature.push(isLeaf ? -1 : feature);
    tree.threshold.push(feature === FEATURES - 1 ? 0 : random.integer(5));
    tree.categories.push(
      !isLeaf && feature === FEATURES - 1 ? [random.integer(3), 3 + random.integer(3)] : null,
    );
    tree.missingLeft.push(random.uniform() < 0.5 ? 1 : 0);
    tree.left.push(-1);
    tree.right.push(-1);
    tree.value.push(isLeaf ? random.normal() : 0);
    tree.cover.push(cover);
    tree.gain.push(0);
    if (!isLeaf) {
      const share = random.uniform();
      tree.left[node] = grow(level + 1, cover * share);
      tree.right[node] = grow(level + 1, cover * (1 - share));
    }
    return node;
  };
  grow(0, 100);
  return tree;
}

export function ensembleOf(trees: readonly Tree[]): TreeEnsemble {
  return {
    kind: "tree-ensemble",
    link: "identity",
    outputs: 1,
    base: [0.5],
    inputPrecision: "double",
    trees,
  };
}

export function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  return {
    rowCount: rows.length,
    columns: Array.from({ length: FEATURES }, (_, index) => ({
      name: `f${index}`,
      source: `f${index}`,
      levels: null,
      values: Float64Array.from(rows, (row) => row[index]!),
    })),
  };
}

/** The value of the game when only the features in `known` (a bit set) are known: unknown splits follow the covers. */
export function gameValue(ensemble: TreeEnsemble, row: Float64Array, known: number): number {
  const trees = compileTrees(ensemble);
  const walk = (node: number): number => {
    const feature = splitColumn(trees, node);
    if (feature < 0) return leafValue(trees, 0, node);
    const left = leftChild(trees, node);
    const right = left + 1;
    if ((known >> feature) & 1) return walk(goesLeft(trees, node, row[feature]!) ? left : right);
    const cover = trees.cover[node]!;
    const shares = cover > 0 ? [trees.cover[left]! / cover, trees.cover[right]! / cover] : [0.5, 0.5];
    return shares[0]! * walk(left) + shares[1]! * walk(right);
  };
  return ensemble.base[0]! + trees.roots.reduce((sum, root) => sum + walk(root), 0);
}

/** Shapley values by their definition, over all subsets of features. */
export function bruteForce(value: (known: number) => number): number[] {
  return Array.from({ length: FEATURES }, (_, feature) => {
    let share = 0;
    for (let subset = 0; subset < 1 << FEATURES; subset++) {
      if ((subset >> feature) & 1) continue;
      const size = sizeOf(subset);
      const weight = (factorial(size) * factorial(FEATURES - 1 - size)) / factorial(FEATURES);
      share += weight * (value(subset | (1 << feature)) - value(subset));
    }
    return share;
  });
}

/** Half of the Shapley interaction index of two features by its definition. */
export function bruteInteraction(value: (known: number) => number, left: number, right: number): number {
  const [one, other] = [1 << left, 1 << right];
  let share = 0;
  for (let subset = 0; subset < 1 << FEATURES; subset++) {
    if (subset & (one | other)) continue;
    const size = sizeOf(subset);
    const weight = (factorial(size) * factorial(FEATURES - 2 - size)) / (2 * factorial(FEATURES - 1));
    share +=
      weight * (value(subset | one | other) - value(subset | one) - value(subset | other) + value(subset));
  }
  return share;
}

const factorial = (number: number): number => (number < 2 ? 1 : number * factorial(number - 1));
const sizeOf = (subset: number): number => subset.toString(2).replaceAll("0", "").length;
