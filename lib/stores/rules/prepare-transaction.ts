import { isoTime, type Clock, type RandomBytes } from "#core/contract/clock.ts";
import { type NewEvent, type NewPayload, StreamRef } from "#core/contract/event.ts";
import type { IdempotencyRecord, OutboxMessage, Transaction } from "#core/contract/event-log.ts";
import { fail, type Result } from "#core/contract/failure.ts";
import type { LeaseToken } from "#core/contract/lease.ts";
import { canonicalJson } from "#core/events/canonical-json.ts";
import { payloadCommitment } from "#core/events/hash.ts";
import type { SealedPayload } from "./commit-tables.ts";

interface PreparedEvent {
  draft: NewEvent;
  payload: SealedPayload | undefined;
}

/** A transaction with all the work done that needs no place in the log, so that the write lock is held short. */
export interface PreparedTransaction {
  appends: { stream: StreamRef; events: PreparedEvent[]; expectedSeq: number | undefined }[];
  durability: Transaction["durability"];
  fence: LeaseToken | undefined;
  outbox: readonly OutboxMessage[];
  idempotency: IdempotencyRecord | undefined;
  /** The time of the call; events without a time of their own take it. */
  at: string;
}

/**
 * Seals the payloads of a transaction and checks its streams. Payload content is copied; the rest of the
 * transaction belongs to the store until the commit has answered. Fails with `invalid-input`.
 */
export function prepareTransaction(
  transaction: Transaction,
  sources: { clock: Clock; random: RandomBytes },
): Result<PreparedTransaction> {
  const appends: PreparedTransaction["appends"] = [];
  for (const append of transaction.appends) {
    const stream = StreamRef.safeParse(append.stream);
    if (!stream.success) {
      const problem = stream.error.issues[0]?.message ?? "not a stream";
      return fail("invalid-input", `stream ${JSON.stringify(append.stream)}: ${problem}`);
    }
    const events: PreparedEvent[] = [];
    for (const draft of append.events) {
      const payload = sealPayload(draft.payload, sources.random);
      if (!payload.ok) {
        return fail("invalid-input", `${draft.type}: payload: ${payload.failure.message}`, {
          details: { type: draft.type },
        });
      }
      events.push({ draft, payload: payload.value });
    }
    appends.push({ stream: stream.data, events, expectedSeq: append.expectedSeq });
  }
  return {
    ok: true,
    value: {
      appends,
      durability: transaction.durability,
      fence: transaction.fence,
      outbox: transaction.outbox ?? [],
      idempotency: transaction.idempotency,
      at: isoTime(sources.clock.now()),
    },
  };
}

function sealPayload(
  payload: NewPayload | undefined,
  random: RandomBytes,
): Result<SealedPayload | undefined> {
  if (payload === undefined) return { ok: true, value: undefined };
  const content = payloadContent(payload);
  if (!content.ok) return content;
  const key = random(32);
  const ref = {
    commitment: payloadCommitment(key, content.value),
    bytes: content.value.byteLength,
    mediaType: payload.mediaType,
  };
  return { ok: true, value: { ref, key, content: content.value } };
}

function payloadContent(payload: NewPayload): Result<Uint8Array> {
  if ("bytes" in payload) return { ok: true, value: Uint8Array.from(payload.bytes) };
  try {
    return { ok: true, value: new TextEncoder().encode(canonicalJson(payload.json)) };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return fail("invalid-input", cause.message);
  }
}
