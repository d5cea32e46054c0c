import type { Control } from "../../control.ts";
import type { Tree } from "../../score/estimator.ts";
import type { Binning } from "./binning.ts";
import type { BoostingParameters } from "./boosting-parameters.ts";
import { findSplit, type NodeSums, type SplitChoice } from "./find-split.ts";
import { boundedValue, childBounds, scoreOfValue, UNBOUNDED, type LeafBounds } from "./leaf-bounds.ts";
import type { Team } from "./team.ts";
import { subtractHistogram, CHUNK, type RowRange, type TrainingMemory } from "./training-memory.ts";
import { TreeNodes } from "./tree-nodes.ts";

/** A leaf of a finished tree: its rows and what it adds to their margin. */
interface GrownLeaf {
  readonly range: RowRange;
  readonly value: number;
}

export interface GrownTree {
  readonly tree: Tree;
  readonly leaves: readonly GrownLeaf[];
}

/** What all trees of a training are grown with. */
export interface TreeSettings {
  readonly memory: TrainingMemory;
  readonly team: Team;
  readonly binning: Binning;
  readonly parameters: BoostingParameters;
  /** Per feature 1 or -1 where predictions may only rise or fall with it, else 0; null when none is constrained. */
  readonly directions: Int8Array | null;
  readonly control: Control;
}

export interface TreeRequest {
  /** Features this tree may split on, ascending. */
  readonly features: readonly number[];
  /** The rows it grows on are the first ones of `memory.rows`. */
  readonly rowCount: number;
  /** Which margins it corrects. */
  readonly output: number;
}

/** A leaf that may still be split. */
interface OpenLeaf {
  readonly node: number;
  readonly depth: number;
  readonly range: RowRange;
  readonly sums: NodeSums;
  readonly bounds: LeafBounds;
  /** Number of its histogram in the memory. */
  readonly histogram: number;
  readonly choice: SplitChoice;
}

/**
 * Grows one tree leaf by leaf, always splitting the leaf that saves most loss. The histogram of the smaller child is
 * summed up, that of the larger one is the difference to the parent's.
 * @throws MlError cancelled
 */
export function growTree(settings: TreeSettings, request: TreeRequest): GrownTree {
  return new TreeGrower(settings, request).grow();
}

class TreeGrower {
  readonly #settings: TreeSettings;
  readonly #request: TreeRequest;
  readonly #free: number[];
  readonly #open: OpenLeaf[] = [];
  readonly #leaves: GrownLeaf[] = [];
  readonly #nodes = new TreeNodes();
  #leafCount = 1;

  constructor(settings: TreeSettings, request: TreeRequest) {
    this.#settings = settings;
    this.#request = request;
    this.#free = settings.memory.histograms.map((_, index) => index);
  }

  grow(): GrownTree {
    const { features, rowCount } = this.#request;
    const { parameters, memory, control } = this.#settings;
    memory.activeFeatures.set(features);
    const range = { start: 0, count: rowCount };
    const histogram = this.#free.pop()!;
    this.#buildHistogram(range, histogram);
    const sums = this.#rootSums(histogram, rowCount);
    this.#consider({ node: this.#nodes.add(sums), depth: 0, range, sums, histogram, bounds: UNBOUNDED });
    while (this.#open.length > 0 && this.#leafCount < parameters.maximalLeaves) {
      control.throwIfCancelled();
      this.#split(this.#takeBest());
    }
    for (const leaf of this.#open) this.#close(leaf);
    return { tree: this.#nodes.toTree(), leaves: this.#leaves };
  }

  #buildHistogram({ start, count }: RowRange, histogram: number): void {
    const { team, memory } = this.#settings;
    // A sample is drawn in ascending order, so only all rows stand at their own places.
    const isGathered = count < memory.shape.rowCount ? 1 : 0;
    if (isGathered === 1) team.run({ kind: "gather", start, count });
    const features = this.#request.features.length;
    team.run({ kind: "histogram", start, count, histogram, features, isGathered });
  }

  /** Every row is in some bin of any feature, so the bins of one hold the sums over all rows. */
  #rootSums(histogram: number, rowCount: number): NodeSums {
    const { memory, binning } = this.#settings;
    const { offset, binCount } = binning.features[this.#request.features[0]!]!;
    const bins = memory.histograms[histogram]!;
    let gradient = 0;
    let hessian = 0;
    for (let place = offset * 3; place <= (offset + binCount) * 3; place += 3) {
      gradient += bins[place]!;
      hessian += bins[place + 1]!;
    }
    return { gradient, hessian, count: rowCount };
  }

  /** Opens a leaf when a split of it is allowed, else closes it and frees its histogram. */
  #consider(leaf: Omit<OpenLeaf, "choice">): void {
    const { parameters, memory, binning, directions } = this.#settings;
    const isDeep = parameters.maximalDepth !== null && leaf.depth >= parameters.maximalDepth;
    const isSmall = leaf.sums.count < 2 * parameters.minimalLeafRows;
    const choice =
      isDeep || isSmall
        ? null
        : findSplit({
            histogram: memory.histograms[leaf.histogram]!,
            sums: leaf.sums,
            features: this.#request.features,
            binnings: binning.features,
            parameters,
            directions,
            bounds: leaf.bounds,
          });
    if (choice !== null) {
      this.#open.push({ ...leaf, choice });
      return;
    }
    this.#free.push(leaf.histogram);
    this.#close(leaf);
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

  #close({ node, range, sums, bounds }: Pick<OpenLeaf, "node" | "range" | "sums" | "bounds">): void {
    const { l2, learningRate } = this.#settings.parameters;
    const best = this.#residualValue(range) ?? boundedValue(sums, l2, bounds);
    // Adding 0 turns -0 into 0, which JSON cannot tell apart.
    const value = best * learningRate + 0;
    this.#nodes.value[node] = value;
    this.#leaves.push({ range, value });
  }

