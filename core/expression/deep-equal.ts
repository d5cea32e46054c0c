import type { JsonValue } from "#core/contract/json.ts";

/**
 * Equality of JSON values: the order of members does not matter, nothing is converted. Keeps its own stack, so
 * that data nested deeply by someone else cannot exhaust the runtime's.
 */
export function deepEqual(left: JsonValue, right: JsonValue): boolean {
  const pairs: [JsonValue, JsonValue][] = [[left, right]];
  for (;;) {
    const pair = pairs.pop();
    if (pair === undefined) return true;
    const [one, other] = pair;
    if (one === other) continue;
    if (one === null || other === null || typeof one !== "object" || typeof other !== "object") return false;
    if (Array.isArray(one)) {
      if (!Array.isArray(other) || one.length !== other.length) return false;
      for (const [index, item] of one.entries()) pairs.push([item, other[index] ?? null]);
      continue;
    }
    if (Array.isArray(other)) return false;
    const names = Object.keys(one);
    if (names.length !== Object.keys(other).length) return false;
    for (const name of names) {
      if (!Object.hasOwn(other, name)) return false;
      pairs.push([one[name] ?? null, other[name] ?? null]);
    }
  }
}
