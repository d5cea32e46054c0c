import { createRandom, type Random } from "../../random.ts";
import { ForestSplitSearch, type ForestSplit } from "./find-forest-split.ts";
import { drawnFeatures, type ForestAlgorithm, type ForestParameters } from "./forest-parameters.ts";
import type { ForestRows } from "./forest-rows.ts";
import { TreeBuilder, type GrownTree } from "./grown-tree.ts";
import type { NodeRows } from "./node-histogram.ts";

/** What all trees of a forest have in common. */
export interface ForestPlan {
  readonly algorithm: ForestAlgorithm;
  readonly parameters: ForestParameters;
  readonly isClassification: boolean;
  readonly seed: number;
}

/** Rows worked through between two calls of the checkpoint: about two milliseconds. */
const CHECKPOINT_ROWS = 200_000;

/** A node that may still be split. */
interface OpenNode {
  readonly id: number;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  readonly weight: number;
  readonly sums: readonly number[];
  /** How many columns are known not to vary here, at the front of the list of them. */
  readonly constants: number;
}

interface Candidate {
  readonly node: OpenNode;
  readonly split: ForestSplit;
  readonly gain: number;
}

/**
 * Grows the trees of a forest one at a time (Breiman 2001; extra trees: Geurts, Ernst and Wehenkel 2006). A tree
 * depends on the rows, the plan and its own number only, never on the trees grown before it.
 */
export class TreeGrower {
  readonly #data: ForestRows;
  readonly #plan: ForestPlan;
  readonly #checkpoint: () => void;
  readonly #search: ForestSplitSearch;
  readonly #rows: Uint32Array;
  readonly #spare: Uint32Array;
  readonly #weights: Float64Array;
  readonly #columns: readonly Uint8Array[];
  readonly #goesLeft = new Uint8Array(256);
  readonly #features: Uint32Array;
  readonly #isConstant: Uint8Array;
  readonly #constants: number[] = [];
  readonly #drawn: number;
  /** The Gini impurity of two classes is twice the variance of 0 and 1. */
  readonly #scale: number;
  #random: Random = createRandom(0);
  #builder: TreeBuilder;
  #sinceCheckpoint = 0;
  #totalWeight = 0;