  /** For losses whose Newton step says little: the best constant for the leaf's residuals. */
  #residualValue({ start, count }: RowRange): number | null {
    const { memory } = this.#settings;
    const { leafValue } = memory.loss;
    if (leafValue === null || count === 0) return null;
    const { target, weights } = memory.rowsOfTarget;
    const margin = memory.margins[this.#request.output]!;
    const rows = memory.rows.subarray(start, start + count);
    const residuals = Float64Array.from(rows, (row) => target[row]! - margin[row]!);
    const ordered = weights === null ? null : Float64Array.from(rows, (row) => weights[row]!);
    const value = leafValue(residuals, ordered);
    return Number.isNaN(value) ? null : value;
  }

  #split(leaf: OpenLeaf): void {
    const { memory, parameters, directions } = this.#settings;
    const { choice, range, histogram, bounds } = leaf;
    const leftCount = this.#partition(range, choice);
    const leftRange = { start: range.start, count: leftCount };
    const rightRange = { start: range.start + leftCount, count: range.count - leftCount };
    const left = this.#nodes.add(choice.left);
    const right = this.#nodes.add(choice.right);
    this.#recordSplit(leaf, left, right);
    this.#leafCount++;
    const [leftBounds, rightBounds] = childBounds(bounds, {
      left: boundedValue(choice.left, parameters.l2, bounds),
      right: boundedValue(choice.right, parameters.l2, bounds),
      direction: directions?.[choice.feature] ?? 0,
    });
    const leftLeaf = { node: left, range: leftRange, sums: choice.left, bounds: leftBounds };
    const rightLeaf = { node: right, range: rightRange, sums: choice.right, bounds: rightBounds };
    if (this.#leafCount >= parameters.maximalLeaves) {
      this.#close(leftLeaf);
      this.#close(rightLeaf);
      return;
    }
    const isLeftSmaller = leftRange.count <= rightRange.count;
    const smaller = this.#free.pop()!;
    this.#buildHistogram(isLeftSmaller ? leftRange : rightRange, smaller);
    subtractHistogram(memory.histograms[histogram]!, memory.histograms[smaller]!);
    const depth = leaf.depth + 1;
    this.#consider({ ...leftLeaf, depth, histogram: isLeftSmaller ? smaller : histogram });
    this.#consider({ ...rightLeaf, depth, histogram: isLeftSmaller ? histogram : smaller });
  }

  #recordSplit({ node, choice, sums, bounds }: OpenLeaf, left: number, right: number): void {
    const nodes = this.#nodes;
    const { parameters } = this.#settings;
    const binning = this.#settings.binning.features[choice.feature]!;
    nodes.feature[node] = choice.feature;
    nodes.left[node] = left;
    nodes.right[node] = right;
    nodes.missingLeft[node] = choice.missingLeft ? 1 : 0;
    nodes.gain[node] =
      scoreOf(choice.left, parameters.l2, bounds) +
      scoreOf(choice.right, parameters.l2, bounds) -
      scoreOf(sums, parameters.l2, bounds);
    if (choice.levels !== null) nodes.categories[node] = [...choice.levels];
    // A split after the last bin parts present from missing values: every number is below its limit.
    else nodes.threshold[node] = binning.limits[choice.bin] ?? Number.MAX_VALUE;
  }

  /** Moves the rows that go left before the others, both in their order; returns how many go left. */
  #partition({ start, count }: RowRange, choice: SplitChoice): number {
    const { memory, team, binning } = this.#settings;
    fillLeftBins(memory.goesLeft, choice, binning.features[choice.feature]!.binCount);
    team.run({ kind: "sort-sides", start, count, feature: choice.feature });
    let left = 0;
    for (let chunk = 0; chunk * CHUNK < count; chunk++) left += memory.chunkCounts[chunk]!;
    team.run({ kind: "join-sides", start, count, left });
    return left;
  }
}

function scoreOf(sums: NodeSums, l2: number, bounds: LeafBounds): number {
  return scoreOfValue(sums, l2, boundedValue(sums, l2, bounds));
}

/** For each bin, the missing one included, whether it goes left. */
function fillLeftBins(
  goesLeft: Uint8Array,
  choice: Pick<SplitChoice, "levels" | "bin" | "missingLeft">,
  binCount: number,
): void {
  goesLeft.fill(0);
  if (choice.levels === null) goesLeft.fill(1, 0, Math.min(choice.bin + 1, binCount));
  else for (const level of choice.levels) goesLeft[level] = 1;
  goesLeft[binCount] = choice.missingLeft ? 1 : 0;
}
