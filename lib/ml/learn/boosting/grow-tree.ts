import type { Tree } from "../../score/estimator.ts";
import type { BoostingParameters } from "./boosting-parameters.ts";
import { findSplit, leafScore, type NodeSums, type SplitChoice } from "./find-split.ts";
import { buildHistogram, subtractHistogram, type RowRange, type TrainingMemory } from "./training-memory.ts";

/** A leaf of a finished tree: its rows and what it adds to their margin. */
interface GrownLeaf {
  readonly range: RowRange;
  readonly value: number;
}

export interface GrownTree {
  readonly tree: Tree;
  readonly leaves: readonly GrownLeaf[];
}

export interface TreeRequest {
  readonly parameters: BoostingParameters;
  /** Features this tree may split on, ascending. */
  readonly features: readonly number[];
  /** The rows it grows on are the first ones of `memory.rows`. */
  readonly rowCount: number;
}

/** A leaf that may still be split. */
interface OpenLeaf {
  readonly node: number;
  readonly depth: number;
  readonly range: RowRange;
  readonly sums: NodeSums;
  readonly histogram: Float64Array;
  readonly choice: SplitChoice;
}

interface NodeLists {
  readonly feature: number[];
  readonly threshold: number[];
  readonly categories: (number[] | null)[];
  readonly missingLeft: (0 | 1)[];
  readonly left: number[];
  readonly right: number[];
  readonly value: number[];
  readonly cover: number[];
  readonly gain: number[];
}

/**
 * Grows one tree leaf by leaf, always splitting the leaf that saves most loss. The histogram of the smaller child is
 * summed up, that of the larger one is the difference to the parent's.
 */
export function growTree(memory: TrainingMemory, request: TreeRequest): GrownTree {
  return new TreeGrower(memory, request).grow();
}

class TreeGrower {
  readonly #memory: TrainingMemory;
  readonly #request: TreeRequest;
  readonly #free: Float64Array[];
  readonly #open: OpenLeaf[] = [];
  readonly #leaves: GrownLeaf[] = [];
  readonly #nodes: NodeLists = {
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
  #leafCount = 1;

  constructor(memory: TrainingMemory, request: TreeRequest) {
    this.#memory = memory;
    this.#request = request;
    this.#free = [...memory.histograms];
  }

