import type { Event, PayloadRef, StreamRef } from "#core/contract/event.ts";
import type { IdempotencyRecord, OutboxMessage, StreamHead } from "#core/contract/event-log.ts";
import type { JsonObject } from "#core/contract/json.ts";
import type { ProjectionDefinition } from "#core/contract/projection.ts";
import type { SealedEvent } from "#core/events/seal.ts";
import type { Cell } from "./projection-cells.ts";

/** A lease as it is kept: the row outlives its release, because the fence must never go back. */
export interface LeaseRow {
  resource: string;
  /** undefined once released. */
  owner: string | undefined;
  fence: number;
  /** Milliseconds since 1970 UTC. */
  expiresAt: number;
}

/** Content that lies outside the chain, with the key of its commitment. */
export interface SealedPayload {
  ref: PayloadRef;
  key: Uint8Array;
  content: Uint8Array;
}

/** A row to be kept, with the values of its columns now and, when there was such a row, before. */
export interface RowChange {
  row: JsonObject;
  cells: readonly Cell[];
  cellsBefore: readonly Cell[] | undefined;
}

/** The rows of all projections. */
export interface ProjectionRows {
  findRow(projection: ProjectionDefinition, key: string): JsonObject | undefined;
  saveRow(projection: ProjectionDefinition, key: string, change: RowChange): void;
  deleteRow(projection: ProjectionDefinition, key: string): void;
}

/**
 * What a commit reads and writes, as plain tables inside one open transaction. The rules of a commit are written
 * once, over this; an adapter only brings rows and the power to roll them back.
 */
export interface CommitTables extends ProjectionRows {
  logSize(): number;
  streamHead(stream: StreamRef): StreamHead;
  findLease(resource: string): LeaseRow | undefined;
  findIdempotency(principal: string, key: string): IdempotencyRecord | undefined;
  addEvent(event: Event, sealed: SealedEvent): void;
  addPayload(position: number, payload: SealedPayload): void;
  addOutboxMessage(message: OutboxMessage): void;
  addIdempotency(record: IdempotencyRecord, at: string): void;
}
