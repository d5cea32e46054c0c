import { type Event, type StreamRef, ZERO_HASH } from "#core/contract/event.ts";
import type { IdempotencyRecord, StreamHead } from "#core/contract/event-log.ts";
import type { Sha256 } from "#core/contract/ids.ts";
import type { JsonObject } from "#core/contract/json.ts";
import type { CommitTables, LeaseRow } from "../rules/commit-tables.ts";
import type { Connection } from "./connection.ts";
import type { ProjectionTables } from "./projection-tables.ts";

/** The tables of a commit, and the leases that share its transaction. */
export interface SqliteTables extends CommitTables {
  saveLease(row: LeaseRow): void;
}

const LOG_SIZE = "SELECT COALESCE(MAX(position) + 1, 0) AS size FROM events";
const STREAM_HEAD =
  "SELECT seq, hash FROM events WHERE stream_kind = CAST(? AS TEXT) AND stream_id = CAST(? AS TEXT) " +
  "ORDER BY seq DESC LIMIT 1";
const ADD_EVENT =
  "INSERT INTO events (position, stream_kind, stream_id, seq, type, version, at, body, hash, leaf) " +
  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const ADD_PAYLOAD =
  "INSERT INTO payloads (commitment, position, media_type, key, content) VALUES (?, ?, ?, ?, ?)";
const ADD_OUTBOX_MESSAGE = "INSERT INTO outbox (topic, body) VALUES (?, ?)";
const FIND_IDEMPOTENCY =
  "SELECT request_hash AS requestHash, response FROM idempotency WHERE principal = ? AND key = ?";
const ADD_IDEMPOTENCY =
  "INSERT INTO idempotency (principal, key, request_hash, response, at) VALUES (?, ?, ?, ?, ?)";
const FIND_LEASE = "SELECT owner, fence, expires_at AS expiresAt FROM leases WHERE resource = ?";
const SAVE_LEASE =
  "INSERT INTO leases (resource, owner, fence, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT (resource) " +
  "DO UPDATE SET owner = excluded.owner, fence = excluded.fence, expires_at = excluded.expires_at";

export function createSqliteTables({ statement }: Connection, projections: ProjectionTables): SqliteTables {
  return {
    ...projections,
    logSize: () => statement<[], { size: number }>(LOG_SIZE).get()?.size ?? 0,
    streamHead({ kind, id }: StreamRef) {
      return (
        statement<[string, string], StreamHead>(STREAM_HEAD).get(kind, id) ?? { seq: 0, hash: ZERO_HASH }
      );
    },
    addEvent(event: Event, { body, leaf }) {
      const { position, stream, seq, type, version, at, hash } = event;
      statement(ADD_EVENT).run(position, stream.kind, stream.id, seq, type, version, at, body, hash, leaf);
    },
    addPayload(position, { ref, key, content }) {
      statement(ADD_PAYLOAD).run(ref.commitment, position, ref.mediaType, key, content);
    },
    addOutboxMessage({ topic, body }) {
      statement(ADD_OUTBOX_MESSAGE).run(topic, JSON.stringify(body));
    },
    findIdempotency(principal, key): IdempotencyRecord | undefined {
      const row = statement<[string, string], { requestHash: Sha256; response: string }>(
        FIND_IDEMPOTENCY,
      ).get(principal, key);
      if (row === undefined) return undefined;
      const response = JSON.parse(row.response) as JsonObject; // written by addIdempotency
      return { principal, key, requestHash: row.requestHash, response };
    },
    addIdempotency({ principal, key, requestHash, response }, at) {
      statement(ADD_IDEMPOTENCY).run(principal, key, requestHash, JSON.stringify(response), at);
    },
    findLease(resource) {
      const row = statement<[string], { owner: string | null; fence: number; expiresAt: number }>(
        FIND_LEASE,
      ).get(resource);
      return row === undefined ? undefined : { resource, ...row, owner: row.owner ?? undefined };
    },
    saveLease({ resource, owner, fence, expiresAt }) {
      statement(SAVE_LEASE).run(resource, owner ?? null, fence, expiresAt);
    },
  };
}
