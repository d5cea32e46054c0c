import type { Tree, TreeEnsemble } from "../../score/estimator.ts";
import type { GraphBuilder } from "./onnx-graph.ts";
import { addColumn, type PreparedParts } from "./onnx-preparation.ts";

/** Modes of the operator TreeEnsemble, ai.onnx.ml 5. */
const AT_MOST = 0;
const MEMBER = 6;
const SUM = 1;

/** Margins of a tree ensemble, [rows, outputs], by the operator TreeEnsemble in float64. */
export function addTreeEnsemble(graph: GraphBuilder, ensemble: TreeEnsemble, parts: PreparedParts): string {
  const columns = parts.encoders.map((encoder) => addColumn(graph, encoder, parts));
  const joined = graph.node("Concat", columns, { axis: 1 });
  const matrix =
    ensemble.inputPrecision === "double"
      ? joined
      : graph.node("Cast", [graph.node("Cast", [joined], { to: 1 })], { to: 11 });
  const flat = flattenTrees(ensemble);
  const doubles = (values: readonly number[]) => ({ type: "double", dims: [values.length], values }) as const;
  const sums = graph.learnedNode("TreeEnsemble", [matrix], {
    aggregate_function: SUM,
    leaf_targetids: flat.leafTargets,
    leaf_weights: doubles(flat.leafWeights),
    ...(flat.members.length === 0 ? {} : { membership_values: doubles(flat.members) }),
    n_targets: ensemble.outputs,
    nodes_falseleafs: flat.falseLeafs,
    nodes_falsenodeids: flat.falseNodes,
    nodes_featureids: flat.features,
    nodes_missing_value_tracks_true: flat.missingTrue,
    nodes_modes: { type: "uint8", dims: [flat.modes.length], values: flat.modes },
    nodes_splits: doubles(flat.splits),
    nodes_trueleafs: flat.trueLeafs,
    nodes_truenodeids: flat.trueNodes,
    post_transform: 0,
    tree_roots: flat.roots,
  });
  const base = graph.constant({ type: "double", dims: [1, ensemble.outputs], values: ensemble.base });
  return graph.node("Add", [sums, base]);
}

interface FlatTrees {
  readonly roots: number[];
  readonly features: number[];
  readonly splits: number[];
  readonly modes: number[];
  readonly missingTrue: number[];
  readonly trueNodes: number[];
  readonly falseNodes: number[];
  readonly trueLeafs: number[];
  readonly falseLeafs: number[];
  readonly leafTargets: number[];
  readonly leafWeights: number[];
  /** The sets of all splits over categories in the order of their nodes, each closed by NaN. */
  readonly members: number[];
}

function flattenTrees({ trees, outputs }: TreeEnsemble): FlatTrees {
  const flat: FlatTrees = {
    roots: [],
    features: [],
    splits: [],
    modes: [],
    missingTrue: [],
    trueNodes: [],
    falseNodes: [],
    trueLeafs: [],
    falseLeafs: [],
    leafTargets: [],
    leafWeights: [],
    members: [],
  };
  for (const [index, tree] of trees.entries()) flattenTree(tree, index % outputs, flat);
  if (trees.length === 0) {
    flattenTree(SINGLE_LEAF, 0, flat);
  }
  return flat;
}

const SINGLE_LEAF: Pick<
  Tree,
  "feature" | "value" | "threshold" | "categories" | "missingLeft" | "left" | "right"
> = {
  feature: [-1],
  value: [0],
  threshold: [0],
  categories: [null],
  missingLeft: [0],
  left: [-1],
  right: [-1],
};

/** Appends a tree: splits and leaves are counted apart, and a tree of one leaf becomes a split with that leaf on both sides. */
function flattenTree(tree: typeof SINGLE_LEAF, output: number, flat: FlatTrees): void {
  flat.roots.push(flat.features.length);
  const places: number[] = [];
  let splits = flat.features.length;
  let leaves = flat.leafWeights.length;
  for (const [node, feature] of tree.feature.entries()) {
    places[node] = feature < 0 ? leaves++ : splits++;
  }
  const isLeaf = (node: number): boolean => tree.feature[node]! < 0;
  for (const [node, feature] of tree.feature.entries()) {
    if (isLeaf(node)) {
      flat.leafTargets.push(output);
      flat.leafWeights.push(tree.value[node]!);
      if (tree.feature.length > 1) continue;
    }
    const [left, right] = isLeaf(node) ? [node, node] : [tree.left[node]!, tree.right[node]!];
    const levels = isLeaf(node) ? null : (tree.categories[node] ?? null);
    flat.features.push(Math.max(0, feature));
    flat.splits.push(levels === null ? tree.threshold[node]! : 0);
    flat.modes.push(levels === null ? AT_MOST : MEMBER);
    flat.missingTrue.push(tree.missingLeft[node]!);
    flat.trueNodes.push(places[left]!);
    flat.falseNodes.push(places[right]!);
    flat.trueLeafs.push(isLeaf(left) ? 1 : 0);
    flat.falseLeafs.push(isLeaf(right) ? 1 : 0);
    // No code is negative: an empty set is one that nothing belongs to.
    if (levels !== null) flat.members.push(...(levels.length === 0 ? [-1] : levels), Number.NaN);
  }
}
