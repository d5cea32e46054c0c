import type { Tree, TreeEnsemble } from "../../score/estimator.ts";
import type { CategoricalEncoder, Encoder } from "../../score/preparation.ts";
import type { GraphBuilder } from "./onnx-graph.ts";
import { addColumn, addLevelCodes, type PreparedParts } from "./onnx-preparation.ts";

/** The mode "at most" and the aggregation "sum" of the operator TreeEnsemble, ai.onnx.ml 5. */
const AT_MOST = 0;
const SUM = 1;

/**
 * Margins of a tree ensemble, [rows, outputs], by the operator TreeEnsemble in float64. Splits over categories read a
 * column of their own that is 0 inside the set, 1 outside and NaN for missing, so that all splits are of
 * the one mode that every runtime knows well.
 */
export function addTreeEnsemble(graph: GraphBuilder, ensemble: TreeEnsemble, parts: PreparedParts): string {
  const layout = layOutColumns(ensemble, parts.encoders);
  const columns = parts.encoders.flatMap((encoder, index) => {
    const { sets, isPlain } = layout[index]!;
    return [
      ...(isPlain ? [addColumn(graph, encoder, parts)] : []),
      ...(encoder.kind === "categorical" && sets.size > 0 ? [addSets(graph, encoder, { sets, parts })] : []),
    ];
  });
  const joined = graph.node("Concat", columns, { axis: 1 });
  const matrix =
    ensemble.inputPrecision === "double"
      ? joined
      : graph.node("Cast", [graph.node("Cast", [joined], { to: 1 })], { to: 11 });
  const flat = flattenTrees(ensemble, layout);
  const doubles = (values: readonly number[]) => ({ type: "double", dims: [values.length], values }) as const;
  const sums = graph.learnedNode("TreeEnsemble", [matrix], {
    aggregate_function: SUM,
    leaf_targetids: flat.leafTargets,
    leaf_weights: doubles(flat.leafWeights),
    n_targets: ensemble.outputs,
    nodes_falseleafs: flat.falseLeafs,
    nodes_falsenodeids: flat.falseNodes,
    nodes_featureids: flat.features,
    nodes_missing_value_tracks_true: flat.missingTrue,
    nodes_modes: { type: "uint8", dims: [flat.splits.length], values: flat.splits.map(() => AT_MOST) },
    nodes_splits: doubles(flat.splits),
    nodes_trueleafs: flat.trueLeafs,
    nodes_truenodeids: flat.trueNodes,
    post_transform: 0,
    tree_roots: flat.roots,
  });
  const base = graph.constant({ type: "double", dims: [1, ensemble.outputs], values: ensemble.base });
  return graph.node("Add", [sums, base]);
}

/** Where the columns of one encoder lie in the matrix that the trees read. */
interface ColumnLayout {
  /** Whether the column itself is read; it then comes first. */
  readonly isPlain: boolean;
  /** Place of the column for each set of levels that some split lists, by the set's text. */
  readonly sets: ReadonlyMap<string, { readonly place: number; readonly levels: readonly number[] }>;
  readonly place: number;
}

function layOutColumns(ensemble: TreeEnsemble, encoders: readonly Encoder[]): ColumnLayout[] {
  const used = encoders.map(() => ({ isPlain: false, sets: new Map<string, readonly number[]>() }));
  for (const tree of ensemble.trees) {
    for (const [node, feature] of tree.feature.entries()) {
      if (feature < 0) continue;
      const levels = tree.categories[node] ?? null;
      if (levels === null) used[feature]!.isPlain = true;
      else used[feature]!.sets.set(levels.join(), levels);
    }
  }
  // Trees without a split still need the number of rows.
  if (used.every(({ isPlain, sets }) => !isPlain && sets.size === 0)) used[0]!.isPlain = true;
  let next = 0;
  return used.map(({ isPlain, sets }) => {
    const place = next;
    if (isPlain) next++;
    return {
      isPlain,
      place,
      sets: new Map([...sets].map(([key, levels]) => [key, { place: next++, levels }] as const)),
    };
  });
}

