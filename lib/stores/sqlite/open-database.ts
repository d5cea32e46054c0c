import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { FailureError, failure } from "#core/contract/failure.ts";
import { fileFailure } from "../files/file-failure.ts";
import { type Connection, openConnection } from "./connection.ts";
import { APPLICATION_ID, MIGRATIONS } from "./schema.ts";
import { withFailures } from "./sqlite-failure.ts";

/**
 * Opens `swarm.db` of a home and brings it to the newest schema; makes home and database when there are none.
 * Throws a FailureError: `not-found` when there is nothing to read, `storage-failed` when the file is no database,
 * belongs to another program, was written by a newer version, or cannot be opened.
 */
export function openDatabase(options: {
  home: string;
  isReadOnly: boolean;
  busyTimeoutMs: number;
  /** Other steps than the released ones, for the tests of the stepping itself. */
  migrations?: readonly string[];
}): Connection {
  const { home, isReadOnly, busyTimeoutMs, migrations = MIGRATIONS } = options;
  const path = join(home, "swarm.db");
  if (isReadOnly) {
    if (!existsSync(path)) throw nothingThere(path);
  } else {
    makeHome(home, path);
  }
  return withFailures(path, () => {
    const connection = openConnection({ path, isReadOnly, busyTimeoutMs });
    try {
      // One state for all that is read: another process may be making the same home at this moment.
      connection.snapshot(() => checkVersion(connection, migrations.length));
      if (read(connection, "user_version") < migrations.length) migrate(connection, migrations, isReadOnly);
      return connection;
    } catch (thrown) {
      connection.database.close();
      throw thrown;
    }
  });
}

/** The home holds personal data and keys: what we make there is for its owner alone. */
function makeHome(home: string, path: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    // An empty file is a new database; made here, because the database would make it for everybody to read.
    if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
  } catch (cause) {
    throw fileFailure(cause, `make the home ${home}`);
  }
}

function migrate(connection: Connection, migrations: readonly string[], isReadOnly: boolean): void {
  const { database, path } = connection;
  if (isReadOnly) {
    throw new FailureError(
      failure(
        "storage-failed",
        `${path} has an older schema: open it once for writing to bring it up to date.`,
      ),
    );
  }
  connection.exclusive("full", () => {
    // Again under the lock: another process may have opened the same home in between.
    checkVersion(connection, migrations.length);
    for (const step of migrations.slice(read(connection, "user_version"))) database.exec(step);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${migrations.length}`);
  });
}

/** Only an empty database may lack our mark; only a version that we know may be in it. */
function checkVersion(connection: Connection, known: number): void {
  const { database, path } = connection;
  const version = read(connection, "user_version");
  if (read(connection, "application_id") !== APPLICATION_ID) {
    const isEmpty = database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
    if (!isEmpty || version !== 0 || read(connection, "application_id") !== 0) throw foreign(path);
  }
  if (version > known) throw newer(path, version, known);
}

function read({ database }: Connection, name: "user_version" | "application_id"): number {
  return Number(database.pragma(name, { simple: true }));
}

function nothingThere(path: string): FailureError {
  return new FailureError(
    failure("not-found", `there is no ${path}: check the home, or start a run there first.`),
  );
}

function foreign(path: string): FailureError {
  return new FailureError(
    failure(
      "storage-failed",
      `${path} is a database of another program: move it away, or choose another home.`,
    ),
  );
}

function newer(path: string, version: number, known: number): FailureError {
  return new FailureError(
    failure(
      "storage-failed",
      `${path} was written by a newer Swarm (schema ${version}; this one knows ${known}): use that version, or ` +
        "another home.",
      { details: { schema: version, known } },
    ),
  );
}
