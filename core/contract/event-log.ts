import type { Event, NewEvent, PayloadRef, StreamRef } from "./event.ts";
import type { Result } from "./failure.ts";
import type { Sha256 } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import type { LeaseToken } from "./lease.ts";

/** Events for one stream. With `expectedSeq` the commit is refused unless the stream ends exactly there. */
export interface StreamAppend {
  stream: StreamRef;
  events: NewEvent[];
  expectedSeq?: number;
}

/** A message to somebody outside, delivered at least once after the commit by whoever reads the outbox. */
export interface OutboxMessage {
  topic: string;
  body: JsonObject;
}

/** Remembers the answer of a mutating request, so that a repeat gets it again and has no second effect. */
export interface IdempotencyRecord {
  principal: string;
  key: string;
  requestHash: Sha256;
  response: JsonObject;
}

/**
 * The only way to change state. All of it commits or none: events (with payloads and projections), outbox rows
 * and the idempotency record. What a later rule needs in the same transaction becomes a member here.
 *
 * `durability: "full"` returns when the bytes are on the disk (decisions, gates, intents of outside effects);
 * `"batched"` returns when they are committed, safe against the death of the process but not of the machine.
 * `fence` makes the commit fail with `lease-lost` unless that lease is still the newest.
 */
export interface Transaction {
  appends: StreamAppend[];
  durability: "full" | "batched";
  fence?: LeaseToken;
  outbox?: OutboxMessage[];
  idempotency?: IdempotencyRecord;
}

export interface LogHead {
  /** Number of events over all streams; the position of the next one. */
  size: number;
}

export interface StreamHead {
  seq: number;
  hash: Sha256;
}

/**
 * The event log. Failures of `commit`: `conflict` (expectedSeq, idempotency key in use with another request),
 * `lease-lost`, `invalid-input` (data too big, not canonical), `storage-failed`.
 */
export interface EventLog {
  commit(transaction: Transaction): Promise<Result<Event[]>>;
  /** Events of one stream after a sequence number, oldest first; at most `limit` (default: all). */
  read(stream: StreamRef, options?: { afterSeq?: number; limit?: number }): Promise<Event[]>;
  /** Events of all streams from a position on, in the order of commit; at most `limit` (default 1000). */
  readAll(options?: { fromPosition?: number; limit?: number }): Promise<Event[]>;
  head(): Promise<LogHead>;
  streamHead(stream: StreamRef): Promise<StreamHead>;
  /**
   * Follows the whole log from a position: what is there, then what comes, commits of other processes included,
   * without gap or duplicate, until the signal aborts.
   */
  follow(options: { fromPosition: number; signal: AbortSignal }): AsyncIterable<Event[]>;
  /** Follows one stream after a sequence number. */
  followStream(stream: StreamRef, options: { afterSeq: number; signal: AbortSignal }): AsyncIterable<Event[]>;
  /** The record of an earlier request with this key, if any. */
  findIdempotency(principal: string, key: string): Promise<IdempotencyRecord | undefined>;
  /** Outbox messages not yet marked as delivered, oldest first. */
  pendingOutbox(limit: number): Promise<(OutboxMessage & { id: number })[]>;
  markDelivered(ids: number[]): Promise<void>;
}

/** Content behind PayloadRefs. `read` checks the commitment and fails with `log-corrupt` on any difference. */
export interface PayloadStore {
  /** Failures: `payload-erased`, `not-found`, `log-corrupt`. */
  read(ref: PayloadRef): Promise<Result<Uint8Array>>;
  /** Deletes content and key; the commitment in the chain stays. True when something was there. */
  erase(commitment: Sha256): Promise<boolean>;
  /** The key of a commitment, for auditors; undefined once erased. */
  key(commitment: Sha256): Promise<Uint8Array | undefined>;
}

/** Reads and parses a JSON payload. */
export async function readJsonPayload(payloads: PayloadStore, ref: PayloadRef): Promise<Result<unknown>> {
  const read = await payloads.read(ref);
  if (!read.ok) return read;
  return { ok: true, value: JSON.parse(new TextDecoder().decode(read.value)) };
}
