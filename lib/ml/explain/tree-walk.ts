import { goesLeft, splitColumn, type CompiledTrees } from "../score/compiled-trees.ts";
import type { Matrix } from "../score/preparation.ts";
import type { TreePaths } from "./tree-paths.ts";

/** More slots than this do not fit a pattern's bits. */
const MOST_BITS = 30;

/** Rows one after the other, one number per matrix column, rounded to single precision where the trees need it. */
export function rowsForTrees(trees: CompiledTrees, matrix: Matrix): Float64Array {
  const width = matrix.columns.length;
  const rows = new Float64Array(matrix.rowCount * width);
  for (const [index, { values }] of matrix.columns.entries()) {
    for (let row = 0; row < matrix.rowCount; row++) {
      rows[row * width + index] = trees.isSingle ? Math.fround(values[row]!) : values[row]!;
    }
  }
  return rows;
}

/** Follows rows through one tree to all its leaves at once, and knows at which slots each leaf is closed to a row. */
export class TreeWalk {
  readonly #trees: CompiledTrees;
  readonly #paths: TreePaths;
  readonly #isLeft: Uint8Array;
  readonly #closed: Int32Array;
  readonly #inner: Int32Array;

  constructor(trees: CompiledTrees, paths: TreePaths) {
    this.#trees = trees;
    this.#paths = paths;
    this.#isLeft = new Uint8Array(paths.nodes.length);
    this.#closed = new Int32Array(paths.nodes.length);
    this.#inner = paths.lefts.map((_, place) => place).filter((place) => paths.lefts[place]! >= 0);
  }

  /** Goes with the row whose first value lies at `start`. */
  follow(rows: Float64Array, start: number): void {
    const { nodes, lefts, rights, slots } = this.#paths;
    const trees = this.#trees;
    const closed = this.#closed;
    const inner = this.#inner;
    for (let index = 0; index < inner.length; index++) {
      const place = inner[index]!;
      const node = nodes[place]!;
      const isLeft = goesLeft(trees, node, rows[start + splitColumn(trees, node)]!);
      this.#isLeft[place] = isLeft ? 1 : 0;
      const slot = slots[place]!;
      const before = closed[place]!;
      const shut = slot < MOST_BITS ? before | (1 << slot) : before;
      closed[lefts[place]!] = isLeft ? before : shut;
      closed[rights[place]!] = isLeft ? shut : before;
    }
  }

  /** Bits of the leaf's closed slots; null for a leaf with more slots than bits. */
  pattern(leaf: number): number | null {
    const { slotStarts, leafPlaces } = this.#paths;
    if (slotStarts[leaf + 1]! - slotStarts[leaf]! > MOST_BITS) return null;
    return this.#closed[leafPlaces[leaf]!]!;
  }

  /** Sets `isOpen` for each slot of the leaf. */
  readOpen(leaf: number, isOpen: Uint8Array): void {
    const { slotStarts, leafPlaces, parents, lefts, slots } = this.#paths;
    const slotCount = slotStarts[leaf + 1]! - slotStarts[leaf]!;
    let place = leafPlaces[leaf]!;
    if (slotCount <= MOST_BITS) {
      const closed = this.#closed[place]!;
      for (let slot = 0; slot < slotCount; slot++) isOpen[slot] = ((closed >>> slot) & 1) ^ 1;
      return;
    }
    isOpen.fill(1, 0, slotCount);
    for (let parent = parents[place]!; parent >= 0; parent = parents[place]!) {
      const isLeftChild = lefts[parent] === place ? 1 : 0;
      if (this.#isLeft[parent] !== isLeftChild) isOpen[slots[parent]!] = 0;
      place = parent;
    }
  }
}
