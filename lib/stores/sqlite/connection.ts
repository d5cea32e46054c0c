import Database from "better-sqlite3";
import type { Transaction } from "#core/contract/event-log.ts";

/** One open database file with the few ways in which we use transactions. All calls are synchronous. */
export interface Connection {
  readonly database: Database.Database;
  readonly path: string;
  /**
   * A prepared statement, kept for the next use of the same text. Prepared only when first used, so that a log whose
   * schema was damaged can still be opened and scanned. In statements with ORDER BY or LIMIT parameters stand in a
   * CAST: bare ones make the database compile the statement anew at each call, which costs five times as much.
   */
  readonly statement: <Parameters extends unknown[], Row = unknown>(
    sql: string,
  ) => Database.Statement<Parameters, Row>;
  /** Takes the write lock at once, so that what is read before a write cannot change in between. */
  readonly begin: (durability: Transaction["durability"]) => void;
  readonly commit: () => void;
  /** Never throws; does nothing when the database has rolled back by itself, as it does after some errors. */
  readonly rollback: () => void;
  /** A transaction around work: kept when it returns, rolled back when it throws. */
  readonly exclusive: <Value>(durability: Transaction["durability"], work: () => Value) => Value;
  /** Several reads of one and the same state. */
  readonly snapshot: <Value>(work: () => Value) => Value;
  /** Whether another connection has committed since the last call. */
  readonly hasChangedElsewhere: () => boolean;
  /** Moves the write-ahead log into the file and cuts it to nothing, unless a reader elsewhere still needs it. */
  readonly emptyWriteAheadLog: () => void;
}

/**
 * Opens a connection with everything set that the file does not remember by itself. Erased content is overwritten
 * (secure_delete), because erasure must not leave it in free pages.
 */
export function openConnection(options: {
  path: string;
  isReadOnly: boolean;
  busyTimeoutMs: number;
}): Connection {
  const { path, isReadOnly, busyTimeoutMs } = options;
  const database = new Database(path, { readonly: isReadOnly, timeout: busyTimeoutMs });
  try {
    database.pragma("foreign_keys = ON");
    database.pragma("recursive_triggers = ON");
    database.pragma("secure_delete = ON");
    database.pragma("trusted_schema = OFF");
    database.pragma("fullfsync = ON"); // on macOS a plain fsync leaves the bytes in the drive's cache
    if (!isReadOnly) useWriteAheadLog(database);
  } catch (thrown) {
    database.close();
    throw thrown;
  }

  const statements = new Map<string, Database.Statement>();
  const synchronous = { full: "synchronous = FULL", batched: "synchronous = NORMAL" } as const;
  let durabilityNow: Transaction["durability"] | undefined;
  let dataVersion: unknown;

  const connection: Connection = {
    database,
    path,
    statement<Parameters extends unknown[], Row>(sql: string) {
      let found = statements.get(sql);
      if (found === undefined) {
        found = database.prepare(sql);
        statements.set(sql, found);
      }
      return found as Database.Statement<Parameters, Row>; // the text decides both, and only its author knows
    },
    begin(durability) {
      if (durability !== durabilityNow) {
        database.pragma(synchronous[durability]); // takes no effect inside a transaction
        durabilityNow = durability;
      }
      connection.statement("BEGIN IMMEDIATE").run();
    },
    commit: () => void connection.statement("COMMIT").run(),
    rollback() {
      if (!database.inTransaction) return;
      try {
        connection.statement("ROLLBACK").run();
      } catch {
        // The failure that led here is the one to tell. A transaction that stays open makes the next begin fail.
      }
    },
    exclusive(durability, work) {
      connection.begin(durability);
      try {
        const value = work();
        connection.commit();
        return value;
      } catch (thrown) {
        connection.rollback();
        throw thrown;
      }
    },
    snapshot(work) {
      connection.statement("BEGIN").run();
      try {
        return work();
      } finally {
        connection.rollback();
      }
    },
    hasChangedElsewhere() {
      const before = dataVersion;
      dataVersion = database.pragma("data_version", { simple: true });
      return dataVersion !== before;
    },
    emptyWriteAheadLog() {
      // Waiting for a reader would block this process; the next call gets what this one must leave.
      database.pragma(`busy_timeout = ${Math.min(busyTimeoutMs, 200)}`);
      try {
        database.pragma("wal_checkpoint(TRUNCATE)");
      } finally {
        database.pragma(`busy_timeout = ${busyTimeoutMs}`);
      }
    },
  };
  return connection;
}

/**
 * Switching the journal mode needs the file for itself and does not wait for it, unlike all else: when several
 * processes open a new home at once, the later ones try again.
 */
function useWriteAheadLog(database: Database.Database): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let attempt = 1; ; attempt += 1) {
    try {
      database.pragma("journal_mode = WAL");
      return;
    } catch (thrown) {
      const isBusy = thrown instanceof Database.SqliteError && thrown.code.startsWith("SQLITE_BUSY");
      if (!isBusy || attempt === 50) throw thrown;
      Atomics.wait(sleeper, 0, 0, 20); // opening is synchronous, so the pause must be too
    }
  }
}
