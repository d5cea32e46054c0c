import type { JsonObject, JsonValue } from "#core/contract/json.ts";

/** Facts are small and flat; below this depth the newer value replaces the older one whole. */
const MAX_OVERLAY_DEPTH = 32;

/** Neither a list nor null. */
export const isJsonObject = (value: JsonValue | undefined): value is JsonObject =>
  value !== undefined && value !== null && typeof value === "object" && !Array.isArray(value);

/** `newer` laid over `older`: objects member by member, everything else replaced. Neither is changed. */
export function deepOverlay(older: JsonObject, newer: JsonObject, depth = 0): JsonObject {
  const members = new Map(Object.entries(older));
  for (const [name, value] of Object.entries(newer)) {
    const before = members.get(name);
    const mergeable = depth < MAX_OVERLAY_DEPTH && isJsonObject(before) && isJsonObject(value);
    members.set(name, mergeable ? deepOverlay(before, value, depth + 1) : value);
  }
  // fromEntries defines members and so cannot set a prototype, whatever their names.
  return Object.fromEntries(members);
}
