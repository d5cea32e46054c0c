import { assertNever } from "../../score/assert-never.ts";
import type { Link, Tree, TreeEnsemble } from "../../score/estimator.ts";
import { MlError } from "../../score/ml-error.ts";
import { writtenNames, type TreeFileColumn } from "../tree-file-column.ts";
import { singleAbove } from "./single-precision.ts";
import { writeXgboostJson, type XgboostValue } from "./write-xgboost-json.ts";

/** Python's reader of feature names refuses these. */
const FORBIDDEN = /[[\]<]/g;
/** The prediction whose margin is 0, under each objective. */
const BASE_SCORES: Readonly<Record<Link, string>> = {
  logit: "5E-1",
  log: "1E0",
  identity: "0E0",
  probability: "0E0",
  softmax: "0E0",
};
const NO_PARENT = 2 ** 31 - 1;

/**
 * Writes a tree ensemble in XGBoost's JSON format (gbtree booster), readable by XGBoost 1.7 and later. Features are the
 * prepared matrix columns in their order: numbers, and level indices for categories (feature type "c").
 *
 * XGBoost holds numbers in float32 and goes left below a condition. A split at t gets the smallest float32 above t as its
 * condition, so every float32 input takes the same way as here. Inputs that are no float32 are rounded by XGBoost first:
 * two doubles on different sides of t that round to one float32 collide there and take the same way. A split
 * that no number exceeds (all present values against missing ones) ends at the largest float32. Leaf values are rounded
 * once each.
 *
 * Base margins become one tree of a single leaf per output, since XGBoost 1 and 2 know one base score for all outputs
 * only, and hold it as a probability, where float32 loses digits. With link `probability` the objective is
 * reg:squarederror: the file predicts the probabilities as numbers.
 * @throws MlError bad-model when a number is beyond float32; bad-argument when there is no column.
 */
export function exportXgboost(ensemble: TreeEnsemble, columns: readonly TreeFileColumn[]): string {
  const { outputs } = ensemble;
  const names = writtenNames(columns, FORBIDDEN);
  const hasBase = ensemble.base.some((base) => base !== 0);
  const trees = [...(hasBase ? ensemble.base.map(baseTree) : []), ...ensemble.trees];
  const isMulticlass = ensemble.link === "softmax";
  const file = {
    learner: {
      attributes: {},
      feature_names: names,
      feature_types: columns.map(({ levels }) => (levels === null ? "q" : "c")),
      gradient_booster: {
        model: {
          gbtree_model_param: {
            num_parallel_tree: "1",
            num_trees: String(trees.length),
            size_leaf_vector: "0",
          },
          iteration_indptr: Array.from({ length: trees.length / outputs + 1 }, (_, round) => round * outputs),
          tree_info: trees.map((_, tree) => tree % outputs),
          trees: trees.map((tree, id) => writeTree(tree, id, columns)),
        },
        name: "gbtree",
      },
      learner_model_param: {
        base_score: BASE_SCORES[ensemble.link],
        boost_from_average: "0",
        num_class: String(isMulticlass ? outputs : 0),
        num_feature: String(columns.length),
        num_target: String(isMulticlass ? 1 : outputs),
      },
      objective: objectiveOf(ensemble.link, outputs),
    },
    version: [1, 7, 6],
  };
  return `${writeXgboostJson(file)}\n`;
}

function objectiveOf(link: Link, outputs: number): XgboostValue {
  switch (link) {
    case "logit":
      return { name: "binary:logistic", reg_loss_param: { scale_pos_weight: "1" } };
    case "identity":
    case "probability":
      return { name: "reg:squarederror", reg_loss_param: { scale_pos_weight: "1" } };
    case "softmax":
      return { name: "multi:softprob", softmax_multiclass_param: { num_class: String(outputs) } };
    case "log":
      return { name: "count:poisson", poisson_regression_param: { max_delta_step: "0.7" } };
    default:
      return assertNever(link);
  }
}

function baseTree(base: number): Tree {
  return {
    feature: [-1],
    threshold: [0],
    categories: [null],
    missingLeft: [0],
    left: [-1],
    right: [-1],
    value: [base],
    cover: [1],
    gain: [0],
  };
}

