import { assertNever } from "./assert-never.ts";
import {
  compileTrees,
  findLeaf,
  findLeaves,
  leafValue,
  type CompiledTrees,
  type RowBlock,
} from "./compiled-trees.ts";
import { drawnClasses } from "./drawn-classes.ts";
import {
  outputCount,
  type Estimator,
  type LinearEstimator,
  type Link,
  type StackMember,
  type TreeEnsemble,
} from "./estimator.ts";
import { neighbourMargins } from "./nearest-neighbours.ts";
import type { Matrix } from "./preparation.ts";
import { stackMargins, type MemberPrediction } from "./stack-margins.ts";

/** Called after every block of rows; may throw to stop the work. */
export type Checkpoint = (doneRows: number, totalRows: number) => void;

/** Computes margins: one array of `rowCount` numbers per output. */
export type MarginFunction = (matrix: Matrix, checkpoint?: Checkpoint) => Float64Array[];

/** Rows between two checkpoints. */
const BLOCK = 1024;
/** Rows that go through one tree after the other together. */
const TREE_BLOCK = 256;

/** Prepares an estimator for repeated scoring. */
export function marginFunction(estimator: Estimator): MarginFunction {
  switch (estimator.kind) {
    case "tree-ensemble":
      return treeMargins(estimator);
    case "linear":
      return (matrix) => linearMargins(estimator, matrix);
    case "constant":
      return (matrix) => estimator.margins.map((margin) => new Float64Array(matrix.rowCount).fill(margin));
    case "drawn-classes":
      return (matrix) => drawnClasses(estimator, matrix);
    case "nearest-neighbours":
      return neighbourMargins(estimator);
    case "stack":
      return stackMargins(estimator, estimator.members.map(memberPrediction));
    default:
      return assertNever(estimator);
  }
}

function memberPrediction({ estimator }: StackMember): MemberPrediction {
  const margins = marginFunction(estimator);
  return (matrix) => applyLink(estimator.link, margins(matrix));
}

function treeMargins(ensemble: TreeEnsemble): MarginFunction {
  const trees = compileTrees(ensemble);
  const outputs = outputCount(ensemble);
  const { copies } = trees;
  return (matrix, checkpoint) => {
    const { rowCount, columns } = matrix;
    const margins = ensemble.base.map((base) => new Float64Array(rowCount).fill(base));
    if (rowCount === 1) {
      checkpoint?.(0, 1);
      addRow(trees, matrix, margins);
      return margins;
    }
    const size = Math.min(TREE_BLOCK, rowCount);
    const features = new Float64Array(size * columns.length);
    const leaves = new Int32Array(size);
    for (let start = 0; start < rowCount; start += TREE_BLOCK) {
      if (start % BLOCK === 0) checkpoint?.(start, rowCount);
      const block = { features, width: columns.length, rowCount: Math.min(size, rowCount - start), leaves };
      readRows(matrix, start, { ...block, isSingle: trees.isSingle });
      for (let tree = 0; tree < trees.roots.length; tree++) {
        // Copies of a tree end in the same leaves.
        if (tree % copies === 0) findLeaves(trees, trees.roots[tree]!, block);
        addLeaves(trees, tree, { leaves, rowCount: block.rowCount, margin: margins[tree % outputs]!, start });
      }
    }
    return margins;
  };
}

/** A row alone, as servers get them. */
function addRow(trees: CompiledTrees, { columns }: Matrix, margins: readonly Float64Array[]): void {
  const { roots, copies, isSingle } = trees;
  const features = new Float64Array(columns.length);
  for (let index = 0; index < columns.length; index++) {
    const value = columns[index]!.values[0]!;
    features[index] = isSingle ? Math.fround(value) : value;
  }
  let leaf = 0;
  for (let tree = 0; tree < roots.length; tree++) {
    if (tree % copies === 0) leaf = findLeaf(trees, roots[tree]!, features);
    margins[tree % margins.length]![0]! += leafValue(trees, tree, leaf);
  }
}

interface ReadBlock extends RowBlock {
  readonly isSingle: boolean;
}

function readRows(
  { columns }: Matrix,
  start: number,
  { features, width, rowCount, isSingle }: ReadBlock,
): void {
  for (let index = 0; index < width; index++) {
    const { values } = columns[index]!;
    for (let row = 0; row < rowCount; row++) {
      const value = values[start + row]!;
      features[row * width + index] = isSingle ? Math.fround(value) : value;
    }
  }
}

interface LeafSums {
  readonly leaves: Int32Array;
  readonly rowCount: number;
  readonly margin: Float64Array;
  /** Row of the first leaf. */
  readonly start: number;
}

function addLeaves(trees: CompiledTrees, tree: number, { leaves, rowCount, margin, start }: LeafSums): void {
  for (let row = 0; row < rowCount; row++) margin[start + row]! += leafValue(trees, tree, leaves[row]!);
}

function linearMargins(estimator: LinearEstimator, matrix: Matrix): Float64Array[] {
  return estimator.outputs.map((output) => {
    const margin = new Float64Array(matrix.rowCount).fill(output.intercept);
    for (const [index, column] of matrix.columns.entries()) {
      const coefficients = output.terms[index]!;
      for (let row = 0; row < matrix.rowCount; row++) {
        const value = column.values[row]!;
        if (Number.isNaN(value)) continue;
        margin[row]! += column.levels === null ? coefficients[0]! * value : coefficients[value]!;
      }
    }
    return margin;
  });
}

/** 1 / (1 + e^-x) without overflow. */
export function sigmoid(margin: number): number {
  if (margin >= 0) return 1 / (1 + Math.exp(-margin));
  const power = Math.exp(margin);
  return power / (1 + power);
}

/**
 * Turns margins into predictions: values for `identity` and `log`, the probability of the positive class for `logit`
 * (one array), probabilities per class for `softmax`. `probability` takes margins as they are; sums of leaf values may
 * miss 0 and 1 by rounding, so they are held to that range.
 */
export function applyLink(link: Link, margins: readonly Float64Array[]): Float64Array[] {
  if (link === "identity") return margins.map((margin) => margin.slice());
  if (link === "log") return margins.map((margin) => margin.map((value) => Math.exp(value)));
  if (link === "logit") return margins.map((margin) => margin.map(sigmoid));
  if (link === "probability") {
    return margins.map((margin) => margin.map((value) => Math.min(1, Math.max(0, value))));
  }
  const rowCount = margins[0]?.length ?? 0;
  const probabilities = margins.map(() => new Float64Array(rowCount));
  for (let row = 0; row < rowCount; row++) {
    let highest = -Infinity;
    for (const margin of margins) highest = Math.max(highest, margin[row]!);
    let total = 0;
    for (const margin of margins) total += Math.exp(margin[row]! - highest);
    for (const [index, margin] of margins.entries()) {
      probabilities[index]![row] = Math.exp(margin[row]! - highest) / total;
    }
  }
  return probabilities;
}
