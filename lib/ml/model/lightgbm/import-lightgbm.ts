import { MlError } from "../../score/ml-error.ts";
import type { Link, Tree, TreeEnsemble } from "../../score/estimator.ts";
import type { Matrix } from "../../score/preparation.ts";
import { CATEGORICAL, DEFAULT_LEFT, missingTypeOf } from "./decision-type.ts";
import { readSections, type LightgbmSection } from "./lightgbm-section.ts";

/** A LightGBM model as a tree ensemble of ours. Matrix columns are LightGBM's features in their order. */
export interface ImportedLightgbm {
  readonly ensemble: TreeEnsemble;
  readonly featureNames: readonly string[];
  /** Features that were trained with zero_as_missing: numbers within 1e-35 of 0 count as missing there. */
  readonly zeroIsMissing: readonly boolean[];
  /** Features that are split by category. */
  readonly isCategorical: readonly boolean[];
}

const LARGEST_ZERO = 1e-35;

/**
 * Reads a model in LightGBM's text format (versions v2 to v4). Predictions agree with LightGBM in float64. Cover is
 * LightGBM's row count, by which its own SHAP values weigh branches. A tree's shrinkage is part of its leaf values in
 * the file already; forests (average_output) are divided by their number of rounds.
 * @throws MlError bad-model for linear trees, objectives without a link here, and files that are cut off.
 */
export function importLightgbm(text: string): ImportedLightgbm {
  const { header, trees } = readSections(text);
  const outputs = header.integers("num_tree_per_iteration")[0] ?? 1;
  const { link, scale } = linkOf(header, outputs);
  const featureNames = header.words("feature_names");
  if (featureNames.length !== (header.integers("max_feature_idx")[0] ?? -1) + 1) {
    throw header.fault("feature_names", "one name per feature");
  }
  if (trees.length % outputs !== 0) throw header.fault("tree_sizes", `a multiple of ${outputs} trees`);
  const rounds = trees.length / outputs;
  const factor = header.has("average_output") && rounds > 0 ? scale / rounds : scale;
  const features = featureNames.map(() => ({ zero: false, other: false, isCategorical: false }));
  const read = trees.map((section) => readTree(section, { features, factor }));
  for (const [index, { zero, other }] of features.entries()) {
    if (zero && other) {
      throw header.fault("feature_names", `"${featureNames[index]}" with one missing type in all trees`);
    }
  }
  return {
    ensemble: {
      kind: "tree-ensemble",
      link,
      outputs,
      base: Array.from({ length: outputs }, () => 0),
      inputPrecision: "double",
      trees: read,
    },
    featureNames,
    zeroIsMissing: features.map(({ zero }) => zero),
    isCategorical: features.map(({ isCategorical }) => isCategorical),
  };
}

/**
 * The matrix that an imported ensemble reads, from LightGBM's raw features (one array per feature, NaN missing): zeros
 * become missing where the model was trained so; categories are cut to whole numbers, and negative ones go the way of
 * missing ones.
 * @throws MlError bad-data when the number of features differs.
 */
export function lightgbmMatrix(model: ImportedLightgbm, features: readonly Float64Array[]): Matrix {
  if (features.length !== model.featureNames.length) {
    throw new MlError(
      "bad-data",
      `The model reads ${model.featureNames.length} features, but ${features.length} are given. Give them in the order of featureNames.`,
    );
  }
  return {
    rowCount: features[0]?.length ?? 0,
    columns: model.featureNames.map((name, index) => ({
      name,
      source: name,
      levels: null,
      values: features[index]!.map((value) => {
        if (model.isCategorical[index]) return value > -1 && value < 2 ** 31 ? Math.trunc(value) : NaN;
        return model.zeroIsMissing[index] && Math.abs(value) <= LARGEST_ZERO ? NaN : value;
      }),
    })),
  };
}

/** The link and what margins are multiplied by: LightGBM's sigmoid may have a slope. */
function linkOf(header: LightgbmSection, outputs: number): { link: Link; scale: number } {
  if (!header.has("objective")) return { link: "identity", scale: 1 };
  const [name = "", ...details] = header.words("objective");
  if (details.includes("sqrt")) throw header.fault("objective", "an objective without sqrt");
  switch (name) {
    case "binary": {
      const slope = details.find((detail) => detail.startsWith("sigmoid:"))?.slice("sigmoid:".length);
      const scale = Number(slope ?? 1);
      if (!(scale > 0)) throw header.fault("objective", "a positive sigmoid");
      return { link: "logit", scale };
    }
    case "cross_entropy":
      return { link: "logit", scale: 1 };
    case "multiclass":
      if (outputs < 2) throw header.fault("num_tree_per_iteration", "one tree per class");
      return { link: "softmax", scale: 1 };
    case "regression":
    case "regression_l1":
    case "huber":
    case "fair":
    case "quantile":
    case "mape":
      return { link: "identity", scale: 1 };
    case "poisson":
    case "gamma":
    case "tweedie":
      return { link: "log", scale: 1 };
    default:
      throw header.fault(
        "objective",
        "one of binary, cross_entropy, multiclass, regression and its losses, poisson, gamma, tweedie",
      );
  }
}

