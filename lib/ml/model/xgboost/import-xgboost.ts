import {
  badNode,
  readInteger,
  readList,
  readNumber,
  readOneOf,
  readRecord,
  readString,
  type JsonNode,
} from "../../score/json-node.ts";
import type { Link, Tree, TreeEnsemble } from "../../score/estimator.ts";
import { singleBelow } from "./single-precision.ts";

/** An XGBoost model as a tree ensemble of ours. Matrix columns are XGBoost's features in their order. */
export interface ImportedXgboost {
  readonly ensemble: TreeEnsemble;
  readonly featureNames: readonly string[];
}

const OBJECTIVES = [
  "binary:logistic",
  "reg:squarederror",
  "count:poisson",
  "multi:softprob",
  "multi:softmax",
] as const;
const LINKS: Readonly<Record<(typeof OBJECTIVES)[number], Link>> = {
  "binary:logistic": "logit",
  "reg:squarederror": "identity",
  "count:poisson": "log",
  "multi:softprob": "softmax",
  "multi:softmax": "softmax",
};

/**
 * Reads a model in XGBoost's JSON format (gbtree booster). XGBoost compares in float32 and goes left below the
 * condition; the import keeps that to the last bit. Cover is sum_hessian.
 * @throws MlError bad-model for other boosters, objectives or a file that is not such a model.
 */
export function importXgboost(json: string): ImportedXgboost {
  const root: JsonNode = { value: parseJson(json), path: "" };
  const learner = member(root, "learner");
  const objective = readOneOf(member(learner, "objective", "name"), OBJECTIVES);
  const booster = member(learner, "gradient_booster");
  readOneOf(member(booster, "name"), ["gbtree"]);
  const parameters = member(learner, "learner_model_param");
  const classCount = Number(readString(member(parameters, "num_class")));
  const targetCount = Number(readRecord(parameters).num_target?.value ?? 1);
  const outputs = Math.max(1, classCount, targetCount);
  const treeNodes = member(booster, "model", "trees");
  const treeInfo = member(booster, "model", "tree_info");
  const classOf = readList(treeInfo, (item) => readInteger(item, 0));
  if (classOf.some((output, tree) => output !== tree % outputs)) {
    throw badNode(treeInfo, "one tree per class and round is expected");
  }
  const link = LINKS[objective];
  const base = readBaseScores(member(parameters, "base_score"), outputs).map((score) =>
    marginOf(link, score),
  );
  return {
    ensemble: {
      kind: "tree-ensemble",
      link,
      outputs,
      base,
      inputPrecision: "single",
      trees: readList(treeNodes, readTree),
    },
    featureNames: readList(member(learner, "feature_names"), readString),
  };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw badNode({ value: null, path: "" }, "JSON text is expected");
  }
}

function member(node: JsonNode, ...keys: readonly string[]): JsonNode {
  let current = node;
  for (const key of keys) {
    const next = readRecord(current)[key];
    if (next === undefined) throw badNode(current, `key "${key}" is missing`);
    current = next;
  }
  return current;
}

function marginOf(link: Link, score: number): number {
  if (link === "logit") return Math.log(score / (1 - score));
  return link === "log" ? Math.log(score) : score;
}

/** XGBoost 3 writes one number per output in brackets, earlier versions a single one for all. */
function readBaseScores(node: JsonNode, outputs: number): number[] {
  const text = readString(node).trim();
  const numbers = text
    .replace(/^\[|\]$/g, "")
    .split(",")
    .map(Number);
  if (numbers.some((number) => !Number.isFinite(number)) || ![1, outputs].includes(numbers.length)) {
    throw badNode(node, `one number, or ${outputs} in brackets, is expected`);
  }
  return Array.from({ length: outputs }, (_, output) => numbers[output] ?? numbers[0]!);
}

function readTree(node: JsonNode): Tree {
  const integers = (key: string): number[] => readList(member(node, key), (item) => readInteger(item, -1));
  const flags = (key: string): (0 | 1)[] =>
    readList(member(node, key), (item) => (item.value === true || item.value === 1 ? 1 : 0));
  const left = integers("left_children");
  const right = integers("right_children");
  const conditions = readList(member(node, "split_conditions"), readNumber);
  const isLeaf = left.map((child) => child < 0);
  const leftSets = categoricalRightSets(node);
  const splitTypes = flags("split_type");
  const missingLeft = flags("default_left");
  const features = integers("split_indices");
  // XGBoost sends listed categories right; here they go left, so such splits exchange their children.
  const isExchanged = left.map((_, index) => !isLeaf[index]! && splitTypes[index] === 1);
  return {
    feature: features.map((feature, index) => (isLeaf[index] ? -1 : feature)),
    threshold: conditions.map((condition, index) =>
      isLeaf[index] || isExchanged[index] ? 0 : singleBelow(Math.fround(condition)),
    ),
    categories: left.map((_, index) => (isExchanged[index] ? (leftSets.get(index) ?? []) : null)),
    missingLeft: missingLeft.map((flag, index) => (isExchanged[index] ? (flag === 1 ? 0 : 1) : flag)),
    left: left.map((child, index) => (isExchanged[index] ? right[index]! : child)),
    right: right.map((child, index) => (isExchanged[index] ? left[index]! : child)),
    value: conditions.map((condition, index) => (isLeaf[index] ? Math.fround(condition) : 0)),
    cover: readList(member(node, "sum_hessian"), readNumber),
    gain: readList(member(node, "loss_changes"), readNumber),
  };
}

function categoricalRightSets(node: JsonNode): Map<number, number[]> {
  const integers = (key: string): number[] => readList(member(node, key), (item) => readInteger(item, 0));
  const categories = integers("categories");
  const segments = integers("categories_segments");
  const sizes = integers("categories_sizes");
  const nodes = integers("categories_nodes");
  return new Map(
    nodes.map((split, index) => [split, categories.slice(segments[index], segments[index]! + sizes[index]!)]),
  );
}
