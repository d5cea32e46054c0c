import { Event } from "#core/contract/event.ts";
import { canonicalJson } from "./canonical-json.ts";

/**
 * Reads the canonical text of a whole event, `hash` included: the form of a leaf, a tile entry and a line of an
 * export. Bytes that mean the same but are not canonical are a fault, so that no byte can change unseen. Whether
 * the hashes fit is not looked at.
 */
export function readEntry(entry: Uint8Array | string): { event: Event } | { fault: string } {
  try {
    // ignoreBOM keeps a byte order mark in the text, where JSON.parse refuses it.
    const text =
      typeof entry === "string"
        ? entry
        : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(entry);
    const value: unknown = JSON.parse(text);
    const parsed = Event.safeParse(value);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return { fault: `no event: ${issue?.path.join(".") || "event"}: ${issue?.message ?? "unknown"}` };
    }
    if (canonicalJson(value) !== text) return { fault: "not in canonical form" };
    // The parser's copy lacks members named __proto__, which JSON may hold and the hash covers; `value` was just checked.
    return { event: value as Event };
  } catch (error) {
    return { fault: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}
