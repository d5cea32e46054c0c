import type { Sha256 } from "#core/contract/ids.ts";
import { EMPTY_ROOT, nodeHash, splitPoint } from "./merkle-hash.ts";

const HASH_BYTES = 32;

/**
 * An append-only RFC 6962 tree over leaf hashes that answers for every size it ever had: roots, inclusion and
 * consistency proofs. Holds all complete subtrees in memory, 64 bytes a leaf.
 */
export class MerkleTree {
  /** At index k the roots of the complete subtrees of 2^k leaves, from left to right. */
  readonly #levels: HashColumn[] = [];

  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  append(leaf: Sha256): void {
    this.#push(0, leaf);
  }

  /** Root over the first `size` leaves. */
  root(size: number = this.size): Sha256 {
    this.#checkSize(size);
    return size === 0 ? EMPTY_ROOT : this.#range(0, size);
  }

  leaf(index: number): Sha256 {
    return this.node(0, index);
  }

  /** Root of the complete subtree of 2^level leaves that starts at leaf `index` * 2^level. */
  node(level: number, index: number): Sha256 {
    return this.#level(level, index, 1).at(index);
  }

  /** The bytes of `count` neighbouring nodes of one level, 32 each: the content of a tile. */
  nodes(level: number, first: number, count: number): Uint8Array {
    return this.#level(level, first, count).slice(first, count);
  }

  /** Audit path of a leaf in the tree of the first `size` leaves, the leaf's sibling first (RFC 6962, 2.1.1). */
  inclusionProof(index: number, size: number = this.size): Sha256[] {
    this.#checkSize(size);
    if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
      throw new RangeError(`leaf ${index} is not in a tree of size ${size}`);
    }
    return this.#path(index, 0, size);
  }

  /** Shows that the first `oldSize` leaves of the tree are the whole older tree (RFC 6962, 2.1.2). */
  consistencyProof(oldSize: number, size: number = this.size): Sha256[] {
    this.#checkSize(size);
    if (!Number.isSafeInteger(oldSize) || oldSize < 0 || oldSize > size) {
      throw new RangeError(`a tree of size ${size} has no older size ${oldSize}`);
    }
    return oldSize === 0 || oldSize === size ? [] : this.#subproof(oldSize, 0, size, true);
  }

  #push(level: number, node: Sha256): void {
    let column = this.#levels[level];
    if (column === undefined) {
      column = new HashColumn();
      this.#levels.push(column);
    }
    column.push(node);
    const { length } = column;
    if (length % 2 === 0) this.#push(level + 1, nodeHash(column.at(length - 2), column.at(length - 1)));
  }

  /** MTH of leaves first..end-1, where `first` is a multiple of every complete subtree inside. */
  #range(first: number, end: number): Sha256 {
    const count = end - first;
    const level = Math.log2(count);
    if (Number.isInteger(level)) return this.node(level, first / count);
    const middle = first + splitPoint(count);
    return nodeHash(this.#range(first, middle), this.#range(middle, end));
  }

  #path(index: number, first: number, end: number): Sha256[] {
    if (end - first === 1) return [];
    const middle = first + splitPoint(end - first);
    return index < middle
      ? [...this.#path(index, first, middle), this.#range(middle, end)]
      : [...this.#path(index, middle, end), this.#range(first, middle)];
  }

  /** SUBPROOF of RFC 6962, 2.1.2; `known` while the subtree is the old tree's own left edge. */
  #subproof(oldSize: number, first: number, end: number, known: boolean): Sha256[] {
    if (oldSize === end) return known ? [] : [this.#range(first, end)];
    const middle = first + splitPoint(end - first);
    return oldSize <= middle
      ? [...this.#subproof(oldSize, first, middle, known), this.#range(middle, end)]
      : [...this.#subproof(oldSize, middle, end, false), this.#range(first, middle)];
  }

  #level(level: number, first: number, count: number): HashColumn {
    const column = this.#levels[level];
    if (column === undefined || first < 0 || first + count > column.length) {
      throw new RangeError(
        `level ${level} of a tree of size ${this.size} has no nodes ${first} to ${first + count}`,
      );
    }
    return column;
  }

  #checkSize(size: number): void {
    if (!Number.isSafeInteger(size) || size < 0 || size > this.size) {
      throw new RangeError(`the tree has ${this.size} leaves, not ${size}`);
    }
  }
}

/** A growing list of hashes as bytes: half the memory of hex strings, and tiles are slices of it. */
class HashColumn {
  #bytes = Buffer.alloc(8 * HASH_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: Sha256): void {
    const offset = this.#length * HASH_BYTES;
    if (offset === this.#bytes.length) {
      const wider = Buffer.alloc(this.#bytes.length * 2);
      this.#bytes.copy(wider);
      this.#bytes = wider;
    }
    const written = this.#bytes.write(value, offset, "hex");
    if (written !== HASH_BYTES) throw new TypeError(`${JSON.stringify(value)} is no SHA-256 in hex`);
    this.#length += 1;
  }

  at(index: number): Sha256 {
    // 32 bytes in hex are what the brand stands for
    return this.#bytes.toString("hex", index * HASH_BYTES, (index + 1) * HASH_BYTES) as Sha256;
  }

  slice(first: number, count: number): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(first * HASH_BYTES, (first + count) * HASH_BYTES));
  }
}
