import type { JsonValue } from "#core/contract/json.ts";

/** An id in event data; events without it never reach the tables that ask for it. */
export function textOf(value: JsonValue | undefined): string {
  if (typeof value !== "string") throw new Error("an event names its subject by a text");
  return value;
}
