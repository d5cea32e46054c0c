import { assertNever } from "./assert-never.ts";
import { readNearestNeighbours } from "./decode-neighbours.ts";
import { readPackedTrees } from "./decode-packed-trees.ts";
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
  readIntegers,
  readKind,
  readList,
  readNullable,
  readNumber,
  readNumbers,
  readObject,
  readOneOf,
  readRecord,
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

/** Reads trees over so many matrix columns, written as lists or packed. */
export function readTreeEnsemble(node: JsonNode, columnCount: number): TreeEnsemble {
  const form = readRecord(node).packedTrees === undefined ? "trees" : "packedTrees";
  const fields = readObject(node, ["kind", "link", "outputs", "base", "inputPrecision", form]);
  const outputs = readInteger(fields.outputs, 1);
  const base = readList(fields.base, readNumber);
  if (base.length !== outputs) throw badNode(fields.base, `${outputs} numbers are expected`);
  const place: JsonNode = fields[form];
  const trees = form === "trees" ? readList(place, readTree) : readPackedTrees(place, outputs);
  for (const [index, tree] of trees.entries()) {
    checkTree(tree, columnCount, `${place.path}[${index}]`);
  }
  if (trees.length % outputs !== 0) {
    throw badNode(place, `the number of trees must be a multiple of ${outputs}`);
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

function readTree(node: JsonNode): Tree {
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
    feature: readIntegers(fields.feature, -1),
    threshold: readNumbers(fields.threshold),
    categories: readList(fields.categories, (item) => readNullable(item, (list) => readIntegers(list, 0))),
    missingLeft: readIntegers(fields.missingLeft, 0).map((flag) => (flag === 0 ? 0 : 1)),
    left: readIntegers(fields.left, -1),
    right: readIntegers(fields.right, -1),
    value: readNumbers(fields.value),
    cover: readNumbers(fields.cover),
    gain: readNumbers(fields.gain),
  };
  const nodeCount = tree.feature.length;
  if (nodeCount === 0) throw badNode(fields.feature, "a tree has at least one node");
  for (const [key, list] of Object.entries(tree) as [string, readonly unknown[]][]) {
    if (list.length !== nodeCount) {
      throw badNode({ value: null, path: `${node.path}.${key}` }, `${nodeCount} entries are expected`);
    }
  }
  return tree;
}

/** Children come after their one parent, so a walk down the tree always ends, and none is seen twice. */
function checkTree(tree: Tree, columnCount: number, path: string): void {
  const nodeCount = tree.feature.length;
  const hasParent = new Uint8Array(nodeCount);
  for (let index = 0; index < nodeCount; index++) {
    const feature = tree.feature[index]!;
    if (feature < 0) continue;
    if (feature >= columnCount) {
      throw badNode({ value: null, path: `${path}.feature[${index}]` }, `at most ${columnCount - 1}`);
    }
    for (const side of ["left", "right"] as const) {
      const child = tree[side][index]!;
      if (child <= index || child >= nodeCount) {
        throw badNode({ value: null, path: `${path}.${side}[${index}]` }, "a later node is expected");
      }
      if (hasParent[child] === 1) {
        throw badNode({ value: null, path: `${path}.${side}[${index}]` }, "a node of its own is expected");
      }
      hasParent[child] = 1;
    }
  }
}