function writeTree(given: Tree, id: number, columns: readonly TreeFileColumn[]): XgboostValue {
  const tree = inXgboostOrder(given);
  const count = tree.feature.length;
  const isLeaf = tree.feature.map((feature) => feature < 0);
  const isCategorical = tree.categories.map((levels) => levels !== null);
  const parents = Array.from({ length: count }, () => NO_PARENT);
  const nodes = Array.from({ length: count }, (_, node) => node);
  for (const node of nodes.filter((index) => !isLeaf[index])) {
    parents[tree.left[node]!] = node;
    parents[tree.right[node]!] = node;
  }
  const categoryNodes = nodes.filter((node) => isCategorical[node]);
  // An empty set has no place in the format; a code that no level has says the same.
  const sets = categoryNodes.map((node) => {
    const levels = tree.categories[node]!;
    return levels.length > 0 ? levels : [columns[tree.feature[node]!]!.levels?.length ?? 0];
  });
  let start = 0;
  const segments = sets.map((set) => (start += set.length) - set.length);
  return {
    base_weights: singles(meanValues(tree), id),
    categories: sets.flat(),
    categories_nodes: categoryNodes,
    categories_segments: segments,
    categories_sizes: sets.map((set) => set.length),
    default_left: tree.missingLeft,
    id,
    left_children: tree.left,
    loss_changes: singles(tree.gain, id),
    parents,
    right_children: tree.right,
    split_conditions: singles(
      nodes.map((node) => {
        if (isLeaf[node]) return tree.value[node]!;
        return isCategorical[node] ? 0 : singleAbove(tree.threshold[node]!);
      }),
      id,
    ),
    split_indices: tree.feature.map((feature) => Math.max(0, feature)),
    split_type: isCategorical.map((flag) => (flag ? 1 : 0)),
    sum_hessian: singles(tree.cover, id),
    tree_param: {
      num_deleted: "0",
      num_feature: String(columns.length),
      num_nodes: String(count),
      size_leaf_vector: "0",
    },
  };
}

/**
 * The same tree with XGBoost's conventions of shape: listed categories go right (here they go left, so such splits
 * exchange their children), and the right child stands directly behind the left one, which XGBoost 3 relies on.
 */
function inXgboostOrder(tree: Tree): Tree {
  const order = [0];
  const left: number[] = [];
  const right: number[] = [];
  const missingLeft: (0 | 1)[] = [];
  for (let place = 0; place < order.length; place++) {
    const node = order[place]!;
    if (tree.feature[node]! < 0) {
      left.push(-1);
      right.push(-1);
      missingLeft.push(0);
      continue;
    }
    const isExchanged = tree.categories[node] !== null;
    const children = [tree.left[node]!, tree.right[node]!];
    left.push(order.length);
    right.push(order.length + 1);
    missingLeft.push((tree.missingLeft[node] === 1) === isExchanged ? 0 : 1);
    order.push(...(isExchanged ? children.toReversed() : children));
  }
  const inOrder = <Item>(items: readonly Item[]): Item[] => order.map((node) => items[node]!);
  const categories = inOrder(tree.categories);
  const feature = inOrder(tree.feature);
  return {
    feature,
    threshold: inOrder(tree.threshold),
    categories: categories.map((levels, place) => (feature[place]! < 0 ? null : levels)),
    missingLeft,
    left,
    right,
    value: inOrder(tree.value),
    cover: inOrder(tree.cover),
    gain: inOrder(tree.gain),
  };
}

/** The mean of the leaf values below each node, weighted by cover as the file holds it, in float32. */
function meanValues(tree: Tree): number[] {
  const means = [...tree.value];
  for (let node = tree.feature.length - 1; node >= 0; node--) {
    if (tree.feature[node]! < 0) continue;
    const [left, right] = [tree.left[node]!, tree.right[node]!];
    const [leftCover, rightCover] = [Math.fround(tree.cover[left]!), Math.fround(tree.cover[right]!)];
    const total = leftCover + rightCover;
    means[node] =
      total > 0
        ? (means[left]! * leftCover + means[right]! * rightCover) / total
        : (means[left]! + means[right]!) / 2;
  }
  return means;
}

function singles(values: readonly number[], tree: number): Float32Array {
  const rounded = Float32Array.from(values);
  const place = rounded.findIndex((value) => !Number.isFinite(value));
  if (place < 0) return rounded;
  throw new MlError(
    "bad-model",
    `Tree ${tree} holds ${values[place]}, which float32 cannot, and XGBoost holds nothing else. Scale the target down, or export another format.`,
    { details: { tree, node: place } },
  );
}
