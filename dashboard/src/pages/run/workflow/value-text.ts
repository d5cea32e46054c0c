import type { JsonValue } from "#core/contract/json.ts";

/** A value in a few characters: numbers to four digits, texts shortened. */
export function valueText(value: JsonValue): string {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : value.toPrecision(4);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