  grow(): GrownTree {
    const { features, rowCount, parameters } = this.#request;
    const range = { start: 0, count: rowCount };
    const histogram = this.#free.pop()!;
    buildHistogram(this.#memory, range, { histogram, features });
    const sums = this.#rootSums(rowCount);
    this.#consider({ node: this.#addNode(sums), depth: 0, range, sums, histogram });
    while (this.#open.length > 0 && this.#leafCount < parameters.maximalLeaves) this.#split(this.#takeBest());
    for (const leaf of this.#open) this.#close(leaf.node, leaf.range, leaf.sums);
    return { tree: this.#nodes, leaves: this.#leaves };
  }

  #rootSums(rowCount: number): NodeSums {
    const { orderedGradients, orderedHessians } = this.#memory;
    let gradient = 0;
    let hessian = 0;
    for (let place = 0; place < rowCount; place++) {
      gradient += orderedGradients[place]!;
      hessian += orderedHessians[place]!;
    }
    return { gradient, hessian, count: rowCount };
  }

  #addNode(sums: NodeSums): number {
    const nodes = this.#nodes;
    nodes.feature.push(-1);
    nodes.threshold.push(0);
    nodes.categories.push(null);
    nodes.missingLeft.push(0);
    nodes.left.push(-1);
    nodes.right.push(-1);
    nodes.value.push(0);
    nodes.cover.push(sums.hessian);
    nodes.gain.push(0);
    return nodes.feature.length - 1;
  }

  /** Opens a leaf when a split of it is allowed, else closes it and frees its histogram. */
  #consider(leaf: Omit<OpenLeaf, "choice">): void {
    const { parameters, features } = this.#request;
    const isDeep = parameters.maximalDepth !== null && leaf.depth >= parameters.maximalDepth;
    const isSmall = leaf.sums.count < 2 * parameters.minimalLeafRows;
    const choice =
      isDeep || isSmall
        ? null
        : findSplit({
            histogram: leaf.histogram,
            sums: leaf.sums,
            features,
            binnings: this.#memory.binning.features,
            parameters,
          });
    if (choice !== null) {
      this.#open.push({ ...leaf, choice });
      return;
    }
    this.#free.push(leaf.histogram);
    this.#close(leaf.node, leaf.range, leaf.sums);
  }

  #takeBest(): OpenLeaf {
    let best = 0;
    for (let index = 1; index < this.#open.length; index++) {
      const difference = this.#open[index]!.choice.gain - this.#open[best]!.choice.gain;
      if (difference > 0 || (difference === 0 && this.#open[index]!.node < this.#open[best]!.node))
        best = index;
    }
    return this.#open.splice(best, 1)[0]!;
  }

  #close(node: number, range: RowRange, sums: NodeSums): void {
    const { learningRate, l2 } = this.#request.parameters;
    const weight = sums.hessian + l2;
    // Adding 0 turns -0 into 0, which JSON cannot tell apart.
    const value = weight > 0 ? (-sums.gradient / weight) * learningRate + 0 : 0;
    this.#nodes.value[node] = value;
    this.#leaves.push({ range, value });
  }

  #split(leaf: OpenLeaf): void {
    const { choice, range, depth } = leaf;
    const leftCount = this.#partition(range, choice);
    const leftRange = { start: range.start, count: leftCount };
    const rightRange = { start: range.start + leftCount, count: range.count - leftCount };
    const left = this.#addNode(choice.left);
    const right = this.#addNode(choice.right);
    this.#recordSplit(leaf, left, right);
    this.#leafCount++;
    if (this.#leafCount >= this.#request.parameters.maximalLeaves) {
      this.#close(left, leftRange, choice.left);
      this.#close(right, rightRange, choice.right);
      return;
    }
    const isLeftSmaller = leftRange.count <= rightRange.count;
    const smaller = this.#free.pop()!;
    const { features } = this.#request;
    buildHistogram(this.#memory, isLeftSmaller ? leftRange : rightRange, { histogram: smaller, features });
    subtractHistogram(leaf.histogram, smaller);
    const [leftHistogram, rightHistogram] = isLeftSmaller
      ? [smaller, leaf.histogram]
      : [leaf.histogram, smaller];
    this.#consider({
      node: left,
      depth: depth + 1,
      range: leftRange,
      sums: choice.left,
      histogram: leftHistogram,
    });
    this.#consider({
      node: right,
      depth: depth + 1,
      range: rightRange,
      sums: choice.right,
      histogram: rightHistogram,
    });
  }

  #recordSplit({ node, sums, choice }: OpenLeaf, left: number, right: number): void {
    const nodes = this.#nodes;
    const { l2 } = this.#request.parameters;
    const binning = this.#memory.binning.features[choice.feature]!;
    nodes.feature[node] = choice.feature;
    nodes.left[node] = left;
    nodes.right[node] = right;
    nodes.missingLeft[node] = choice.missingLeft ? 1 : 0;
    nodes.gain[node] =
      leafScore(choice.left.gradient, choice.left.hessian, l2) +
      leafScore(choice.right.gradient, choice.right.hessian, l2) -
      leafScore(sums.gradient, sums.hessian, l2);
    if (choice.levels !== null) nodes.categories[node] = [...choice.levels];
    // A split after the last bin parts present from missing values: every number is below its limit.
    else nodes.threshold[node] = binning.limits[choice.bin] ?? Number.MAX_VALUE;
  }

  /** Moves the rows that go left before the others, both in their order; returns how many go left. */
  #partition({ start, count }: RowRange, choice: SplitChoice): number {
    const { rows, spareRows, bins, binning } = this.#memory;
    const goesLeft = leftBins(choice, binning.features[choice.feature]!.binCount);
    const featureBins = bins[choice.feature]!;
    let left = start;
    let spare = 0;
    for (let place = start; place < start + count; place++) {
      const row = rows[place]!;
      if (goesLeft[featureBins[row]!] === 1) rows[left++] = row;
      else spareRows[spare++] = row;
    }
    rows.set(spareRows.subarray(0, spare), left);
    return left - start;
  }
}

/** For each bin, the missing one included, whether it goes left. */
function leftBins(choice: Pick<SplitChoice, "levels" | "bin" | "missingLeft">, binCount: number): Uint8Array {
  const goesLeft = new Uint8Array(256);
  if (choice.levels === null) goesLeft.fill(1, 0, Math.min(choice.bin + 1, binCount));
  else for (const level of choice.levels) goesLeft[level] = 1;
  goesLeft[binCount] = choice.missingLeft ? 1 : 0;
  return goesLeft;
}
