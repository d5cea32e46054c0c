import { shuffledIndices, type Random } from "../random.ts";

export interface GroupAssignment {
  /** Rows of each group. */
  readonly groups: readonly (readonly number[])[];
  /** The stratum of each row, from 0; all 0 for plain grouped folds. */
  readonly strata: Int32Array;
  readonly count: number;
  readonly random: Random;
}

/**
 * Gives whole groups to folds, the largest first, each to the fold in which it keeps the folds' numbers of rows of every
 * stratum closest to equal (greedy, the idea of scikit-learn's StratifiedGroupKFold); groups alike are in random order.
 * Returns a fold per group. No fold stays empty while there are as many groups as folds.
 */
export function assignGroups({ groups, strata, count, random }: GroupAssignment): Uint8Array {
  const strataCount = strata.reduce((most, stratum) => Math.max(most, stratum + 1), 1);
  const totals = new Float64Array(strataCount);
  for (const stratum of strata) totals[stratum]!++;
  const filled = Array.from({ length: count }, () => new Float64Array(strataCount));
  const sizes = new Int32Array(count);
  const shuffled = shuffledIndices(groups.length, random);
  const order = [...shuffled].toSorted((left, right) => groups[right]!.length - groups[left]!.length);
  const assigned = new Uint8Array(groups.length);
  let left = groups.length;
  let empty = count;
  for (const group of order) {
    const counts = new Float64Array(strataCount);
    for (const row of groups[group]!) counts[strata[row]!]!++;
    let best = -1;
    let leastCost = Infinity;
    for (let fold = 0; fold < count; fold++) {
      // The last groups go to folds that still have none.
      if (left <= empty && sizes[fold] !== 0) continue;
      const cost = addedUnevenness(filled[fold]!, counts, totals);
      if (cost < leastCost) {
        leastCost = cost;
        best = fold;
      }
    }
    if (sizes[best] === 0) empty--;
    left--;
    sizes[best]! += groups[group]!.length;
    for (let stratum = 0; stratum < strataCount; stratum++) filled[best]![stratum]! += counts[stratum]!;
    assigned[group] = best;
  }
  return assigned;
}

/** How much the sum of squared shares grows: least for the fold that lacks these strata most. */
function addedUnevenness(filled: Float64Array, counts: Float64Array, totals: Float64Array): number {
  let cost = 0;
  for (let stratum = 0; stratum < totals.length; stratum++) {
    const before = filled[stratum]! / totals[stratum]!;
    const after = (filled[stratum]! + counts[stratum]!) / totals[stratum]!;
    cost += after * after - before * before;
  }
  return cost;
}
