import type { ProjectionDefinition } from "#core/contract/projection.ts";
import type { Connection } from "./connection.ts";
import { MIGRATIONS } from "./schema.ts";
import { areProjectionsCurrent, staleProjections } from "./set-up-projections.ts";

/**
 * A check that the database still has this process's schema and projections, cheap enough for every commit: only
 * when the schema's counter has moved are they looked at. Without it, a process of an older version would go on
 * writing events that the newer one's projections never see. The check throws a FailureError `storage-failed`.
 */
export function createSchemaCheck(
  connection: Connection,
  projections: readonly ProjectionDefinition[],
): () => void {
  const read = (pragma: "schema_version" | "user_version") =>
    Object.values(connection.statement<[], Record<string, unknown>>(`PRAGMA ${pragma}`).get() ?? {})[0];
  let checked: unknown;
  return () => {
    const version = read("schema_version");
    if (version === checked) return;
    if (read("user_version") !== MIGRATIONS.length || !areProjectionsCurrent(connection, projections)) {
      throw staleProjections(connection.path);
    }
    checked = version;
  };
}