interface FeatureUse {
  zero: boolean;
  other: boolean;
  isCategorical: boolean;
}

interface TreeUse {
  readonly features: readonly FeatureUse[];
  readonly factor: number;
}

function readTree(section: LightgbmSection, { features, factor }: TreeUse): Tree {
  const leafCount = section.integers("num_leaves")[0] ?? 0;
  if (leafCount < 1) throw section.fault("num_leaves", "at least one leaf");
  if (section.has("is_linear") && section.integers("is_linear")[0] !== 0) {
    throw section.fault("is_linear", "0: leaves with linear models are not supported");
  }
  const splitCount = leafCount - 1;
  const list = (key: string, length: number) => section.numbers(key, length);
  const values = list("leaf_value", leafCount).map((value) => value * factor);
  if (splitCount === 0) {
    const none = { feature: [-1], threshold: [0], categories: [null], missingLeft: [0 as const] };
    return { ...none, left: [-1], right: [-1], value: values, cover: [1], gain: [0] };
  }
  const split = {
    feature: list("split_feature", splitCount),
    threshold: list("threshold", splitCount),
    decision: list("decision_type", splitCount),
    left: list("left_child", splitCount),
    right: list("right_child", splitCount),
    gain: list("split_gain", splitCount),
    count: list("internal_count", splitCount),
  };
  const leafCover = list("leaf_count", leafCount);
  const sets = readSets(section);
  const tree = emptyTree();
  // Children come after their parent here; LightGBM numbers splits in the order in which it made them.
  const order: number[] = [0];
  const seen = new Set(order);
  for (let place = 0; place < order.length; place++) {
    const reference = order[place]!;
    if (reference < 0) {
      const leaf = ~reference;
      if (leaf >= leafCount) throw section.fault("left_child", `leaves below ${leafCount}`);
      push(tree, { value: values[leaf]!, cover: leafCover[leaf]! });
      continue;
    }
    const children = [split.left[reference], split.right[reference]];
    for (const child of children) {
      if (child === undefined || !Number.isInteger(child) || child >= splitCount || seen.has(child)) {
        throw section.fault("left_child", "every node once");
      }
      seen.add(child);
    }
    const feature = features[split.feature[reference]!];
    if (feature === undefined) throw section.fault("split_feature", `features below ${features.length}`);
    const decision = split.decision[reference]!;
    const missing = missingTypeOf(decision);
    if (missing === null) throw section.fault("decision_type", "a known missing type");
    const isCategorical = (decision & CATEGORICAL) !== 0;
    const threshold = split.threshold[reference]!;
    const set = isCategorical ? sets[threshold] : null;
    if (set === undefined) throw section.fault("cat_boundaries", `a set ${threshold}`);
    if (isCategorical) feature.isCategorical = true;
    else feature[missing === "zero" ? "zero" : "other"] = true;
    // NaN counts as 0 where nothing is missing, and as no category at all.
    const isMissingLeft = missing === "none" ? threshold >= 0 : (decision & DEFAULT_LEFT) !== 0;
    push(tree, {
      feature: split.feature[reference]!,
      threshold: isCategorical ? 0 : threshold,
      categories: set,
      missingLeft: !isCategorical && isMissingLeft ? 1 : 0,
      left: order.length,
      right: order.length + 1,
      cover: split.count[reference]!,
      gain: split.gain[reference]!,
    });
    order.push(...(children as number[])); // checked above
  }
  return tree;
}

type Growing = { [Key in keyof Tree]: Tree[Key][number][] };
type GrowingNode = { [Key in keyof Growing]: Growing[Key][number] };

function emptyTree(): Growing {
  return {
    feature: [],
    threshold: [],
    categories: [],
    missingLeft: [],
    left: [],
    right: [],
    value: [],
    cover: [],
    gain: [],
  };
}

function push(tree: Growing, node: Partial<GrowingNode>): void {
  tree.feature.push(node.feature ?? -1);
  tree.threshold.push(node.threshold ?? 0);
  tree.categories.push(node.categories ?? null);
  tree.missingLeft.push(node.missingLeft ?? 0);
  tree.left.push(node.left ?? -1);
  tree.right.push(node.right ?? -1);
  tree.value.push(node.value ?? 0);
  tree.cover.push(node.cover ?? 0);
  tree.gain.push(node.gain ?? 0);
}

/** Bit sets of all categorical splits as lists of levels. */
function readSets(section: LightgbmSection): number[][] {
  if ((section.integers("num_cat")[0] ?? 0) === 0) return [];
  const boundaries = section.integers("cat_boundaries");
  const words = section.integers("cat_threshold");
  if (boundaries.at(-1) !== words.length) throw section.fault("cat_threshold", `${boundaries.at(-1)} words`);
  return boundaries.slice(1).map((end, index) => {
    const levels: number[] = [];
    for (const [place, word] of words.slice(boundaries[index], end).entries()) {
      for (let bit = 0; bit < 32; bit++) if ((word >>> bit) & 1) levels.push(place * 32 + bit);
    }
    return levels;
  });
}
