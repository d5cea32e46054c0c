import type { z } from "zod";
import type { JsonObject } from "#core/contract/json.ts";
import { WellKnownFacts } from "../../facts.ts";

type FactName = keyof typeof WellKnownFacts;

/** The facts of a run that a document may speak of; absent ones were never established. */
export type KnownFacts = { [Name in FactName]?: z.output<(typeof WellKnownFacts)[Name]> };

/**
 * Reads the well-known facts. One that does not fit its shape is left out and named in `unreadable`: a document
 * says so instead of printing half of it.
 */
export function readFacts(facts: JsonObject): { known: KnownFacts; unreadable: string[] } {
  const known: Record<string, unknown> = {};
  const unreadable: string[] = [];
  for (const [name, schema] of Object.entries(WellKnownFacts)) {
    if (facts[name] === undefined) continue;
    const parsed = schema.safeParse(facts[name]);
    if (parsed.success) known[name] = parsed.data;
    else unreadable.push(name);
  }
  return { known, unreadable };
}
