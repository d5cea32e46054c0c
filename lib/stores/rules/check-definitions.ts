import type { ProjectionDefinition } from "#core/contract/projection.ts";

const IDENTIFIER = /^[a-z][a-z0-9_]{0,62}$/;

/** Names that stores use for themselves. */
const RESERVED = new Set([
  "events",
  "payloads",
  "erasures",
  "outbox",
  "idempotency",
  "leases",
  "projections",
]);

/**
 * Throws when a projection's name or column cannot be a name in a database: names go into statements as they are,
 * so anything but a plain identifier would be a way in.
 */
export function checkDefinitions(definitions: readonly ProjectionDefinition[]): void {
  const names = new Set<string>();
  for (const { name, columns } of definitions) {
    if (!IDENTIFIER.test(name))
      throw new Error(`projection name ${JSON.stringify(name)} is not in snake_case`);
    if (RESERVED.has(name) || name.startsWith("projection_")) {
      throw new Error(`projection name ${name} is taken by the store itself`);
    }
    if (names.has(name)) throw new Error(`two projections are named ${name}`);
    names.add(name);
    const seen = new Set<string>();
    for (const column of columns) {
      if (!IDENTIFIER.test(column.name)) {
        throw new Error(`column ${JSON.stringify(column.name)} of projection ${name} is not in snake_case`);
      }
      if (seen.has(column.name)) throw new Error(`projection ${name} has two columns named ${column.name}`);
      seen.add(column.name);
    }
  }
}
