import type { Grouping } from "../score/groups.ts";

/**
 * Training weights that make group and label independent: P(group) P(label) / P(group, label) for each row (Kamiran and
 * Calders 2012, Reweighing). Their sum is the number of rows. `labels` are class indices.
 */
export function reweighingWeights(labels: ArrayLike<number>, grouping: Grouping): Float64Array {
  const rowCount = grouping.codes.length;
  const groupCounts = new Float64Array(grouping.labels.length);
  const labelCounts = new Map<number, number>();
  const jointCounts = new Map<number, number>();
  const jointKey = (row: number): number => labels[row]! * grouping.labels.length + grouping.codes[row]!;
  for (let row = 0; row < rowCount; row++) {
    groupCounts[grouping.codes[row]!]!++;
    labelCounts.set(labels[row]!, (labelCounts.get(labels[row]!) ?? 0) + 1);
    jointCounts.set(jointKey(row), (jointCounts.get(jointKey(row)) ?? 0) + 1);
  }
  return Float64Array.from({ length: rowCount }, (_, row) => {
    const expected = (groupCounts[grouping.codes[row]!]! * labelCounts.get(labels[row]!)!) / rowCount;
    return expected / jointCounts.get(jointKey(row))!;
  });
}