interface SetColumns {
  readonly sets: ColumnLayout["sets"];
  readonly parts: PreparedParts;
}

/** One column per set of levels, [rows, sets], looked up by the level's code; the last row of the table is for missing. */
function addSets(graph: GraphBuilder, encoder: CategoricalEncoder, { sets, parts }: SetColumns): string {
  const count = encoder.levels.length;
  const members = [...sets.values()].map(({ levels }) => new Set(levels));
  const values = Array.from({ length: count + 1 }, (_, level) =>
    members.map((set) => (level === count ? Number.NaN : set.has(level) ? 0 : 1)),
  ).flat();
  const table = graph.constant({ type: "double", dims: [count + 1, members.length], values });
  const input = parts.inputs.get(encoder.column)!.name;
  const codes = addLevelCodes(graph, encoder, { input, none: count });
  const secondAxis = graph.constant({ type: "int64", dims: [1], values: [1] });
  return graph.node("Squeeze", [graph.node("Gather", [table, codes], { axis: 0 }), secondAxis]);
}

interface FlatTrees {
  readonly roots: number[];
  readonly features: number[];
  readonly splits: number[];
  readonly missingTrue: number[];
  readonly trueNodes: number[];
  readonly falseNodes: number[];
  readonly trueLeafs: number[];
  readonly falseLeafs: number[];
  readonly leafTargets: number[];
  readonly leafWeights: number[];
}

function flattenTrees({ trees, outputs }: TreeEnsemble, layout: readonly ColumnLayout[]): FlatTrees {
  const flat: FlatTrees = {
    roots: [],
    features: [],
    splits: [],
    missingTrue: [],
    trueNodes: [],
    falseNodes: [],
    trueLeafs: [],
    falseLeafs: [],
    leafTargets: [],
    leafWeights: [],
  };
  for (const [index, tree] of trees.entries()) flattenTree(tree, index % outputs, { flat, layout });
  if (trees.length === 0) flattenTree(SINGLE_LEAF, 0, { flat, layout });
  padLeaves(flat);
  return flat;
}

/**
 * Shifts the leaves' numbers by unused leaves in front, so that no split has a leaf and a split of the same number as
 * its children: ONNX Runtime 1.21 and 1.22 take that for a tree of one leaf and predict wrongly.
 */
function padLeaves(flat: FlatTrees): void {
  const clashes = new Set<number>();
  for (const [node, isTrueLeaf] of flat.trueLeafs.entries()) {
    if (isTrueLeaf === flat.falseLeafs[node]) continue;
    const difference = flat.falseNodes[node]! - flat.trueNodes[node]!;
    clashes.add(isTrueLeaf === 1 ? difference : -difference);
  }
  let shift = 0;
  while (clashes.has(shift)) shift++;
  for (const node of flat.trueLeafs.keys()) {
    if (flat.trueLeafs[node] === 1) flat.trueNodes[node]! += shift;
    if (flat.falseLeafs[node] === 1) flat.falseNodes[node]! += shift;
  }
  flat.leafTargets.unshift(...Array.from({ length: shift }, () => 0));
  flat.leafWeights.unshift(...Array.from({ length: shift }, () => 0));
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

interface Flattening {
  readonly flat: FlatTrees;
  readonly layout: readonly ColumnLayout[];
}

/** Appends a tree: splits and leaves are counted apart, and a tree of one leaf becomes a split with that leaf on both sides. */
function flattenTree(tree: typeof SINGLE_LEAF, output: number, { flat, layout }: Flattening): void {
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
    const columns = layout[Math.max(0, feature)]!;
    flat.features.push(levels === null ? columns.place : columns.sets.get(levels.join())!.place);
    flat.splits.push(levels === null ? tree.threshold[node]! : 0.5);
    flat.missingTrue.push(tree.missingLeft[node]!);
    flat.trueNodes.push(places[left]!);
    flat.falseNodes.push(places[right]!);
    flat.trueLeafs.push(isLeaf(left) ? 1 : 0);
    flat.falseLeafs.push(isLeaf(right) ? 1 : 0);
  }
}
