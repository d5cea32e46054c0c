import { assertNever } from "./assert-never.ts";
import { readNearestNeighbours } from "./decode-neighbours.ts";
import { readStack } from "./decode-stack.ts";
import type {
  ConstantEstimator,
  DrawnClassesEstimator,
  Estimator,
  LinearEstimator,
  Link,
  Tree,
  TreeEnsemble,
} from "./estimator.ts";
import {
  badNode,
  readInteger,
  readKind,
  readList,
  readNullable,
  readNumber,
  readObject,
  readOneOf,
  type JsonNode,
} from "./json-node.ts";
import type { Encoder } from "./preparation.ts";

const LINKS: readonly Link[] = ["identity", "log", "logit", "softmax", "probability"];

/** Reads and checks an estimator against the matrix columns that the model's preparation makes. */
export function readEstimator(node: JsonNode, encoders: readonly Encoder[]): Estimator {
  const kind = readKind(node, [
    "tree-ensemble",
    "linear",
    "constant",
    "drawn-classes",
    "nearest-neighbours",
    "stack",
  ]);
  switch (kind) {
    case "tree-ensemble":
      return readTreeEnsemble(node, encoders.length);
    case "linear":
      return readLinear(node, encoders);
    case "constant":
      return readConstant(node);
    case "drawn-classes":
      return readDrawnClasses(node);
    case "nearest-neighbours":
      return readNearestNeighbours(node, encoders);
    case "stack":
      return readStack(node, encoders, readEstimator);
    default:
      return assertNever(kind);
  }
}

function readConstant(node: JsonNode): ConstantEstimator {
  const { link, margins } = readObject(node, ["kind", "link", "margins"]);
  return { kind: "constant", link: readOneOf(link, LINKS), margins: readList(margins, readNumber) };
}

function readDrawnClasses(node: JsonNode): DrawnClassesEstimator {
  const { link, shares, seed } = readObject(node, ["kind", "link", "shares", "seed"]);
  return {
    kind: "drawn-classes",
    link: readOneOf(link, ["probability"]),
    shares: readList(shares, (item) => {
      const share = readNumber(item);
      if (share < 0 || share > 1) throw badNode(item, "a share from 0 to 1 is expected");
      return share;
    }),
    seed: readNumber(seed),
  };
}

function readLinear(node: JsonNode, encoders: readonly Encoder[]): LinearEstimator {
  const { link, outputs, means } = readObject(node, ["kind", "link", "outputs", "means"]);
  const readTerms = (terms: JsonNode): number[][] => {
    const lists = readList(terms, (term) => readList(term, readNumber));
    if (lists.length !== encoders.length) {
      throw badNode(terms, `${encoders.length} entries are expected, one per encoder`);
    }
    for (const [index, encoder] of encoders.entries()) {
      const wanted = encoder.kind === "categorical" ? encoder.levels.length : 1;
      if (lists[index]!.length !== wanted) {
        throw badNode({ value: null, path: `${terms.path}[${index}]` }, `${wanted} numbers are expected`);
      }
    }
    return lists;
  };
  return {
    kind: "linear",
    link: readOneOf(link, LINKS),
    outputs: readList(outputs, (output) => {
      const { intercept, terms } = readObject(output, ["intercept", "terms"]);
      return { intercept: readNumber(intercept), terms: readTerms(terms) };
    }),
    means: readTerms(means),
  };
}

/** Reads trees over so many matrix columns. */
export function readTreeEnsemble(node: JsonNode, columnCount: number): TreeEnsemble {
  const keys = ["kind", "link", "outputs", "base", "inputPrecision", "trees"] as const;
  const fields = readObject(node, keys);
  const outputs = readInteger(fields.outputs, 1);
  const base = readList(fields.base, readNumber);
  if (base.length !== outputs) throw badNode(fields.base, `${outputs} numbers are expected`);
  const trees = readList(fields.trees, (tree) => readTree(tree, columnCount));
  if (trees.length % outputs !== 0) {
    throw badNode(fields.trees, `the number of trees must be a multiple of ${outputs}`);
  }
  const inputPrecision = readOneOf(fields.inputPrecision, ["double", "single"]);
  return {
    kind: "tree-ensemble",
    link: readOneOf(fields.link, LINKS),
    outputs,
    base,
    inputPrecision,
    trees,
  };
}

function readTree(node: JsonNode, columnCount: number): Tree {
  const fields = readObject(node, [
    "feature",
    "threshold",
    "categories",
    "missingLeft",
    "left",
    "right",
    "value",
    "cover",
    "gain",
  ]);
  const tree: Tree = {
    feature: readList(fields.feature, (item) => readInteger(item, -1)),
    threshold: readList(fields.threshold, readNumber),
    categories: readList(fields.categories, (item) =>
      readNullable(item, (list) => readList(list, (level) => readInteger(level, 0))),
    ),
    missingLeft: readList(fields.missingLeft, (item) => (readInteger(item, 0) === 0 ? 0 : 1)),
    left: readList(fields.left, (item) => readInteger(item, -1)),
    right: readList(fields.right, (item) => readInteger(item, -1)),
    value: readList(fields.value, readNumber),
    cover: readList(fields.cover, readNumber),
    gain: readList(fields.gain, readNumber),
  };
  const nodeCount = tree.feature.length;
  if (nodeCount === 0) throw badNode(fields.feature, "a tree has at least one node");
  for (const [key, list] of Object.entries(tree) as [string, readonly unknown[]][]) {
    if (list.length !== nodeCount) {
      throw badNode({ value: null, path: `${node.path}.${key}` }, `${nodeCount} entries are expected`);
    }
  }
  for (let index = 0; index < nodeCount; index++) checkNode({ tree, index, columnCount, node });
  return tree;
}

interface TreeNode {
  readonly tree: Tree;
  readonly index: number;
  readonly columnCount: number;
  readonly node: JsonNode;
}

/** Children come after their parent, so a walk down the tree always ends. */
function checkNode({ tree, index, columnCount, node }: TreeNode): void {
  const feature = tree.feature[index]!;
  if (feature < 0) return;
  if (feature >= columnCount) {
    throw badNode({ value: null, path: `${node.path}.feature[${index}]` }, `at most ${columnCount - 1}`);
  }
  for (const side of ["left", "right"] as const) {
    const child = tree[side][index]!;
    if (child <= index || child >= tree.feature.length) {
      throw badNode({ value: null, path: `${node.path}.${side}[${index}]` }, "a later node is expected");
    }
  }
}
