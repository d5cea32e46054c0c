/** Number lists as base64 of their little-endian bytes: exact, and a third of the size of JSON's digits. */

/** Packs float64 numbers. */
export function encodeNumbers(values: Float64Array): string {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  for (let index = 0; index < values.length; index++) view.setFloat64(index * 8, values[index]!, true);
  return Buffer.from(view.buffer).toString("base64");
}

/** Packs int32 numbers. */
export function encodeIntegers(values: Int32Array): string {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (let index = 0; index < values.length; index++) view.setInt32(index * 4, values[index]!, true);
  return Buffer.from(view.buffer).toString("base64");
}

export function decodeNumbers(text: string): Float64Array {
  const bytes = Buffer.from(text, "base64");
  const values = new Float64Array(bytes.length >>> 3);
  for (let index = 0; index < values.length; index++) values[index] = bytes.readDoubleLE(index * 8);
  return values;
}

export function decodeIntegers(text: string): Int32Array {
  const bytes = Buffer.from(text, "base64");
  return Int32Array.from({ length: bytes.length >>> 2 }, (_, index) => bytes.readInt32LE(index * 4));
}

/** Whether a text is the base64 of exactly `byteCount` bytes, written as the encoders write it. */
export function isPacked(text: string, byteCount: number): boolean {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === byteCount && bytes.toString("base64") === text;
}

/** A code of more bits does not fit one 32-bit read at every place. */
export const MOST_CODE_BITS = 24;

/** Bits that tell `count` things apart; one bit at least, so that the bytes bound how many codes there can be. */
export function codeBits(count: number): number {
  return Math.max(1, 32 - Math.clz32(Math.max(0, count - 1)));
}

/** Bytes that hold so many codes. */
export function codeBytes(count: number, bits: number): number {
  return Math.ceil((count * bits) / 8);
}

/** Packs non-negative integers below 2^bits one after the other, the lowest bit first; `bits` is from 1 to 24. */
export function encodeCodes(codes: Uint32Array, bits: number): string {
  const bytes = Buffer.alloc(codeBytes(codes.length, bits));
  let pending = 0;
  let filled = 0;
  let place = 0;
  for (let index = 0; index < codes.length; index++) {
    pending |= codes[index]! << filled;
    filled += bits;
    while (filled >= 8) {
      bytes[place++] = pending & 255;
      pending >>>= 8;
      filled -= 8;
    }
  }
  if (filled > 0) bytes[place] = pending & 255;
  return bytes.toString("base64");
}

/** Reads `count` codes of so many bits. */
export function decodeCodes(text: string, count: number, bits: number): Uint32Array {
  const bytes = Buffer.from(text, "base64");
  const codes = new Uint32Array(count);
  const mask = 2 ** bits - 1;
  let pending = 0;
  let filled = 0;
  let place = 0;
  for (let index = 0; index < count; index++) {
    while (filled < bits) {
      pending |= bytes[place++]! << filled;
      filled += 8;
    }
    codes[index] = pending & mask;
    pending >>>= bits;
    filled -= bits;
  }
  return codes;
}
