/**
 * The quantile of weighted values. Without weights it interpolates linearly between neighbours (Hyndman and Fan 1996,
 * type 7, as NumPy does); with weights it is the smallest value at which the weights up to it reach the share, so that a
 * row of weight 2 counts as two rows. NaN for no values or no weight.
 */
export function weightedQuantile(
  values: Float64Array,
  quantile: number,
  weights: Float64Array | null,
): number {
  if (weights === null) {
    const sorted = values.slice().sort();
    const place = quantile * (sorted.length - 1);
    const low = Math.floor(place);
    if (sorted.length === 0) return Number.NaN;
    const next = sorted[Math.min(low + 1, sorted.length - 1)]!;
    return sorted[low]! + (place - low) * (next - sorted[low]!);
  }
  const order = Uint32Array.from(values, (_, index) => index);
  order.sort((left, right) => values[left]! - values[right]! || left - right);
  let total = 0;
  for (const weight of weights) total += weight;
  let sum = 0;
  for (const index of order) {
    sum += weights[index]!;
    if (sum > 0 && sum >= quantile * total) return values[index]!;
  }
  return Number.NaN;
}
