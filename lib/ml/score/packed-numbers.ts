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
  return Float64Array.from({ length: bytes.length >>> 3 }, (_, index) => bytes.readDoubleLE(index * 8));
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
