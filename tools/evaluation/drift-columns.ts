import type { DriftReport } from "./make-drift-report.ts";

/** With more categories than this, the rare ones may point at people. */
const MANY_CATEGORIES = 50;
const FEWEST_SHOWN = 5;

/** Every column with its verdict, the pure numbers beside what counts. */
export function reportColumns({ verdict, compared }: Pick<DriftReport, "verdict" | "compared">): object[] {
  const comparisons = new Map(compared.columns.map(({ column, comparison }) => [column, comparison]));
  return verdict.columns.map((column) => {
    const comparison = comparisons.get(column.column);
    return {
      ...column,
      pValue: column.test.p,
      comparison: comparison?.kind === "categorical" ? withoutRareNames(comparison) : comparison,
    };
  });
}

/** Joins the names of categories that fewer than five rows have, where there are so many that they may be people's. */
function withoutRareNames<Counts extends CategoryCounts>(comparison: Counts): Counts | object {
  const { categories, referenceCounts, currentCounts, newCategories } = comparison;
  if (categories.length <= MANY_CATEGORIES) return comparison;
  const isShown = (index: number): boolean =>
    (referenceCounts[index] ?? 0) + (currentCounts[index] ?? 0) >= FEWEST_SHOWN;
  const shownOf = <Value>(values: readonly Value[]): Value[] => values.filter((_, index) => isShown(index));
  const restOf = (counts: readonly number[]): number =>
    counts.reduce((sum, count, index) => (isShown(index) ? sum : sum + count), 0);
  const shown = new Set(shownOf(categories));
  return {
    ...comparison,
    categories: [...shown, `(${categories.length - shown.size} with fewer than ${FEWEST_SHOWN} rows each)`],
    referenceCounts: [...shownOf(referenceCounts), restOf(referenceCounts)],
    currentCounts: [...shownOf(currentCounts), restOf(currentCounts)],
    newCategories: newCategories.filter((category) => shown.has(category)),
    newCategoryCount: newCategories.length,
  };
}

interface CategoryCounts {
  readonly categories: readonly string[];
  readonly referenceCounts: readonly number[];
  readonly currentCounts: readonly number[];
  readonly newCategories: readonly string[];
}
