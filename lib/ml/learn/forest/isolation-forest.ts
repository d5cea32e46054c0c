import { UNWATCHED, type Control } from "../../control.ts";
import { requireInRange } from "../../parameter-range.ts";
import { createRandom, type Random } from "../../random.ts";
import type { Tree, TreeEnsemble } from "../../score/estimator.ts";
import { marginFunction, type Checkpoint } from "../../score/margins.ts";
import { MlError } from "../../score/ml-error.ts";
import type { Matrix, MatrixColumn } from "../../score/preparation.ts";
import { drawLevels } from "./order-levels.ts";

export const ISOLATION_FORMAT = "swarm-isolation-forest/1";

/** Trees that part rows at random; rows that are soon alone are unusual. */
export interface IsolationForest {
  readonly format: typeof ISOLATION_FORMAT;
  /** Names of the matrix columns, in their order. */
  readonly columns: readonly string[];
  /** Rows that each tree was grown on. */
  readonly sampleSize: number;
  /** Its margin is the mean path length of a row, so that it can be explained like any ensemble. */
  readonly ensemble: TreeEnsemble;
}

export interface IsolationOptions {
  /** Default 256. */
  readonly trees?: number;
  /** Rows drawn without repetition for each tree, at most all. Default 256. */
  readonly sampleSize?: number;
  readonly seed: number;
  readonly control?: Control;
}

const EULER = 0.5772156649015329;

/**
 * Grows an isolation forest (Liu, Ting and Zhou 2008): each node parts its rows at a uniform threshold of a random
 * column that varies, down to the depth log2(sampleSize). Of a column of categories a random part of the levels goes
 * left, a missing cell being a level of its own; missing numbers go to a random side. The same input gives the same bytes.
 * @throws MlError bad-data without rows or columns; bad-argument; cancelled.
 */
export function trainIsolationForest(matrix: Matrix, options: IsolationOptions): IsolationForest {
  const { trees = 256, sampleSize = 256, seed, control = UNWATCHED } = options;
  requireInRange("trees", trees, { from: 1, to: 10_000, isInteger: true });
  requireInRange("sampleSize", sampleSize, { from: 1, to: 1e6, isInteger: true });
  const { rowCount, columns } = matrix;
  if (rowCount === 0 || columns.length === 0) {
    throw new MlError("bad-data", "There are no rows or no columns to look for anomalies in.");
  }
  const size = Math.min(sampleSize, rowCount);
  const random = createRandom(seed);
  const pool = Uint32Array.from({ length: rowCount }, (_, row) => row);
  const grown = Array.from({ length: trees }, (_, tree): Tree => {
    control.throwIfCancelled();
    drawToFront(pool, size, random);
    const builder = new IsolationTree(columns, random, trees);
    builder.grow(pool.slice(0, size), Math.ceil(Math.log2(size)));
    control.report({ stage: "train", done: tree + 1, total: trees, rows: (tree + 1) * size });
    return builder.tree;
  });
  return {
    format: ISOLATION_FORMAT,
    columns: columns.map(({ name }) => name),
    sampleSize: size,
    ensemble: {
      kind: "tree-ensemble",
      link: "identity",
      outputs: 1,
      base: [0],
      inputPrecision: "double",
      trees: grown,
    },
  };
}

/**
 * The anomaly score of each row, 2^(-mean path length / c(sampleSize)): near 1 for a clear anomaly, under 0.5 for a
 * usual row; all about 0.5 when nothing stands out. scikit-learn's `-score_samples`.
 * @throws MlError bad-argument when the columns are not those of the training.
 */
export function scoreAnomalies(
  forest: IsolationForest,
  matrix: Matrix,
  checkpoint?: Checkpoint,
): Float64Array {
  const names = matrix.columns.map(({ name }) => name);
  if (names.length !== forest.columns.length || names.some((name, index) => name !== forest.columns[index])) {
    throw new MlError(
      "bad-argument",
      `The isolation forest knows the columns ${forest.columns.join(", ")}, in this order; ${names.join(", ")} are given.`,
    );
  }
  const usual = meanPathLength(forest.sampleSize);
  const [lengths] = marginFunction(forest.ensemble)(matrix, checkpoint);
  return lengths!.map((length) => (usual > 0 ? 2 ** (-length / usual) : 0.5));
}

/** The mean depth at which a search ends in a random binary search tree over so many rows; the paper's c(n). */
function meanPathLength(rows: number): number {
  if (rows <= 1) return 0;
  if (rows === 2) return 1;
  return 2 * (Math.log(rows - 1) + EULER) - (2 * (rows - 1)) / rows;
}

/** Moves `count` rows drawn without repetition to the front. */
function drawToFront(rows: Uint32Array, count: number, random: Random): void {
  for (let place = 0; place < count; place++) {
    const other = place + random.integer(rows.length - place);
    const held = rows[place]!;
    rows[place] = rows[other]!;
    rows[other] = held;
  }
}

interface RandomSplit {
  readonly threshold: number;
  readonly levels: readonly number[] | null;
  readonly missingLeft: boolean | null;
}

class IsolationTree {
  readonly #columns: readonly MatrixColumn[];
  readonly #random: Random;
  readonly #treeCount: number;
  readonly #feature: number[] = [];
  readonly #threshold: number[] = [];
  readonly #categories: (readonly number[] | null)[] = [];
  readonly #missingLeft: (0 | 1)[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  readonly #value: number[] = [];
  readonly #cover: number[] = [];
  readonly #gain: number[] = [];

