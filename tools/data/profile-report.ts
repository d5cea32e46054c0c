import type { ColumnProfile, FrameProfile } from "#lib/ml/index.ts";

/** A value that fewer rows share may point at a person. */
export const FEWEST_SHOWN = 5;

/**
 * The profile as it is kept. It describes columns, not people: row numbers of duplicates, values that fewer than five
 * rows share, and anything of columns whose values are all different (account numbers, names) stay out.
 */
export function profileReport(profile: FrameProfile): object {
  return {
    ...profile,
    duplicateRows: { count: profile.duplicateRows.count },
    shownValues: `values that at least ${FEWEST_SHOWN} rows share`,
    columns: profile.columns.map(withoutSingleValues),
  };
}

function withoutSingleValues(column: ColumnProfile): object {
  const isIdentifier = column.flags.includes("identifier");
  if (column.kind === "numeric") {
    return { ...column, ...(isIdentifier ? { summary: null } : {}), top: shown(column.top, isIdentifier) };
  }
  return "top" in column ? { ...column, top: shown(column.top, isIdentifier) } : column;
}

const shown = (top: readonly { readonly value: string; readonly count: number }[], isIdentifier: boolean) =>
  isIdentifier ? [] : top.filter(({ count }) => count >= FEWEST_SHOWN);

/** What a person should look at, a line each. */
export function profileWarnings(profile: FrameProfile): string[] {
  return [
    ...profile.columns.flatMap((column) =>
      column.flags.map((flag) => `${column.name}: ${flag.replaceAll("-", " ")}`),
    ),
    ...profile.duplicateColumns.map(([first, second]) => `${second}: equals ${first} in every row`),
  ];
}
