import { cellText, compareCodePoints, type Column } from "./column.ts";
import { MlError } from "./ml-error.ts";

/** Label of the group whose protected value is missing. */
const MISSING_GROUP = "(missing)";

/** A column that forms groups; `bands` are ascending lower limits that cut a numeric column, else null. */
export interface GroupColumn {
  readonly name: string;
  readonly bands: readonly number[] | null;
}

/** Every row's group: `labels` sorted by code point, `codes[row]` an index into them. */
export interface Grouping {
  readonly labels: readonly string[];
  readonly codes: Int32Array;
}

/**
 * Groups rows by the crossed values of the given columns; labels are joined by " & ".
 * @throws MlError bad-argument for an unknown column, for unordered bands, or bands on a column that is not numeric.
 */
export function groupRows(
  columns: readonly Column[],
  groupColumns: readonly GroupColumn[],
  rowCount: number,
): Grouping {
  if (groupColumns.length === 0) {
    throw new MlError("bad-argument", "Name at least one column to group by.");
  }
  const parts = groupColumns.map((groupColumn) => labelsOf(columns, groupColumn));
  const codeOf = new Map<string, number>();
  const labels: string[] = [];
  const codes = new Int32Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const label = parts.length === 1 ? parts[0]!(row) : parts.map((part) => part(row)).join(" & ");
    let code = codeOf.get(label);
    if (code === undefined) {
      code = labels.length;
      codeOf.set(label, code);
      labels.push(label);
    }
    codes[row] = code;
  }
  const sorted = labels.toSorted(compareCodePoints);
  const places = new Map(sorted.map((label, index) => [label, index]));
  const place = Int32Array.from(labels, (label) => places.get(label)!);
  return { labels: sorted, codes: codes.map((code) => place[code]!) };
}

function labelsOf(columns: readonly Column[], { name, bands }: GroupColumn): (row: number) => string {
  const column = columns.find((candidate) => candidate.name === name);
  if (column === undefined) {
    throw new MlError("bad-argument", `There is no column "${name}" to group by. Check the spelling.`, {
      details: { column: name },
    });
  }
  if (bands === null) return (row) => cellText(column, row) ?? MISSING_GROUP;
  if (column.kind !== "numeric") {
    throw new MlError(
      "bad-argument",
      `Column "${name}" is ${column.kind}; bands need numbers. Leave the bands out.`,
      { details: { column: name } },
    );
  }
  if (bands.length === 0 || bands.some((limit, index) => index > 0 && !(limit > bands[index - 1]!))) {
    throw new MlError(
      "bad-argument",
      `The bands of "${name}" must be one or more numbers in ascending order.`,
      {
        details: { column: name },
      },
    );
  }
  return (row) => bandLabel(column.values[row]!, bands);
}

/** The label of the band that holds a value: `< 25`, `25 to < 40`, `>= 40`. */
export function bandLabel(value: number, bands: readonly number[]): string {
  if (Number.isNaN(value)) return MISSING_GROUP;
  const above = bands.findIndex((limit) => value < limit);
  if (above === 0) return `< ${bands[0]}`;
  if (above < 0) return `>= ${bands[bands.length - 1]}`;
  return `${bands[above - 1]} to < ${bands[above]}`;
}
