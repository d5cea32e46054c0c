const view = new DataView(new ArrayBuffer(4));

/** The largest float32 below a float32: x < value is x <= singleBelow(value). */
export function singleBelow(value: number): number {
  if (value === 0) return -(2 ** -149);
  view.setFloat32(0, value);
  view.setInt32(0, view.getInt32(0) + (value > 0 ? -1 : 1));
  return view.getFloat32(0);
}

const LARGEST = singleBelow(Infinity);

/**
 * The smallest float32 above a double: for every float32 x, x <= value is x < singleAbove(value). Where float32 ends it
 * is the largest float32, which then is the one number that goes the other way.
 */
export function singleAbove(value: number): number {
  const rounded = Math.fround(value);
  return Math.min(LARGEST, rounded > value ? rounded : -singleBelow(-rounded));
}

/** A float32 in the fewest decimal digits that give it back, at most nine, with an exponent: `1.5e+0`. */
export function singleText(value: number): string {
  for (let digits = 0; digits < 8; digits++) {
    const text = value.toExponential(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toExponential(8);
}
