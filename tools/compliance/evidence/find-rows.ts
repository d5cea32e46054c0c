/** An object found somewhere in recorded JSON, with what surrounds it. */
export interface FoundRow {
  row: Readonly<Record<string, unknown>>;
  /** Its key in a record, undefined in a list. */
  key: string | undefined;
  /** The objects around it, nearest first, each with its own key. */
  around: { value: Readonly<Record<string, unknown>>; key: string | undefined }[];
  /** Keys from the top to the row, joined by dots. */
  path: string;
}

const MAX_VISITS = 200_000;

/**
 * Objects that satisfy a test, in the order in which the document holds them; what is inside a found row is not
 * searched. Recorded results are read by what they say rather than by where they say it, so that a document may be
 * written from results of older runs too.
 */
export function findRows(
  document: unknown,
  isWanted: (row: Readonly<Record<string, unknown>>) => boolean,
): FoundRow[] {
  const found: FoundRow[] = [];
  let visits = 0;
  const visit = (value: unknown, key: string | undefined, around: FoundRow["around"], path: string): void => {
    visits += 1;
    if (visits > MAX_VISITS || typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value as unknown[]) visit(item, undefined, around, path);
      return;
    }
    const row = value as Readonly<Record<string, unknown>>; // an object that is no list has members by name
    if (isWanted(row)) {
      found.push({ row, key, around, path });
      return;
    }
    const inner = [{ value: row, key }, ...around];
    for (const [name, member] of Object.entries(row))
      visit(member, name, inner, path === "" ? name : `${path}.${name}`);
  };
  visit(document, undefined, [], "");
  return found;
}

/** The first of the named members that is a finite number. */
export function numberIn(
  row: Readonly<Record<string, unknown>>,
  names: readonly string[],
): number | undefined {
  for (const name of names) {
    const value = row[name];
    if (typeof value === "number" && Number.isFinite(value)) return value;
  }
  return undefined;
}

/** The first of the named members that is a text. */
export function textIn(row: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = row[name];
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

/** All finite numbers of a row and of objects directly in it, by name. */
export function numbersOf(row: Readonly<Record<string, unknown>>): Record<string, number> {
  const numbers: Record<string, number> = {};
  const take = (object: object) => {
    for (const [name, value] of Object.entries(object)) {
      if (typeof value === "number" && Number.isFinite(value) && !Object.hasOwn(numbers, name))
        numbers[name] = value;
    }
  };
  take(row);
  for (const value of Object.values(row)) {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) take(value);
  }
  return numbers;
}

/** A list of numbers, or undefined. */
export function numberList(value: unknown): number[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const numbers = value.filter((item): item is number => typeof item === "number" && Number.isFinite(item));
  return numbers.length === value.length ? numbers : undefined;
}
