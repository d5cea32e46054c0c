import { join } from "node:path";
import type { Stores } from "#core/contract/stores.ts";
import { createFileArtifactStore } from "../files/file-artifact-store.ts";
import { applyTransaction } from "../rules/apply-transaction.ts";
import { createChangeSignal } from "../rules/change-signal.ts";
import { checkDefinitions } from "../rules/check-definitions.ts";
import { streamKey } from "../rules/follow-events.ts";
import { createRunLeases } from "../rules/run-leases.ts";
import type { StoresOptions } from "../rules/stores-options.ts";
import { createCommitQueue } from "./commit-queue.ts";
import { openDatabase } from "./open-database.ts";
import { createProjectionTables } from "./projection-tables.ts";
import { createSchemaCheck } from "./schema-check.ts";
import { setUpProjections } from "./set-up-projections.ts";
import { createSqliteEventLog, type InOrder } from "./sqlite-event-log.ts";
import { withFailures } from "./sqlite-failure.ts";
import { createSqliteIntegrity } from "./sqlite-integrity.ts";
import { createSqlitePayloadStore } from "./sqlite-payload-store.ts";
import { createSqliteProjectionReader } from "./sqlite-projection-reader.ts";
import { createSqliteTables } from "./sqlite-tables.ts";

export interface SqliteStoresOptions extends StoresOptions {
  /** Folder of `swarm.db` and `artifacts/`; made when missing. */
  home: string;
  /**
   * Refuses all writes; the home must exist. Works on a log that is damaged, for the sake of its verifier. The folder
   * must be writable all the same unless a writer has it open: readers keep their locks in a file there.
   */
  readOnly?: boolean;
  /** How long a write waits, blocking the process, for the writer of another process. Default 5000. */
  busyTimeoutMs?: number;
  /** How often followers look for commits of other processes. Default 100. */
  pollMs?: number;
}

/**
 * Stores over one home: a SQLite database and artifact files. Several processes may open the same home. Throws a
 * FailureError when the home cannot be used (`storage-failed`, `not-found`), an Error when a projection's names are
 * no identifiers.
 */
export function createSqliteStores(options: SqliteStoresOptions): Stores {
  const {
    home,
    clock,
    projections,
    readOnly: isReadOnly = false,
    busyTimeoutMs = 5000,
    pollMs = 100,
  } = options;
  checkDefinitions(projections);
  const artifacts = createFileArtifactStore({ folder: join(home, "artifacts"), clock, isReadOnly });
  const connection = openDatabase({ home, isReadOnly, busyTimeoutMs });
  const { path } = connection;
  const projectionTables = createProjectionTables(connection, projections);
  if (!isReadOnly) setUpOrClose();
  const checkSchema = createSchemaCheck(connection, projections);
  const tables = createSqliteTables(connection, projectionTables);
  const changes = createChangeSignal({ poll: hasChangedElsewhere, everyMs: pollMs });
  const queue = createCommitQueue({
    connection,
    checkSchema,
    apply: (transaction) => applyTransaction(transaction, tables, projections),
    announce: (events) => {
      if (events.length > 0) changes.announce(new Set(events.map((event) => streamKey(event.stream))));
    },
  });
  const inOrder: InOrder = (work) => {
    queue.flush();
    return withFailures(path, work);
  };

  /** A poll that fails is news: the next read of each follower says what is wrong. */
  function hasChangedElsewhere(): boolean {
    try {
      return connection.hasChangedElsewhere();
    } catch {
      return true;
    }
  }

  function setUpOrClose() {
    try {
      withFailures(path, () => setUpProjections(connection, projections, projectionTables));
    } catch (thrown) {
      connection.database.close();
      throw thrown;
    }
  }

  return {
    log: createSqliteEventLog({ connection, queue, inOrder, tables, changes, options }),
    payloads: createSqlitePayloadStore(connection, inOrder, clock),
    artifacts,
    leases: createRunLeases(
      {
        exclusive: (work) => inOrder(() => connection.exclusive("batched", work)),
        findLease: (resource) => inOrder(() => tables.findLease(resource)),
        saveLease: (row) => tables.saveLease(row),
      },
      options,
    ),
    projections: createSqliteProjectionReader({
      connection,
      inOrder,
      tables: projectionTables,
      definitions: projections,
      checkSchema,
    }),
    integrity: createSqliteIntegrity(connection, inOrder),
    async close() {
      if (!connection.database.open) return;
      queue.flush();
      changes.close();
      try {
        if (!isReadOnly) withFailures(path, () => connection.emptyWriteAheadLog());
      } finally {
        connection.database.close();
      }
    },
  };
}
