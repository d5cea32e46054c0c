import type { EventLog, OutboxMessage } from "#core/contract/event-log.ts";
import type { JsonObject } from "#core/contract/json.ts";
import type { ChangeSignal } from "../rules/change-signal.ts";
import { followEvents } from "../rules/follow-events.ts";
import { prepareTransaction } from "../rules/prepare-transaction.ts";
import type { StoresOptions } from "../rules/stores-options.ts";
import type { CommitQueue } from "./commit-queue.ts";
import type { Connection } from "./connection.ts";
import { createEventReader } from "./event-reader.ts";
import type { SqliteTables } from "./sqlite-tables.ts";

/** Runs work after all commits that were asked for before it; its storage errors come out as a FailureError. */
export type InOrder = <Value>(work: () => Value) => Value;

export function createSqliteEventLog(parts: {
  connection: Connection;
  queue: CommitQueue;
  inOrder: InOrder;
  tables: SqliteTables;
  changes: ChangeSignal;
  options: StoresOptions;
}): EventLog {
  const { connection, queue, inOrder, tables, changes, options } = parts;
  const reader = createEventReader(connection);

  return {
    async commit(transaction) {
      const prepared = prepareTransaction(transaction, options);
      return prepared.ok ? queue.submit(prepared.value) : prepared;
    },
    async read(stream, { afterSeq = 0, limit = Infinity } = {}) {
      return inOrder(() => reader.readStream(stream, afterSeq, limit));
    },
    async readAll({ fromPosition = 0, limit = 1000 } = {}) {
      return inOrder(() => reader.readLog(fromPosition, limit));
    },
    async head() {
      return inOrder(() => ({ size: tables.logSize() }));
    },
    async streamHead(stream) {
      return inOrder(() => tables.streamHead(stream));
    },
    follow({ fromPosition, signal }) {
      return followEvents({
        changes,
        signal,
        stream: undefined,
        readAfter: (last, limit) =>
          inOrder(() => reader.readLog(last === undefined ? fromPosition : last.position + 1, limit)),
      });
    },
    followStream(stream, { afterSeq, signal }) {
      return followEvents({
        changes,
        signal,
        stream,
        readAfter: (last, limit) => inOrder(() => reader.readStream(stream, last?.seq ?? afterSeq, limit)),
      });
    },
    async findIdempotency(principal, key) {
      return inOrder(() => tables.findIdempotency(principal, key));
    },
    async pendingOutbox(limit) {
      return inOrder(() =>
        connection
          .statement<[number], { id: number; topic: string; body: string }>(
            "SELECT id, topic, body FROM outbox ORDER BY id LIMIT CAST(? AS INTEGER)",
          )
          .all(limit)
          .map(({ id, topic, body }): OutboxMessage & { id: number } => ({
            id,
            topic,
            body: JSON.parse(body) as JsonObject, // written by addOutboxMessage
          })),
      );
    },
    async markDelivered(ids) {
      inOrder(() =>
        connection.exclusive("batched", () => {
          const remove = connection.statement<[number]>("DELETE FROM outbox WHERE id = ?");
          for (const id of ids) remove.run(id);
        }),
      );
    },
  };
}
