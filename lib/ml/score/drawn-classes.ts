import type { DrawnClassesEstimator } from "./estimator.ts";
import type { Matrix } from "./preparation.ts";

/**
 * Probability 1 for a class drawn by the shares: of the positive class, or one array per class. The draw is a hash of
 * the row's values and the seed, so that a row gets the same class wherever it stands; equal rows get equal classes.
 */
export function drawnClasses({ shares, seed }: DrawnClassesEstimator, matrix: Matrix): Float64Array[] {
  const bits = new DataView(new ArrayBuffer(8));
  const drawn = Int32Array.from({ length: matrix.rowCount }, (_, row) => {
    const place = hashedUniform({ matrix, row, seed, bits });
    let reached = 0;
    for (let label = 0; label < shares.length; label++) {
      reached += shares[label]!;
      if (place < reached) return label;
    }
    return shares.findLastIndex((share) => share > 0);
  });
  const labels = shares.length === 2 ? [1] : shares.keys().toArray();
  return labels.map((label) => Float64Array.from(drawn, (one) => (one === label ? 1 : 0)));
}

interface HashedRow {
  readonly matrix: Matrix;
  readonly row: number;
  readonly seed: number;
  /** Eight bytes to take a number apart in. */
  readonly bits: DataView;
}

/** Uniform in [0, 1): the row's bits through the finaliser of MurmurHash3 (Appleby 2008), value by value. */
function hashedUniform({ matrix, row, seed, bits }: HashedRow): number {
  let [low, high] = mixed(seed, bits, [0x9e3779b9, 0x243f6a88]);
  for (const column of matrix.columns) [low, high] = mixed(column.values[row]!, bits, [low, high]);
  return ((low >>> 5) * 67_108_864 + (high >>> 6)) / 9_007_199_254_740_992;
}

function mixed(value: number, bits: DataView, [low, high]: readonly [number, number]): [number, number] {
  bits.setFloat64(0, Number.isNaN(value) ? NaN : value + 0);
  const first = finalised(low ^ bits.getInt32(4) ^ Math.imul(bits.getInt32(0), 0x85ebca6b));
  return [first, finalised(high ^ bits.getInt32(0) ^ Math.imul(first, 0xc2b2ae35))];
}

function finalised(word: number): number {
  let mix = (word + 0x9e3779b9) | 0;
  mix = Math.imul(mix ^ (mix >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return mix ^ (mix >>> 16);
}
