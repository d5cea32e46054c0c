import { MlError } from "../../score/ml-error.ts";
import {
  PROFILE_FORMAT,
  PROFILE_VERSION,
  type CategoricalReference,
  type NumericReference,
  type ReferenceProfile,
} from "./reference-profile.ts";

/**
 * Refuses a profile whose numbers contradict each other, as after editing or cutting it.
 * @throws MlError bad-data that names the column and what is wrong with it.
 */
export function checkProfile(profile: ReferenceProfile): void {
  // A profile that was read from a file may be of any version, whatever its type says.
  const { format, version }: { readonly format: string; readonly version: number } = profile;
  if (format !== PROFILE_FORMAT || version !== PROFILE_VERSION) {
    throw new MlError(
      "bad-data",
      `The reference profile is of format ${format} version ${version}; this engine reads ${PROFILE_FORMAT} version ${PROFILE_VERSION}. Build it again.`,
    );
  }
  const names = new Set<string>();
  for (const column of profile.columns) {
    const wrong = names.has(column.name) ? "it is listed twice" : contradiction(column, profile.rowCount);
    names.add(column.name);
    if (wrong === null) continue;
    throw new MlError(
      "bad-data",
      `The reference profile is not valid at column "${column.name}": ${wrong}. It was edited or cut off; build it again.`,
      { details: { column: column.name } },
    );
  }
}

function contradiction(column: ReferenceProfile["columns"][number], rowCount: number): string | null {
  const infinite = column.kind === "numeric" ? column.infinite : 0;
  if (column.count + column.missing + infinite !== rowCount) return "its rows do not add up to the profile's";
  if (column.kind === "numeric") return numericContradiction(column);
  return column.kind === "categorical" ? categoricalContradiction(column) : null;
}

function numericContradiction(column: NumericReference): string | null {
  const { cuts, equal, between, offsets, edges, count } = column;
  if (equal.length !== cuts.length || between.length !== cuts.length + 1) return "its lists differ in length";
  if (offsets.length !== between.length) return "its lists differ in length";
  if (!isAscending(cuts) || !isAscending(edges)) return "its cuts do not ascend";
  const known = new Set(cuts);
  if (!edges.every((edge) => known.has(edge))) return "an edge is no cut";
  if (count > 0 && between[0]! + between.at(-1)! > 0) return "rows lie outside its cuts";
  return total(equal) + total(between) === count ? null : "its counts do not add up to its rows";
}

function categoricalContradiction({ categories, counts, other, count }: CategoricalReference): string | null {
  if (categories.length !== counts.length) return "its lists differ in length";
  if (new Set(categories).size !== categories.length) return "a category is listed twice";
  return total(counts) + other === count ? null : "its counts do not add up to its rows";
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > values[index - 1]!);
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, rows) => sum + rows, 0);
}