  constructor(data: ForestRows, plan: ForestPlan, checkpoint: () => void) {
    const { rowCount, features, outputs, bins } = data;
    this.#data = data;
    this.#plan = plan;
    this.#checkpoint = checkpoint;
    this.#search = new ForestSplitSearch(data, {
      minimalLeafRows: plan.parameters.minimalLeafRows,
      isRandom: plan.algorithm === "extra-trees",
    });
    this.#rows = new Uint32Array(rowCount);
    this.#spare = new Uint32Array(rowCount);
    this.#weights = new Float64Array(rowCount);
    this.#columns = features.map((_, index) => bins.subarray(index * rowCount, (index + 1) * rowCount));
    this.#features = new Uint32Array(features.length);
    this.#isConstant = new Uint8Array(features.length);
    this.#drawn = drawnFeatures(plan.parameters.maximalFeatures, features.length);
    this.#scale = plan.isClassification && outputs === 1 ? 2 : 1;
    this.#builder = new TreeBuilder(outputs);
  }

  /** Grows tree number `tree`. Rows outside its sample have weight 0 in `weights` afterwards. */
  grow(tree: number): GrownTree {
    this.#random = createRandom(treeSeed(this.#plan.seed, tree));
    for (let feature = 0; feature < this.#features.length; feature++) this.#features[feature] = feature;
    this.#forgetConstants(0);
    const count = this.#drawRows();
    this.#builder = new TreeBuilder(this.#data.outputs);
    const root = this.#openNode({ start: 0, end: count, depth: 0 });
    this.#totalWeight = root.weight;
    if (this.#plan.parameters.maximalLeaves === null) this.#growDepthFirst(root);
    else this.#growBestFirst(root, this.#plan.parameters.maximalLeaves);
    return this.#builder.finish();
  }

  /** Weight of each row in the tree grown last; 0 for rows that it did not see. */
  get weights(): Float64Array {
    return this.#weights;
  }

  /** Puts the distinct rows of the tree's sample, ascending, at the front of `#rows`; returns how many they are. */
  #drawRows(): number {
    const { rowCount, weights: given } = this.#data;
    const { bootstrap, rowFraction } = this.#plan.parameters;
    const weights = this.#weights;
    const random = this.#random;
    const wanted = Math.max(1, Math.round(rowCount * rowFraction));
    if (bootstrap) {
      weights.fill(0);
      for (let draw = 0; draw < wanted; draw++) weights[random.integer(rowCount)]! += 1;
    } else if (wanted < rowCount) drawSubset(weights, wanted, random);
    else weights.fill(1);
    if (given !== null) for (let row = 0; row < rowCount; row++) weights[row]! *= given[row]!;
    let count = 0;
    for (let row = 0; row < rowCount; row++) if (weights[row]! > 0) this.#rows[count++] = row;
    // A sample of rows that all weigh nothing: the tree learns from all rows that weigh something.
    if (count === 0 && given !== null) {
      weights.set(given);
      for (let row = 0; row < rowCount; row++) if (given[row]! > 0) this.#rows[count++] = row;
    }
    return count;
  }

  #growDepthFirst(root: OpenNode): void {
    const open = [root];
    while (open.length > 0) {
      const node = open.pop()!;
      // Depth-first, all that was found below another branch lies behind what holds for this node.
      this.#forgetConstants(node.constants);
      const candidate = this.#findSplit(node);
      if (candidate === null) continue;
      const [left, right] = this.#split(candidate);
      open.push(right, left);
    }
  }

  #growBestFirst(root: OpenNode, maximalLeaves: number): void {
    const frontier: Candidate[] = [];
    const add = (node: OpenNode): void => {
      this.#forgetConstants(0);
      const candidate = this.#findSplit(node);
      if (candidate !== null) pushCandidate(frontier, candidate);
    };
    add(root);
    for (let leaves = 1; leaves < maximalLeaves && frontier.length > 0; leaves++) {
      const [left, right] = this.#split(popCandidate(frontier));
      add(left);
      add(right);
    }
  }

  #forgetConstants(count: number): void {
    while (this.#constants.length > count) this.#isConstant[this.#constants.pop()!] = 0;
  }

  #findSplit(node: OpenNode): Candidate | null {
    const { minimalLeafRows, maximalDepth, minimalImpurityDecrease } = this.#plan.parameters;
    const rowCount = node.end - node.start;
    if (rowCount < 2 * minimalLeafRows || rowCount < 2 || node.depth === maximalDepth) return null;
    if (this.#isPure(node)) return null;
    const split = this.#searchFeatures(node);
    if (split === null) return null;
    let squares = 0;
    for (const sum of node.sums) squares += sum * sum;
    const gain = Math.max(0, (split.score - squares / node.weight) * this.#scale);
    // A split that gains nothing may make gainful ones possible, as with exclusive or; only a stated limit rules it out.
    if (gain / this.#totalWeight < minimalImpurityDecrease - Number.EPSILON) return null;
    return { node, split, gain };
  }

  /**
   * Draws columns without repetition until the wanted number has been drawn and one of them varies in the node,
   * or all are drawn; columns that do not vary count as drawn.
   */
  #searchFeatures(node: OpenNode): ForestSplit | null {
    const features = this.#features;
    const about = { node: this.#rowsOf(node), totals: node, weights: this.#weights, random: this.#random };
    const drawsAll = this.#drawn === features.length;
    this.#search.begin();
    let varied = 0;
    for (let visited = 0; visited < features.length; visited++) {
      if (visited >= this.#drawn && varied > 0) break;
      if (!drawsAll) {
        const place = visited + this.#random.integer(features.length - visited);
        const held = features[place]!;
        features[place] = features[visited]!;
        features[visited] = held;
      }
      const feature = features[visited]!;
      if (this.#isConstant[feature] === 1) continue;
      this.#pass(node.end - node.start);
      if (this.#search.consider(feature, about)) varied++;
      else {
        this.#isConstant[feature] = 1;
        this.#constants.push(feature);
      }
    }
    return this.#search.finish(node);
  }

  #rowsOf({ start, end }: OpenNode): NodeRows {
    return { rows: this.#rows, start, end };
  }

  #isPure({ start, end }: OpenNode): boolean {
    const rows = this.#rows;
    const { target } = this.#data;
    const first = target[rows[start]!];
    for (let place = start + 1; place < end; place++) if (target[rows[place]!] !== first) return false;
    return true;
  }

  #split({ node, split, gain }: Candidate): [left: OpenNode, right: OpenNode] {
    const middle = this.#partition(node, split);
    const below = { depth: node.depth + 1 };
    const left = this.#openNode({ start: node.start, end: middle, ...below });
    const right = this.#openNode({ start: middle, end: node.end, ...below });
    this.#builder.split(node.id, { split, gain, left: left.id, right: right.id });
    return [left, right];
  }

  /** Moves the rows that go left to the front, both sides in their order; returns where the right ones begin. */
  #partition({ start, end }: OpenNode, { feature, cut, levels, missingLeft }: ForestSplit): number {
    const goesLeft = this.#goesLeft.fill(0);
    if (levels === null) goesLeft.fill(1, 0, cut + 1);
    else for (const level of levels) goesLeft[level] = 1;
    goesLeft[this.#data.features[feature]!.binCount] = missingLeft ? 1 : 0;
    const bins = this.#columns[feature]!;
    const rows = this.#rows;
    const spare = this.#spare;
    let leftEnd = start;
    let rightCount = 0;
    for (let place = start; place < end; place++) {
      const row = rows[place]!;
      if (goesLeft[bins[row]!] === 1) rows[leftEnd++] = row;
      else spare[rightCount++] = row;
    }
    for (let place = 0; place < rightCount; place++) rows[leftEnd + place] = spare[place]!;
    this.#pass(end - start);
    return leftEnd;
  }

  #openNode({ start, end, depth }: { start: number; end: number; depth: number }): OpenNode {
    const rows = this.#rows;
    const weights = this.#weights;
    const { target, outputs } = this.#data;
    const sums: number[] = [0];
    let weight = 0;
    if (outputs === 1) {
      let sum = 0;
      for (let place = start; place < end; place++) {
        const row = rows[place]!;
        weight += weights[row]!;
        sum += weights[row]! * target[row]!;
      }
      sums[0] = sum;
    } else {
      for (let output = 1; output < outputs; output++) sums.push(0);
      for (let place = start; place < end; place++) {
        const row = rows[place]!;
        weight += weights[row]!;
        sums[target[row]!]! += weights[row]!;
      }
    }
    const id = this.#builder.addLeaf(weight, sums);
    return { id, start, end, depth, weight, sums, constants: this.#constants.length };
  }

  #pass(rows: number): void {
    this.#sinceCheckpoint += rows;
    if (this.#sinceCheckpoint < CHECKPOINT_ROWS) return;
    this.#sinceCheckpoint = 0;
    this.#checkpoint();
  }
}

/** The seed of a tree's own random stream: 2^32 streams per forest seed, 2^20 trees each. */
function treeSeed(seed: number, tree: number): number {
  return createRandom(seed).integer(2 ** 32) * 2 ** 20 + tree;
}

/** Weight 1 for `wanted` rows drawn without repetition, 0 for the others (Knuth's selection sampling). */
function drawSubset(weights: Float64Array, wanted: number, random: Random): void {
  let left = wanted;
  for (let row = 0; row < weights.length; row++) {
    const isDrawn = random.uniform() * (weights.length - row) < left;
    weights[row] = isDrawn ? 1 : 0;
    if (isDrawn) left--;
  }
}

/** Higher gain first; of equal ones the older node. */
function comesBefore(left: Candidate, right: Candidate): boolean {
  return left.gain > right.gain || (left.gain === right.gain && left.node.id < right.node.id);
}

function pushCandidate(heap: Candidate[], candidate: Candidate): void {
  let place = heap.push(candidate) - 1;
  while (place > 0) {
    const parent = (place - 1) >>> 1;
    if (!comesBefore(candidate, heap[parent]!)) break;
    heap[place] = heap[parent]!;
    place = parent;
  }
  heap[place] = candidate;
}

/** Takes the first candidate off a heap that is not empty. */
function popCandidate(heap: Candidate[]): Candidate {
  const first = heap[0]!;
  const moved = heap.pop()!;
  if (heap.length === 0) return first;
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && comesBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!comesBefore(heap[child]!, moved)) break;
    heap[place] = heap[child]!;
    place = child;
  }
  heap[place] = moved;
  return first;
}
