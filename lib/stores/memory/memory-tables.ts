import type { Event, StreamRef } from "#core/contract/event.ts";
import { ZERO_HASH } from "#core/contract/event.ts";
import type { IdempotencyRecord, OutboxMessage } from "#core/contract/event-log.ts";
import type { Result } from "#core/contract/failure.ts";
import type { Sha256 } from "#core/contract/ids.ts";
import type { JsonObject } from "#core/contract/json.ts";
import type { Cell } from "../rules/projection-cells.ts";
import type { CommitTables, LeaseRow, SealedPayload } from "../rules/commit-tables.ts";
import { streamKey } from "../rules/follow-events.ts";

/** An event as text, so that no reader shares an object with another. */
export interface MemoryEvent {
  stream: StreamRef;
  seq: number;
  body: string;
  hash: Sha256;
  leaf: Sha256;
}

export interface MemoryRow {
  document: string;
  cells: readonly Cell[];
}

/** The rows of a memory store, with the way back from a failed change. */
export interface MemoryTables extends CommitTables {
  readonly events: MemoryEvent[];
  /** Positions of each stream's events, oldest first. */
  readonly streams: Map<string, number[]>;
  readonly payloads: Map<string, SealedPayload>;
  readonly erased: Set<string>;
  readonly outbox: Map<number, string>;
  readonly rowsOf: (projection: string) => Map<string, MemoryRow>;
  saveLease(row: LeaseRow): void;
  /** Runs a change; when it fails or throws, everything it did is undone. */
  attempt<Value>(work: () => Result<Value>): Result<Value>;
}

export function createMemoryTables(): MemoryTables {
  const events: MemoryEvent[] = [];
  const streams = new Map<string, number[]>();
  const payloads = new Map<string, SealedPayload>();
  const outbox = new Map<number, string>();
  const idempotency = new Map<string, string>();
  const leases = new Map<string, LeaseRow>();
  const projections = new Map<string, Map<string, MemoryRow>>();
  let nextOutboxId = 1;
  let undo: (() => void)[] = [];

  const set = <Key, Value>(map: Map<Key, Value>, key: Key, value: Value) => {
    const before = map.get(key);
    const existed = map.has(key);
    undo.push(() => (existed && before !== undefined ? map.set(key, before) : map.delete(key)));
    map.set(key, value);
  };
  const rowsOf = (projection: string) => {
    let rows = projections.get(projection);
    if (rows === undefined) {
      rows = new Map();
      projections.set(projection, rows);
    }
    return rows;
  };
  const positionsOf = (stream: StreamRef) => streams.get(streamKey(stream)) ?? [];

  return {
    events,
    streams,
    payloads,
    erased: new Set(),
    outbox,
    rowsOf,
    attempt(work) {
      undo = [];
      let result: ReturnType<typeof work> | undefined;
      try {
        result = work();
        return result;
      } finally {
        if (result?.ok !== true) for (const step of undo.toReversed()) step();
        undo = [];
      }
    },
    logSize: () => events.length,
    streamHead(stream) {
      const last = positionsOf(stream).at(-1);
      const event = last === undefined ? undefined : events[last];
      return event === undefined ? { seq: 0, hash: ZERO_HASH } : { seq: event.seq, hash: event.hash };
    },
    findLease(resource) {
      const row = leases.get(resource);
      return row === undefined ? undefined : { ...row };
    },
    saveLease: (row) => void leases.set(row.resource, { ...row }),
    findIdempotency(principal, key) {
      const text = idempotency.get(JSON.stringify([principal, key]));
      return text === undefined ? undefined : (JSON.parse(text) as IdempotencyRecord); // written below
    },
    addEvent(event: Event, sealed) {
      const positions = positionsOf(event.stream);
      streams.set(streamKey(event.stream), positions);
      positions.push(event.position);
      events.push({
        stream: event.stream,
        seq: event.seq,
        body: sealed.body,
        hash: event.hash,
        leaf: sealed.leaf,
      });
      undo.push(() => {
        positions.pop();
        events.pop();
      });
    },
    addPayload: (_position, payload) => set(payloads, payload.ref.commitment, payload),
    addOutboxMessage(message: OutboxMessage) {
      const id = nextOutboxId;
      undo.push(() => {
        nextOutboxId = id;
      });
      nextOutboxId += 1;
      set(outbox, id, JSON.stringify(message));
    },
    addIdempotency: (record) =>
      set(idempotency, JSON.stringify([record.principal, record.key]), JSON.stringify(record)),
    findRow(projection, key) {
      const row = rowsOf(projection.name).get(key);
      return row === undefined ? undefined : (JSON.parse(row.document) as JsonObject); // written below
    },
    saveRow: (projection, key, { row, cells }) =>
      set(rowsOf(projection.name), key, { document: JSON.stringify(row), cells }),
    deleteRow(projection, key) {
      const rows = rowsOf(projection.name);
      const before = rows.get(key);
      if (before !== undefined) undo.push(() => rows.set(key, before));
      rows.delete(key);
    },
  };
}
