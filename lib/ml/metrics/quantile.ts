/**
 * Quantile of ascending values by linear interpolation (R type 7, numpy's default); NaN for no values.
 * `share` lies in [0, 1].
 */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return NaN;
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const part = place - low;
  const lower = sorted[low]!;
  const upper = sorted[Math.min(low + 1, sorted.length - 1)]!;
  if (part === 0 || lower === upper) return lower;
  // numpy interpolates from the nearer end, which decides the last bit.
  return part >= 0.5 ? upper - (upper - lower) * (1 - part) : lower + (upper - lower) * part;
}
