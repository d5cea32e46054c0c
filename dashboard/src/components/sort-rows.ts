/** What rows are ordered by; a column without a value of the row puts it last. */
export type SortValue = string | number | null | undefined;

export interface Sorting {
  column: string;
  direction: "ascending" | "descending";
}

/** Rows in order of a value; equal ones keep their order, those without a value come last either way. */
export function sortRows<Row>(
  rows: readonly Row[],
  valueOf: (row: Row) => SortValue,
  direction: Sorting["direction"],
): Row[] {
  const sign = direction === "ascending" ? 1 : -1;
  return rows.toSorted((left, right) => {
    const a = valueOf(left) ?? undefined;
    const b = valueOf(right) ?? undefined;
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * String(a).localeCompare(String(b), "en", { numeric: true });
  });
}

/** The next state of a header that was pressed: ascending, descending, as given. */
export function nextSorting(now: Sorting | undefined, column: string): Sorting | undefined {
  if (now?.column !== column) return { column, direction: "ascending" };
  return now.direction === "ascending" ? { column, direction: "descending" } : undefined;
}
