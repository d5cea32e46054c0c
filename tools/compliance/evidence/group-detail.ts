import { type FoundRow, findRows, numberIn, numberList, numbersOf, textIn } from "./find-rows.ts";

/** One group of one protected attribute with what was measured on it. */
export interface GroupRow {
  attribute: string;
  group: string;
  values: Record<string, number>;
}

const MEASURED = ["selectionRate", "selection_rate", "meanError", "meanPrediction", "accuracy", "mae"];
const GROUP = ["group", "label", "value"];

/**
 * The groups in a fairness artifact, in its order. Read in either spelling: measures side by side with the list of
 * groups (the engine's), or a list or record of groups that each hold their own numbers.
 */
export function readGroups(body: unknown): GroupRow[] {
  const spreads = findRows(body, (row) => namesOf(row) !== undefined && spreadsOf(row).length > 0);
  if (spreads.length > 0) return spreads.flatMap(groupsOfSpreads);
  const listed = findRows(body, (row) => textIn(row, GROUP) !== undefined && isMeasured(row));
  if (listed.length > 0) {
    return listed.map((found) => ({
      attribute: attributeOf(found),
      group: textIn(found.row, GROUP) ?? "",
      values: numbersOf(found.row),
    }));
  }
  return findRows(body, (row) => numberIn(row, MEASURED) !== undefined)
    .filter(({ path }) => /(^|\.)(groups|byGroup)\./.test(path))
    .map((found) => ({
      attribute: attributeOf(found),
      group: found.key ?? "",
      values: numbersOf(found.row),
    }));
}

function isMeasured(row: Readonly<Record<string, unknown>>): boolean {
  const inner = Object.values(row).filter((value) => typeof value === "object" && value !== null);
  return [row, ...(inner as Record<string, unknown>[])].some((one) => numberIn(one, MEASURED) !== undefined); // objects
}

/** Labels and sizes of `groups`, where it is a list of labelled groups. */
function namesOf(
  row: Readonly<Record<string, unknown>>,
): { label: string; count: number | undefined }[] | undefined {
  const { groups } = row;
  if (!Array.isArray(groups) || groups.length === 0) return undefined;
  const names = groups.map((group: unknown) => {
    const fields = (group ?? {}) as Record<string, unknown>; // read by name only
    return { label: textIn(fields, GROUP), count: numberIn(fields, ["count", "rowCount", "rows"]) };
  });
  return names.every((name): name is { label: string; count: number | undefined } => name.label !== undefined)
    ? names
    : undefined;
}

/** Measures with one number per group. */
function spreadsOf(row: Readonly<Record<string, unknown>>): { name: string; byGroup: number[] }[] {
  const { metrics } = row;
  if (typeof metrics !== "object" || metrics === null) return [];
  return Object.entries(metrics).flatMap(([name, spread]: [string, unknown]) => {
    if (typeof spread !== "object" || spread === null) return [];
    const byGroup = numberList((spread as Record<string, unknown>).byGroup); // an object
    return byGroup === undefined ? [] : [{ name, byGroup }];
  });
}

function groupsOfSpreads(found: FoundRow): GroupRow[] {
  const spreads = spreadsOf(found.row);
  return (namesOf(found.row) ?? []).map(({ label, count }, index) => ({
    attribute: attributeOf(found),
    group: label,
    values: {
      ...(count === undefined ? {} : { count }),
      ...Object.fromEntries(
        spreads.flatMap(({ name, byGroup }) => {
          const value = byGroup[index];
          return value === undefined ? [] : [[name, value] as const];
        }),
      ),
    },
  }));
}

/** The attribute's name, with the class that counts as positive where each class has its own audit. */
export function attributeOf({ row, key, around }: FoundRow): string {
  const holders = [{ value: row, key }, ...around];
  const named = holders
    .map(({ value }) => textIn(value, ["attribute", "column"]))
    .find((name) => name !== undefined);
  const positive = holders.find(({ value }) => "fairness" in value && typeof value.label === "string")?.value
    .label;
  const suffix = typeof positive === "string" ? ` (class ${positive})` : "";
  if (named !== undefined) return `${named}${suffix}`;
  const structural = ["groups", "byGroup", "attributes", "numbers", "metrics", "fairness", "overall"];
  // Without a name inside, the key nearest to the top that is no word of the structure is the attribute.
  const keys = around.flatMap((holder) =>
    holder.key === undefined || structural.includes(holder.key) ? [] : [holder.key],
  );
  return keys.at(-1) ?? "";
}
