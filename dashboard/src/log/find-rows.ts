import { objectOf } from "./read-message.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";

const MAX_VISITS = 100_000;

/**
 * Objects anywhere in a document that satisfy a test, in the document's order, each with its own key; what lies inside
 * a found one is not searched. Reports are read by what they say, not by where they say it, because reports of older
 * versions are shown too.
 */
export function findRows(
  document: JsonValue | undefined,
  isWanted: (row: JsonObject, path: string) => boolean,
): { row: JsonObject; key: string; path: string }[] {
  const found: { row: JsonObject; key: string; path: string }[] = [];
  let visits = 0;
  const visit = (value: JsonValue | undefined, key: string, path: string): void => {
    visits += 1;
    if (visits > MAX_VISITS) return;
    if (Array.isArray(value)) {
      for (const item of value) visit(item, key, path);
      return;
    }
    const row = objectOf(value);
    if (row === undefined) return;
    if (isWanted(row, path)) {
      found.push({ row, key, path });
      return;
    }
    for (const [name, member] of Object.entries(row)) visit(member, name, `${path}.${name}`);
  };
  visit(document, "", "");
  return found;
}

/** The first of the named members that is a number. */
export function numberIn(row: JsonObject, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = row[name];
    if (typeof value === "number") return value;
  }
  return undefined;
}

/** The first of the named members that is a text with something in it. */
export function textIn(row: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = row[name];
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}
