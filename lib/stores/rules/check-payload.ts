import type { PayloadRef } from "#core/contract/event.ts";
import { fail, type Result } from "#core/contract/failure.ts";
import { payloadCommitment } from "#core/events/hash.ts";

/** A payload's row, as far as a reader needs it. */
export interface StoredPayload {
  key: Uint8Array;
  content: Uint8Array;
}

/** Whether content and key are what the reference in the chain promises. */
export function isPayloadIntact(ref: PayloadRef, { key, content }: StoredPayload): boolean {
  return content.byteLength === ref.bytes && payloadCommitment(key, content) === ref.commitment;
}

/** The content behind a reference, or why there is none: `payload-erased`, `not-found` or `log-corrupt`. */
export function checkPayload(
  ref: PayloadRef,
  found: { payload: StoredPayload | undefined; isErased: boolean },
): Result<Uint8Array> {
  const details = { commitment: ref.commitment };
  if (found.payload === undefined) {
    return found.isErased
      ? fail("payload-erased", "this content was erased; only its commitment is left in the log.", {
          details,
        })
      : fail("not-found", `no payload with the commitment ${ref.commitment}: run \`swarm log verify\`.`, {
          details,
        });
  }
  if (!isPayloadIntact(ref, found.payload)) {
    return fail(
      "log-corrupt",
      `the payload ${ref.commitment} was changed after it was written: run \`swarm log verify\` and restore it ` +
        "from a backup.",
      { details },
    );
  }
  return { ok: true, value: Uint8Array.from(found.payload.content) };
}