  constructor(columns: readonly MatrixColumn[], random: Random, treeCount: number) {
    this.#columns = columns;
    this.#random = random;
    this.#treeCount = treeCount;
  }

  get tree(): Tree {
    return {
      feature: this.#feature,
      threshold: this.#threshold,
      categories: this.#categories,
      missingLeft: this.#missingLeft,
      left: this.#left,
      right: this.#right,
      value: this.#value,
      cover: this.#cover,
      gain: this.#gain,
    };
  }

  grow(rows: Uint32Array, depthLimit: number): void {
    const open = [{ node: this.#addLeaf(rows.length, 0), rows, depth: 0 }];
    while (open.length > 0) {
      const { node, rows, depth } = open.pop()!;
      if (depth >= depthLimit || rows.length <= 1) continue;
      const sides = this.#part(node, rows);
      if (sides === null) continue;
      const below = sides.map((side) => ({
        node: this.#addLeaf(side.length, depth + 1),
        rows: side,
        depth: depth + 1,
      }));
      this.#left[node] = below[0]!.node;
      this.#right[node] = below[1]!.node;
      open.push(...below.toReversed());
    }
  }

  #addLeaf(rows: number, depth: number): number {
    this.#threshold.push(0);
    this.#categories.push(null);
    this.#missingLeft.push(0);
    this.#left.push(-1);
    this.#right.push(-1);
    this.#value.push((depth + meanPathLength(rows)) / this.#treeCount);
    this.#cover.push(rows);
    this.#gain.push(0);
    return this.#feature.push(-1) - 1;
  }

  /** Splits a node by the first of the columns, in random order, that varies in it; null when none does. */
  #part(node: number, rows: Uint32Array): [Uint32Array, Uint32Array] | null {
    const untried = Uint32Array.from(this.#columns.keys());
    for (let tried = 0; tried < untried.length; tried++) {
      const place = tried + this.#random.integer(untried.length - tried);
      const feature = untried[place]!;
      untried[place] = untried[tried]!;
      const column = this.#columns[feature]!;
      const split =
        column.levels === null
          ? drawThreshold(column.values, rows, this.#random)
          : drawSubset(column.values, rows, this.#random);
      if (split === null) continue;
      return this.#apply({ node, feature, split }, rows);
    }
    return null;
  }

  #apply(
    { node, feature, split }: { node: number; feature: number; split: RandomSplit },
    rows: Uint32Array,
  ): [Uint32Array, Uint32Array] {
    const { values } = this.#columns[feature]!;
    const known = rows.filter((row) => !Number.isNaN(values[row]!));
    const levels = new Set(split.levels);
    const isLeft = (row: number): boolean =>
      split.levels === null ? values[row]! <= split.threshold : levels.has(values[row]!);
    const isLeftLarger = 2 * known.filter(isLeft).length > known.length;
    const missingLeft = split.missingLeft ?? isLeftLarger;
    const goesLeft = (row: number): boolean => (Number.isNaN(values[row]!) ? missingLeft : isLeft(row));
    this.#feature[node] = feature;
    this.#threshold[node] = split.threshold;
    this.#categories[node] = split.levels;
    this.#missingLeft[node] = missingLeft ? 1 : 0;
    this.#value[node] = 0;
    return [rows.filter(goesLeft), rows.filter((row) => !goesLeft(row))];
  }
}

/** A uniform threshold between the rows' smallest and largest number; null when they do not vary. */
function drawThreshold(values: Float64Array, rows: Uint32Array, random: Random): RandomSplit | null {
  let [low, high, missing] = [Infinity, -Infinity, 0];
  for (const row of rows) {
    const value = values[row]!;
    if (Number.isNaN(value)) missing++;
    else {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (missing === rows.length) return null;
  if (low === high) {
    if (missing === 0) return null;
    // No finite threshold lies above +Infinity, so there the missing cells go left.
    return low === Infinity
      ? { threshold: Number.MAX_VALUE, levels: null, missingLeft: true }
      : { threshold: Math.max(-Number.MAX_VALUE, low), levels: null, missingLeft: false };
  }
  const missingLeft = missing > 0 ? random.uniform() < 0.5 : null;
  const drawn = low + random.uniform() * (high - low);
  // Infinite values are parted from the finite ones first; rounding may have reached the largest value.
  const threshold =
    low === -Infinity ? -Number.MAX_VALUE : high === Infinity ? Number.MAX_VALUE : drawn < high ? drawn : low;
  return { threshold, levels: null, missingLeft };
}

/** A random part of the levels that the rows have, missing cells being one more; null when there is only one. */
function drawSubset(values: Float64Array, rows: Uint32Array, random: Random): RandomSplit | null {
  const present = new Set<number>();
  let hasMissing = false;
  for (const row of rows) {
    if (Number.isNaN(values[row]!)) hasMissing = true;
    else present.add(values[row]!);
  }
  const known = Array.from(present).toSorted((a, b) => a - b);
  const count = known.length + (hasMissing ? 1 : 0);
  if (count < 2) return null;
  const order = Uint16Array.from({ length: count }, (_, place) => place);
  const leftCount = drawLevels(order, random);
  const isLeft = new Set(order.subarray(0, leftCount));
  const missingLeft = hasMissing ? isLeft.has(known.length) : null;
  const levels = known.filter((_, place) => isLeft.has(place));
  // A set of only the missing cells has no level to list; the same split with sides exchanged has.
  return levels.length === 0
    ? { threshold: 0, levels: known, missingLeft: false }
    : { threshold: 0, levels, missingLeft };
}
