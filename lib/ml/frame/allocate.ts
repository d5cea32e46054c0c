/**
 * Columns above this many bytes live in shared memory, so that handing a frame to a worker copies nothing.
 * Smaller ones are cheaper to copy than to map.
 */
const SHARED_FROM = 65_536;

function memory(bytes: number): ArrayBuffer | SharedArrayBuffer {
  return bytes >= SHARED_FROM ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
}

/** Zeroed doubles, in shared memory when there are many. */
export function allocateDoubles(length: number): Float64Array {
  return new Float64Array(memory(length * 8));
}

/** Zeroed 32-bit integers, in shared memory when there are many. */
export function allocateIntegers(length: number): Int32Array {
  return new Int32Array(memory(length * 4));
}

/** Zeroed bytes, in shared memory when there are many. */
export function allocateBytes(length: number): Uint8Array {
  return new Uint8Array(memory(length));
}
