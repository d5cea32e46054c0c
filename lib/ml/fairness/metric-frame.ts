/** One metric over groups, with fairlearn's aggregations. Null stands for 0 / 0. */
export interface MetricSpread {
  readonly overall: number;
  /** In the order of the group labels. */
  readonly byGroup: readonly number[];
  /** Largest minus smallest group value. */
  readonly difference: number;
  /** Smallest over largest group value. */
  readonly ratio: number | null;
  /** Largest distance of a group value from the overall value. */
  readonly differenceToOverall: number;
  /** Smallest of group over overall and overall over group. */
  readonly ratioToOverall: number | null;
}

/** Aggregates group values as fairlearn's MetricFrame does. */
export function spreadOf(overall: number, byGroup: readonly number[]): MetricSpread {
  const largest = Math.max(...byGroup);
  const smallest = Math.min(...byGroup);
  const toOverall = byGroup.map((value) => smallerRatio(value, overall));
  return {
    overall,
    byGroup,
    difference: largest - smallest,
    ratio: quotient(smallest, largest),
    differenceToOverall: Math.max(...byGroup.map((value) => Math.abs(value - overall))),
    ratioToOverall: toOverall.some((ratio) => ratio === null)
      ? null
      : Math.min(...toOverall.filter((ratio) => ratio !== null)),
  };
}

function smallerRatio(left: number, right: number): number | null {
  return quotient(Math.min(left, right), Math.max(left, right));
}

function quotient(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : numerator / denominator;
}
