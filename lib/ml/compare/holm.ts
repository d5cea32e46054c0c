/**
 * P-values adjusted so that the chance of any false call among them stays below the level (Holm 1979); in the order
 * given.
 */
export function holmAdjusted(values: readonly number[]): number[] {
  const rising = values.map((_, index) => index).toSorted((left, right) => values[left]! - values[right]!);
  const adjusted = values.map(() => 1);
  let most = 0;
  for (const [place, index] of rising.entries()) {
    most = Math.max(most, Math.min(1, values[index]! * (values.length - place)));
    adjusted[index] = most;
  }
  return adjusted;
}
