import type { Event } from "#core/contract/event.ts";
import type { EventView } from "../contract/pipeline.ts";

/** An event as the API shows it. */
export function eventView(event: Event): EventView {
  return {
    seq: event.seq,
    position: event.position,
    type: event.type,
    version: event.version,
    at: event.at,
    actor: { kind: event.actor.kind, id: event.actor.id },
    data: event.data,
    hash: event.hash,
    hasPayload: event.payloadRef !== undefined,
  };
}
