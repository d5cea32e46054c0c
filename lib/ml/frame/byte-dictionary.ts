/** Maps byte strings to dense codes in order of first appearance, without making a string for each value seen. */
export class ByteDictionary {
  #table = new Int32Array(1024).fill(-1);
  #hashes = new Int32Array(512);
  #starts = new Int32Array(513);
  #arena = new Uint8Array(8192);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Bytes of memory in use. */
  get memoryBytes(): number {
    return this.#table.byteLength + this.#hashes.byteLength * 2 + this.#arena.byteLength;
  }

  /** The code of bytes[start, end), new or known. */
  add(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.#table.length - 1;
    let slot = hash & mask;
    for (;;) {
      const code = this.#table[slot]!;
      if (code < 0) break;
      if (this.#hashes[code] === hash && this.#equals(code, bytes, start, end)) return code;
      slot = (slot + 1) & mask;
    }
    return this.#insert(hash, slot, bytes.subarray(start, end));
  }

  /** All strings, in order of their codes. */
  strings(): string[] {
    const arena = Buffer.from(this.#arena.buffer);
    return Array.from({ length: this.#count }, (_, code) =>
      arena.toString("utf8", this.#starts[code], this.#starts[code + 1]),
    );
  }

  // Four plain arguments: this runs once per cell of a file.
  #equals(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[code]!;
    if (this.#starts[code + 1]! - from !== end - start) return false;
    for (let at = start; at < end; at++) if (this.#arena[from + at - start] !== bytes[at]) return false;
    return true;
  }

  #insert(hash: number, slot: number, value: Uint8Array): number {
    const code = this.#count++;
    const from = this.#starts[code]!;
    if (from + value.length > this.#arena.length) {
      const grown = new Uint8Array(Math.max(this.#arena.length * 2, from + value.length));
      grown.set(this.#arena);
      this.#arena = grown;
    }
    this.#arena.set(value, from);
    if (code + 1 >= this.#hashes.length) {
      this.#hashes = grownTo(this.#hashes, this.#hashes.length * 2);
      this.#starts = grownTo(this.#starts, this.#hashes.length + 1);
    }
    this.#hashes[code] = hash;
    this.#starts[code + 1] = from + value.length;
    this.#table[slot] = code;
    if (this.#count * 2 > this.#table.length) this.#rehash();
    return code;
  }

  #rehash(): void {
    const table = new Int32Array(this.#table.length * 2).fill(-1);
    const mask = table.length - 1;
    for (let code = 0; code < this.#count; code++) {
      let slot = this.#hashes[code]! & mask;
      while (table[slot]! >= 0) slot = (slot + 1) & mask;
      table[slot] = code;
    }
    this.#table = table;
  }
}

function grownTo(values: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(length);
  grown.set(values);
  return grown;
}
