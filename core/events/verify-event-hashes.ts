import type { Event } from "#core/contract/event.ts";
import type { Sha256 } from "#core/contract/ids.ts";
import { canonicalJson } from "./canonical-json.ts";
import { chainHash, sha256 } from "./hash.ts";

/** What verification needs of an event, from one pass over it. */
export interface EventHashes {
  /** The canonical text, `hash` included: the leaf's content. */
  entry: string;
  /** The hash that the content demands; the same as expectedHash(event). */
  expected: Sha256;
  /** The same as leafHash(event). */
  leaf: Sha256;
}

/** Canonicalises once and cuts `hash` out again for the link. */
export function eventHashes(event: Event): EventHashes {
  const entry = canonicalJson(event);
  const member = `,"hash":"${event.hash}"`;
  // Of the members after `hash` none is an object with a `hash` of its own, and quotes inside strings are escaped:
  // the last occurrence is the event's own member.
  const at = entry.lastIndexOf(member);
  if (at < 0) throw new TypeError(`an event without a hash: ${event.stream.id}#${event.seq}`);
  const body = entry.slice(0, at) + entry.slice(at + member.length);
  return { entry, expected: chainHash(event.prevHash, body), leaf: sha256(`\u0000${entry}`) };
}
