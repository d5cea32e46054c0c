import type { JsonObject } from "#core/contract/json.ts";

/** A column of a projection's row as text; empty for null and for what is no text or number. */
export function rowText(row: JsonObject, name: string): string {
  const value = row[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
