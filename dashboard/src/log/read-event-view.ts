import type { EventView } from "#api/contract/pipeline.ts";
import type { Actor } from "#core/contract/actor.ts";
import type { Event, PayloadRef } from "#core/contract/event.ts";
import type { Sha256 } from "#core/contract/ids.ts";
import { type RunEvent, readRunEvent } from "#core/events/run-event.ts";

/**
 * Reads an event from the API as the runtime's own run event: old versions are lifted and the data is parsed by the
 * same code that wrote it. What only the chain needs (the previous hash, the payload's commitment) does not travel to
 * the browser and stands here as zeros: the fold carries both along and looks at neither. Throws on an event that
 * this console is too old to read.
 */
export function readEventView(runId: string, view: EventView): RunEvent {
  const event: Event = {
    stream: { kind: "run", id: runId },
    seq: view.seq,
    position: view.position,
    type: view.type,
    version: view.version,
    at: view.at,
    actor: actorOf(view.actor),
    data: view.data,
    ...(view.hasPayload ? { payloadRef: unknownPayload } : {}),
    prevHash: zeros,
    hash: view.hash as Sha256, // the server's own hash, 64 hex digits
  };
  return readRunEvent(event);
}

const zeros = "0".repeat(64) as Sha256; // 64 zeros satisfy the pattern

const unknownPayload: PayloadRef = { commitment: zeros, bytes: 0, mediaType: "application/json" };

/** The API tells who acted, not in which role; nothing here decides by it, so the lowest one stands in. */
function actorOf(actor: EventView["actor"]): Actor {
  switch (actor.kind) {
    case "agent":
    case "plugin":
    case "system":
      return { kind: actor.kind, id: actor.id };
    default:
      return { kind: "user", id: actor.id, role: "viewer" };
  }
}
