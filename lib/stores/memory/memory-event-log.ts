import type { Event } from "#core/contract/event.ts";
import type { EventLog, OutboxMessage } from "#core/contract/event-log.ts";
import { fail, FailureError } from "#core/contract/failure.ts";
import { applyTransaction } from "../rules/apply-transaction.ts";
import type { ChangeSignal } from "../rules/change-signal.ts";
import { followEvents, streamKey } from "../rules/follow-events.ts";
import { prepareTransaction } from "../rules/prepare-transaction.ts";
import type { StoresOptions } from "../rules/stores-options.ts";
import { parseStoredEvent } from "../rules/stored-event.ts";
import type { MemoryEvent, MemoryTables } from "./memory-tables.ts";

/** The event log over tables in memory. Durability asks for nothing here: all dies with the process. */
export function createMemoryEventLog(
  tables: MemoryTables,
  changes: ChangeSignal,
  options: StoresOptions,
): EventLog {
  const readStream = (key: string, afterSeq: number, limit: number): Event[] => {
    const positions = tables.streams.get(key) ?? []; // seq is dense from 1, so it is an index too
    return eventsOf(positions.slice(afterSeq, afterSeq + limit).map((position) => tables.events[position]));
  };
  const readLog = (fromPosition: number, limit: number): Event[] =>
    eventsOf(tables.events.slice(fromPosition, fromPosition + limit));

  return {
    async commit(transaction) {
      const prepared = prepareTransaction(transaction, options);
      if (!prepared.ok) return prepared;
      if (changes.isClosed) return fail("storage-failed", "these stores were closed: open new ones.");
      const result = tables.attempt(() => applyTransaction(prepared.value, tables, options.projections));
      if (result.ok) changes.announce(new Set(result.value.map((event) => streamKey(event.stream))));
      return result;
    },
    async read(stream, { afterSeq = 0, limit = Infinity } = {}) {
      return readStream(streamKey(stream), Math.max(0, afterSeq), Math.max(0, limit));
    },
    async readAll({ fromPosition = 0, limit = 1000 } = {}) {
      return readLog(Math.max(0, fromPosition), Math.max(0, limit));
    },
    async head() {
      return { size: tables.logSize() };
    },
    async streamHead(stream) {
      return tables.streamHead(stream);
    },
    follow({ fromPosition, signal }) {
      return followEvents({
        changes,
        signal,
        stream: undefined,
        readAfter: (last, limit) => readLog(last === undefined ? fromPosition : last.position + 1, limit),
      });
    },
    followStream(stream, { afterSeq, signal }) {
      const key = streamKey(stream);
      return followEvents({
        changes,
        signal,
        stream,
        readAfter: (last, limit) => readStream(key, last?.seq ?? afterSeq, limit),
      });
    },
    async findIdempotency(principal, key) {
      return tables.findIdempotency(principal, key);
    },
    async pendingOutbox(limit) {
      return [...tables.outbox]
        .slice(0, limit)
        .map(([id, text]) => ({ id, ...(JSON.parse(text) as OutboxMessage) })); // written by addOutboxMessage
    },
    async markDelivered(ids) {
      for (const id of ids) tables.outbox.delete(id);
    },
  };
}

function eventsOf(rows: readonly (MemoryEvent | undefined)[]): Event[] {
  return rows.flatMap((row) => {
    if (row === undefined) return [];
    const event = parseStoredEvent(row.body, row.hash);
    if (!event.ok) throw new FailureError(event.failure);
    return [event.value];
  });
}
