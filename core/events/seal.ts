import type { Event, NewEvent, PayloadRef, StreamRef } from "#core/contract/event.ts";
import { MAX_EVENT_DATA_BYTES } from "#core/contract/event.ts";
import { fail, type Result } from "#core/contract/failure.ts";
import type { Sha256 } from "#core/contract/ids.ts";
import { canonicalJson } from "./canonical-json.ts";
import { chainHash, sha256 } from "./hash.ts";

/** Where an event goes: the place that only the store knows, inside its transaction. */
export interface EventPlace {
  stream: StreamRef;
  seq: number;
  position: number;
  prevHash: Sha256;
  at: string;
  payloadRef?: PayloadRef;
}

/** A sealed event, its canonical text without `hash` (what stores keep and hash) and its Merkle leaf hash. */
export interface SealedEvent {
  event: Event;
  body: string;
  leaf: Sha256;
}

/**
 * Gives an event its place and its hashes. Fails with `invalid-input` when the data has no canonical form, holds
 * an integer beyond 2^53 or is larger than 4 KB.
 */
export function sealEvent(draft: NewEvent, place: EventPlace): Result<SealedEvent> {
  const unsealed: Omit<Event, "hash"> = {
    stream: place.stream,
    seq: place.seq,
    position: place.position,
    type: draft.type,
    version: draft.version,
    at: draft.at ?? place.at,
    actor: draft.actor,
    ...(draft.causedBy === undefined ? {} : { causedBy: draft.causedBy }),
    data: draft.data,
    ...(place.payloadRef === undefined ? {} : { payloadRef: place.payloadRef }),
    prevHash: place.prevHash,
  };
  let parts: EventText;
  try {
    parts = eventText(unsealed);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return fail("invalid-input", `${draft.type}: ${error.message}`, { details: { type: draft.type } });
  }
  const size = Buffer.byteLength(parts.data);
  if (size > MAX_EVENT_DATA_BYTES) {
    return fail(
      "invalid-input",
      `${draft.type}: event data takes ${size} bytes, the limit is ${MAX_EVENT_DATA_BYTES}; move content to the payload.`,
      { details: { type: draft.type, bytes: size } },
    );
  }
  const body = `${parts.before}${parts.after}`;
  const hash = chainHash(place.prevHash, body);
  return {
    ok: true,
    value: {
      event: { ...unsealed, hash },
      body,
      leaf: sha256(`\u0000${parts.before},"hash":"${hash}"${parts.after}`),
    },
  };
}

interface EventText {
  data: string;
  /** Up to and with the members that sort before `hash`. */
  before: string;
  /** The members that sort after `hash`, with the closing brace. */
  after: string;
}

/**
 * The canonical text in two halves, so that the forms with and without `hash` cost one pass. The members stand in
 * the order that RFC 8785 demands; a test compares with canonicalJson.
 */
function eventText(event: Omit<Event, "hash">): EventText {
  const data = canonicalJson(event.data, "safe");
  const causedBy = event.causedBy === undefined ? "" : `,"causedBy":${canonicalJson(event.causedBy)}`;
  const payloadRef = event.payloadRef === undefined ? "" : `,"payloadRef":${canonicalJson(event.payloadRef)}`;
  return {
    data,
    before: `{"actor":${canonicalJson(event.actor)},"at":${JSON.stringify(event.at)}${causedBy},"data":${data}`,
    after:
      `${payloadRef},"position":${event.position},"prevHash":"${event.prevHash}","seq":${event.seq}` +
      `,"stream":${canonicalJson(event.stream)},"type":${JSON.stringify(event.type)},"version":${event.version}}`,
  };
}

/** RFC 6962 leaf: SHA-256 of 0x00 followed by the canonical form of the whole event, `hash` included. */
export function leafHash(event: Event): Sha256 {
  return sha256(`\u0000${canonicalJson(event)}`);
}

/** The hash that an event's content demands; differs from `event.hash` when anything in it was changed. */
export function expectedHash(event: Event): Sha256 {
  const { hash: _hash, ...unsealed } = event;
  return chainHash(event.prevHash, canonicalJson(unsealed));
}
