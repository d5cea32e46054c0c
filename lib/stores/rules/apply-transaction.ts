import type { Event, StreamRef } from "#core/contract/event.ts";
import { fail, type Result } from "#core/contract/failure.ts";
import type { ProjectionDefinition } from "#core/contract/projection.ts";
import { sealEvent } from "#core/events/seal.ts";
import type { CommitTables, SealedPayload } from "./commit-tables.ts";
import { foldProjections } from "./fold-projections.ts";
import type { PreparedTransaction } from "./prepare-transaction.ts";
import { parseStoredEvent } from "./stored-event.ts";

/**
 * The rules of a commit, in their order: fence, idempotency, then per stream the expected end, and per event seal,
 * payload and projections; outbox and idempotency record last. On a failure the caller must roll the tables back.
 */
export function applyTransaction(
  transaction: PreparedTransaction,
  tables: CommitTables,
  projections: readonly ProjectionDefinition[],
): Result<Event[]> {
  const allowed = checkFence(transaction, tables) ?? checkIdempotency(transaction, tables);
  if (allowed !== undefined) return allowed;
  const events: Event[] = [];
  let position = tables.logSize();
  for (const append of transaction.appends) {
    let { seq, hash } = tables.streamHead(append.stream);
    if (append.expectedSeq !== undefined && append.expectedSeq !== seq) {
      return unexpectedEnd(append.stream, append.expectedSeq, seq);
    }
    for (const { draft, payload } of append.events) {
      seq += 1;
      const place = { stream: append.stream, seq, position, prevHash: hash, at: transaction.at };
      const added = addEvent(tables, {
        seal: () => sealEvent(draft, payload === undefined ? place : { ...place, payloadRef: payload.ref }),
        payload,
        type: draft.type,
      });
      if (!added.ok) return added;
      const folded = foldProjections(tables, projections, added.value);
      if (!folded.ok) return folded;
      events.push(added.value);
      hash = added.value.hash;
      position += 1;
    }
  }
  for (const message of transaction.outbox) tables.addOutboxMessage(message);
  if (transaction.idempotency !== undefined) tables.addIdempotency(transaction.idempotency, transaction.at);
  return { ok: true, value: events };
}

/**
 * The event handed on is read back from the text that is stored: callers and projections see exactly what a later
 * reader and a rebuild will see, and no object of the writer's.
 */
function addEvent(
  tables: CommitTables,
  one: { seal: () => ReturnType<typeof sealEvent>; payload: SealedPayload | undefined; type: string },
): Result<Event> {
  const sealed = one.seal();
  if (!sealed.ok) return sealed;
  const stored = parseStoredEvent(sealed.value.body, sealed.value.event.hash);
  if (!stored.ok) {
    return fail("invalid-input", `${one.type}: ${stored.failure.message}`, { details: { type: one.type } });
  }
  tables.addEvent(stored.value, sealed.value);
  if (one.payload !== undefined) tables.addPayload(stored.value.position, one.payload);
  return stored;
}

function checkFence(
  { fence }: PreparedTransaction,
  tables: CommitTables,
): ReturnType<typeof fail> | undefined {
  if (fence === undefined) return undefined;
  const lease = tables.findLease(fence.resource);
  if (lease?.owner === fence.owner && lease.fence === fence.fence) return undefined;
  return fail(
    "lease-lost",
    `${fence.owner} no longer holds the lease of ${fence.resource} (fence ${fence.fence}, the newest is ` +
      `${lease?.fence ?? "none"}): nothing was written; stop, the newer holder goes on.`,
    {
      details: {
        resource: fence.resource,
        owner: fence.owner,
        fence: fence.fence,
        newestFence: lease?.fence ?? null,
        newestOwner: lease?.owner ?? null,
      },
    },
  );
}

function checkIdempotency(
  { idempotency }: PreparedTransaction,
  tables: CommitTables,
): ReturnType<typeof fail> | undefined {
  if (idempotency === undefined) return undefined;
  const earlier = tables.findIdempotency(idempotency.principal, idempotency.key);
  if (earlier === undefined) return undefined;
  const sameRequest = earlier.requestHash === idempotency.requestHash;
  return fail(
    "conflict",
    sameRequest
      ? `the request with idempotency key ${idempotency.key} was carried out before: answer with its record.`
      : `idempotency key ${idempotency.key} was used for another request: send this one with a new key.`,
    { details: { idempotencyKey: idempotency.key, sameRequest } },
  );
}

function unexpectedEnd(stream: StreamRef, expectedSeq: number, actualSeq: number): ReturnType<typeof fail> {
  return fail(
    "conflict",
    `stream ${stream.kind}/${stream.id} ends at ${actualSeq}, not at ${expectedSeq}: somebody else wrote; ` +
      "read what is new and decide again.",
    { details: { stream: { ...stream }, expectedSeq, actualSeq } },
  );
}
