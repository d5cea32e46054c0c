import { assertNever } from "../../score/assert-never.ts";
import type { Link, Tree, TreeEnsemble } from "../../score/estimator.ts";
import { MlError } from "../../score/ml-error.ts";
import { writtenNames, type TreeFileColumn } from "../tree-file-column.ts";
import { CATEGORICAL, DEFAULT_LEFT, MISSING_NAN } from "./decision-type.ts";

/** White space ends a name in the text; LightGBM refuses what JSON gives a meaning. */
const FORBIDDEN = /[\s",:[\]{}=]/g;
/** Row counts of a tree's root: LightGBM holds them in 32 bits. */
const ROOT_COUNT = 2 ** 30;

/**
 * Writes a tree ensemble in LightGBM's text format (version v4), read by LightGBM 3.3 and later. Features are the prepared
 * matrix columns in their order: numbers, and level indices for categories. LightGBM computes in float64 and sums in the
 * order of the trees, as this engine does.
 *
 * Missing values are NaN (missing type nan). In LightGBM a missing category always goes right; a split that sends it left
 * lists the other levels instead, with its children exchanged. Base margins become one tree of a single leaf per output.
 * LightGBM's own SHAP values weigh branches by row counts; a model here knows covers, so the counts are covers in
 * proportion, 2^30 at each root. With link `probability` no objective is named: LightGBM then gives the sums as they
 * are.
 * @throws MlError bad-argument when there is no column; bad-model when inputs are rounded to float32 first, which
 * LightGBM does not do.
 */
export function exportLightgbm(ensemble: TreeEnsemble, columns: readonly TreeFileColumn[]): string {
  const { outputs } = ensemble;
  if (ensemble.inputPrecision === "single") {
    throw new MlError(
      "bad-model",
      "The trees compare in float32 (they were imported from XGBoost) and LightGBM compares in float64. Export them as XGBoost JSON.",
    );
  }
  const names = writtenNames(columns, FORBIDDEN);
  const hasBase = ensemble.base.some((base) => base !== 0);
  const trees = [
    ...(hasBase ? ensemble.base.map(leafText) : []),
    ...ensemble.trees.map((tree) => treeText(tree, columns)),
  ].map((text, index) => `Tree=${index}\n${text}\n\n`);
  const objective = objectiveOf(ensemble.link, outputs);
  const header = [
    "tree",
    "version=v4",
    `num_class=${outputs}`,
    `num_tree_per_iteration=${outputs}`,
    "label_index=0",
    `max_feature_idx=${columns.length - 1}`,
    ...(objective === null ? [] : [`objective=${objective}`]),
    `feature_names=${names.join(" ")}`,
    `feature_infos=${columns.map(featureInfo).join(" ")}`,
    `tree_sizes=${trees.map((text) => Buffer.byteLength(text)).join(" ")}`,
  ];
  return `${header.join("\n")}\n\n${trees.join("")}end of trees\n\nparameters:\nend of parameters\n\npandas_categorical:null\n`;
}

function objectiveOf(link: Link, outputs: number): string | null {
  switch (link) {
    case "logit":
      return "binary sigmoid:1";
    case "identity":
      return "regression";
    case "log":
      return "poisson";
    case "softmax":
      return `multiclass num_class:${outputs}`;
    case "probability":
      return null;
    default:
      return assertNever(link);
  }
}

/** The range of values is not part of a model here; LightGBM shows it and does not compute with it. */
function featureInfo({ levels }: TreeFileColumn): string {
  if (levels === null) return "[-1e+308:1e+308]";
  return levels.length === 0 ? "none" : levels.map((_, code) => code).join(":");
}

function leafText(value: number): string {
  return `num_leaves=1\nnum_cat=0\nsplit_feature=\nsplit_gain=\nthreshold=\ndecision_type=\nleft_child=\nright_child=\nleaf_value=${value}\nleaf_weight=0\nleaf_count=0\ninternal_value=\ninternal_weight=\ninternal_count=\nis_linear=0\nshrinkage=1\n`;
}

function treeText(tree: Tree, columns: readonly TreeFileColumn[]): string {
  const nodes = tree.feature.map((_, node) => node);
  const splits = nodes.filter((node) => tree.feature[node]! >= 0);
  const leaves = nodes.filter((node) => tree.feature[node]! < 0);
  if (splits.length === 0) return leafText(tree.value[0]!);
  const reference = new Map([
    ...splits.map((node, index) => [node, index] as const),
    ...leaves.map((node, index) => [node, ~index] as const),
  ]);
  const sets: number[][] = [];
  const thresholds: number[] = [];
  const decisions: number[] = [];
  const children: { left: number[]; right: number[] } = { left: [], right: [] };
  for (const node of splits) {
    const levels = tree.categories[node] ?? null;
    const isMissingLeft = tree.missingLeft[node] === 1;
    const isExchanged = levels !== null && isMissingLeft;
    const [left, right] = [reference.get(tree.left[node]!)!, reference.get(tree.right[node]!)!];
    children.left.push(isExchanged ? right : left);
    children.right.push(isExchanged ? left : right);
    if (levels === null) {
      thresholds.push(tree.threshold[node]!);
      decisions.push(MISSING_NAN | (isMissingLeft ? DEFAULT_LEFT : 0));
    } else {
      thresholds.push(sets.length);
      decisions.push(MISSING_NAN | CATEGORICAL);
      sets.push(isExchanged ? otherLevels(levels, columns[tree.feature[node]!]!) : [...levels]);
    }
  }
  const counts = countsOf(tree);
  const words = sets.map(bitWords);
  let end = 0;
  const boundaries = [0, ...words.map((set) => (end += set.length))];
  const lines = {
    num_leaves: [leaves.length],
    num_cat: [sets.length],
    split_feature: splits.map((node) => tree.feature[node]!),
    split_gain: splits.map((node) => tree.gain[node]!),
    threshold: thresholds,
    decision_type: decisions,
    left_child: children.left,
    right_child: children.right,
    leaf_value: leaves.map((node) => tree.value[node]!),
    leaf_weight: leaves.map((node) => tree.cover[node]!),
    leaf_count: leaves.map((node) => counts[node]!),
    internal_value: splits.map((node) => tree.value[node]!),
    internal_weight: splits.map((node) => tree.cover[node]!),
    internal_count: splits.map((node) => counts[node]!),
    ...(sets.length === 0 ? {} : { cat_boundaries: boundaries, cat_threshold: words.flat() }),
    is_linear: [0],
    shrinkage: [1],
  };
  return Object.entries(lines)
    .map(([key, values]) => `${key}=${values.join(" ")}\n`)
    .join("");
}

function otherLevels(levels: readonly number[], { levels: all }: TreeFileColumn): number[] {
  const listed = new Set(levels);
  return (all ?? []).map((_, code) => code).filter((code) => !listed.has(code));
}

/** 32 levels a word, at least one word: LightGBM reads no empty sets. */
function bitWords(levels: readonly number[]): number[] {
  const highest = levels.reduce((most, level) => Math.max(most, level), 0);
  const words = new Uint32Array((highest >>> 5) + 1);
  for (const level of levels) words[level >>> 5]! |= 1 << (level & 31);
  return [...words];
}

/** Covers as whole numbers in proportion to the root's; every node at least 1, parents the sum of their children. */
function countsOf(tree: Tree): number[] {
  const scale = tree.cover[0]! > 0 ? ROOT_COUNT / tree.cover[0]! : 0;
  const counts = tree.cover.map((cover) => Math.max(1, Math.round(cover * scale)));
  for (let node = counts.length - 1; node >= 0; node--) {
    if (tree.feature[node]! >= 0) counts[node] = counts[tree.left[node]!]! + counts[tree.right[node]!]!;
  }
  return counts;
}
