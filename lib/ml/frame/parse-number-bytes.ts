/** 10^0 .. 10^22 are exact doubles, so that one multiplication or division rounds correctly (Clinger 1990). */
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

const ZERO = 0x30;
const NINE = 0x39;

/**
 * The number written in bytes[start, end) when it is a plain decimal that can be read exactly by one operation;
 * NaN for everything else, which the caller then reads the slow way.
 */
export function parseNumberBytes(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let isNegative = false;
  if (bytes[at] === 0x2d) {
    isNegative = true;
    at++;
  }
  const firstDigit = at;
  let mantissa = 0;
  let digits = 0;
  let scale = 0;
  let byte = bytes[at]!;
  while (at < end && byte >= ZERO && byte <= NINE) {
    mantissa = mantissa * 10 + (byte - ZERO);
    digits++;
    byte = bytes[++at]!;
  }
  // "007" is a code and " 7" or "" need the careful reader.
  if (digits === 0 || (digits > 1 && bytes[firstDigit] === ZERO)) return NaN;
  if (at < end && byte === 0x2e) {
    byte = bytes[++at]!;
    while (at < end && byte >= ZERO && byte <= NINE) {
      mantissa = mantissa * 10 + (byte - ZERO);
      digits++;
      scale++;
      byte = bytes[++at]!;
    }
  }
  if (at !== end || digits > 15) return NaN;
  const value = scale === 0 ? mantissa : mantissa / POWERS[scale]!;
  return isNegative ? 0 - value : value;
}
