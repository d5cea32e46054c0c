import { FailureError, failure } from "#core/contract/failure.ts";
import type { ProjectionDefinition } from "#core/contract/projection.ts";
import { foldProjections } from "../rules/fold-projections.ts";
import type { Connection } from "./connection.ts";
import { createEventReader } from "./event-reader.ts";
import { createStatements, type ProjectionTables, quoted, shapeOf, tableOf } from "./projection-tables.ts";

/** How many events a rebuild holds in memory at a time. */
const BATCH = 1000;

/**
 * Makes the tables of projections and folds the log into them when the set or the columns differ from what the
 * database has. Throws a FailureError when the log cannot be folded; then nothing has changed.
 */
export function setUpProjections(
  connection: Connection,
  definitions: readonly ProjectionDefinition[],
  tables: ProjectionTables,
): void {
  if (areProjectionsCurrent(connection, definitions)) return;
  connection.exclusive("full", () => {
    // Another process may have done it while this one waited for the lock.
    if (areProjectionsCurrent(connection, definitions)) return;
    const { database } = connection;
    for (const name of storedShapes(connection).keys()) {
      database.exec(`DROP VIEW IF EXISTS ${quoted(name)}; DROP TABLE IF EXISTS ${tableOf(name)}`);
    }
    database.exec("DELETE FROM projections");
    const remember = database.prepare("INSERT INTO projections (name, description, shape) VALUES (?, ?, ?)");
    for (const definition of definitions) {
      for (const text of createStatements(definition)) database.exec(text);
      remember.run(definition.name, definition.description, shapeOf(definition));
    }
    foldLog(connection, definitions, tables);
  });
}

/** Empties the tables and folds the whole log again, in one transaction. */
export function rebuildProjections(
  connection: Connection,
  definitions: readonly ProjectionDefinition[],
  tables: ProjectionTables,
): void {
  connection.exclusive("full", () => {
    tables.clear();
    foldLog(connection, definitions, tables);
  });
}

/** Whether the database has exactly the projections that these definitions describe. */
export function areProjectionsCurrent(
  connection: Connection,
  definitions: readonly ProjectionDefinition[],
): boolean {
  const stored = storedShapes(connection);
  return (
    stored.size === definitions.length &&
    definitions.every((definition) => stored.get(definition.name) === shapeOf(definition))
  );
}

function storedShapes({ statement }: Connection): Map<string, string> {
  const rows = statement<[], { name: string; shape: string }>("SELECT name, shape FROM projections").all();
  return new Map(rows.map(({ name, shape }) => [name, shape]));
}

function foldLog(
  connection: Connection,
  definitions: readonly ProjectionDefinition[],
  tables: ProjectionTables,
): void {
  const reader = createEventReader(connection);
  let position = 0;
  for (;;) {
    const events = reader.readLog(position, BATCH);
    for (const event of events) {
      const folded = foldProjections(tables, definitions, event);
      if (!folded.ok) throw new FailureError(folded.failure);
    }
    if (events.length < BATCH) return;
    position += events.length;
  }
}

/** What a process is told whose projections are not those of the database. */
export function staleProjections(path: string): FailureError {
  return new FailureError(
    failure(
      "storage-failed",
      `${path} has other projections than this process: another version of Swarm opened it. Restart this process; ` +
        "a read-only reader must wait until a writer of its version has opened the home.",
    ),
  );
}
