import type { ForestRows } from "./forest-rows.ts";

/** The rows of a node: rows[start, end). */
export interface NodeRows {
  readonly rows: Uint32Array;
  readonly start: number;
  readonly end: number;
}

const BINS = 256;
/** Nodes with fewer rows mark the bins they meet; those with more look through all bins. */
const FEW_ROWS = 128;

/**
 * Sums over one node's rows by the bins of one column: [distinct rows, weight, one sum per output] for each bin. Most
 * nodes of a forest hold a handful of rows, so the cost is that of the rows and not of the 255 bins: the bins met are
 * marked in a bit set, listed in ascending order, and only they are cleared again.
 */
export class NodeHistogram {
  readonly stride: number;
  readonly sums: Float64Array;
  /** Bins that hold rows, ascending, the bin of missing cells included. */
  readonly present = new Uint16Array(BINS);
  presentCount = 0;
  readonly #marks = new Uint32Array(BINS / 32);
  readonly #target: Float64Array;
  readonly #outputs: number;

  constructor({ target, outputs }: ForestRows) {
    this.#target = target;
    this.#outputs = outputs;
    this.stride = outputs + 2;
    this.sums = new Float64Array(BINS * this.stride);
  }

  /** Adds up a node's rows; `clear` has to come before the next call. */
  build(node: NodeRows, weights: Float64Array, bins: Uint8Array): void {
    if (this.#outputs === 1) this.#addMeans(node, weights, bins);
    else this.#addClasses(node, weights, bins);
    if (node.end - node.start < FEW_ROWS) this.#listMarked(node, bins);
    else this.#listAll();
  }

  clear(): void {
    const { sums, present, presentCount, stride } = this;
    for (let place = 0; place < presentCount; place++) {
      const at = present[place]! * stride;
      for (let index = at; index < at + stride; index++) sums[index] = 0;
    }
    this.presentCount = 0;
  }

  #addMeans({ rows, start, end }: NodeRows, weights: Float64Array, bins: Uint8Array): void {
    const { sums } = this;
    const target = this.#target;
    for (let place = start; place < end; place++) {
      const row = rows[place]!;
      const at = bins[row]! * 3;
      const weight = weights[row]!;
      sums[at]! += 1;
      sums[at + 1]! += weight;
      sums[at + 2]! += weight * target[row]!;
    }
  }

  #addClasses({ rows, start, end }: NodeRows, weights: Float64Array, bins: Uint8Array): void {
    const { sums, stride } = this;
    const target = this.#target;
    for (let place = start; place < end; place++) {
      const row = rows[place]!;
      const at = bins[row]! * stride;
      const weight = weights[row]!;
      sums[at]! += 1;
      sums[at + 1]! += weight;
      sums[at + 2 + target[row]!]! += weight;
    }
  }

  #listMarked({ rows, start, end }: NodeRows, bins: Uint8Array): void {
    const { present } = this;
    const marks = this.#marks;
    marks.fill(0);
    for (let place = start; place < end; place++) {
      const bin = bins[rows[place]!]!;
      marks[bin >>> 5]! |= 1 << (bin & 31);
    }
    let count = 0;
    for (let word = 0; word < marks.length; word++) {
      let bits = marks[word]! | 0;
      while (bits !== 0) {
        const lowest = bits & -bits;
        present[count++] = word * 32 + 31 - Math.clz32(lowest);
        bits ^= lowest;
      }
    }
    this.presentCount = count;
  }

  #listAll(): void {
    const { present, sums, stride } = this;
    let count = 0;
    for (let bin = 0; bin < BINS; bin++) if (sums[bin * stride]! > 0) present[count++] = bin;
    this.presentCount = count;
  }
}
