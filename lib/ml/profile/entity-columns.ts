import { columnLength, isMissing, type CategoricalColumn, type Column } from "../score/column.ts";
import type { Frame } from "../frame/frame.ts";

/** Fewer different values are a category of things, not a list of them. */
const MINIMAL_ENTITIES = 20;
/** Rows per value, at least: below it, nearly every row is a thing of its own. */
const MINIMAL_ROWS_EACH = 1.2;
const KEY_WORDS = new Set(["id", "key", "uuid", "guid", "identifier"]);
const ENTITY_WORDS = new Set(
  (
    "customer client patient user account person subject household device session visitor player student employee " +
    "borrower applicant member subscriber machine sensor vehicle"
  ).split(" "),
);
const CODE = /^[\p{L}]{0,8}[-_#:/ ]?\d{2,}$|^[0-9a-f]{8}-[0-9a-f]{4}-/iu;

/**
 * Columns that name the thing (customer, patient, device) a row belongs to, several rows each: by the column's name,
 * or because its texts are written like keys. Most values first.
 */
export function findEntityColumns(frame: Frame): string[] {
  return frame.columns
    .map((column) => ({ column, distinct: distinctKeys(column) }))
    .filter(({ column, distinct }) => {
      if (distinct < MINIMAL_ENTITIES || presentRows(column) < MINIMAL_ROWS_EACH * distinct) return false;
      return hasKeyName(column.name) || (column.kind === "categorical" && isWrittenLikeKeys(column));
    })
    .toSorted((left, right) => right.distinct - left.distinct)
    .map(({ column }) => column.name);
}

function hasKeyName(name: string): boolean {
  const words = name
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== "");
  const last = words.at(-1) ?? "";
  if (KEY_WORDS.has(last)) return true;
  if (words.length === 1) return ENTITY_WORDS.has(last);
  return (
    (last === "number" || last === "no" || last === "nr") && words.some((word) => ENTITY_WORDS.has(word))
  );
}

function isWrittenLikeKeys(column: CategoricalColumn): boolean {
  return column.dictionary.every((text) => CODE.test(text));
}

function presentRows(column: Column): number {
  let count = 0;
  for (let row = 0; row < columnLength(column); row++) if (!isMissing(column, row)) count++;
  return count;
}

/** Different values of a column that could hold keys: texts or whole numbers; 0 for any other. */
function distinctKeys(column: Column): number {
  if (column.kind === "categorical") return new Set(column.codes.filter((code) => code >= 0)).size;
  if (column.kind === "text") return new Set(column.values.filter((value) => value !== null)).size;
  if (column.kind !== "numeric") return 0;
  const present = column.values.filter((value) => !Number.isNaN(value));
  return present.every((value) => Number.isSafeInteger(value)) ? new Set(present).size : 0;
}
