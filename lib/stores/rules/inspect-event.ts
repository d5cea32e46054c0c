import type { Event } from "#core/contract/event.ts";
import type { ScannedEvent } from "#core/contract/integrity.ts";
import { eventHashes } from "#core/events/verify-event-hashes.ts";
import { parseStoredEvent } from "./stored-event.ts";

/** A row of the log as found: any type in any column, because somebody may have changed the table. */
export type RawEventRow = Record<EventColumn, unknown>;

/** Columns that repeat a member of the body, so that plain queries can filter by them. */
const REPEATED = {
  position: (event: Event) => event.position,
  stream_kind: (event: Event) => event.stream.kind,
  stream_id: (event: Event) => event.stream.id,
  seq: (event: Event) => event.seq,
  type: (event: Event) => event.type,
  version: (event: Event) => event.version,
  at: (event: Event) => event.at,
} as const;

type EventColumn = keyof typeof REPEATED | "body" | "hash" | "leaf";

/** Checks one row by itself: readable, canonical, columns as in the body, hash and leaf as the body demands. */
export function inspectEvent(row: RawEventRow): Omit<ScannedEvent, "position"> {
  const { body, hash } = row;
  if (typeof body !== "string" || typeof hash !== "string") {
    return { fault: `body and hash must be text, found ${typeof body} and ${typeof hash}` };
  }
  const parsed = parseStoredEvent(body, hash);
  if (!parsed.ok) return { fault: `not an event: ${parsed.failure.message}` };
  const event = parsed.value;
  const faults: string[] = [];
  for (const [column, expected] of Object.entries(REPEATED)) {
    const found = row[column as EventColumn]; // the keys of REPEATED are columns
    if (found !== expected(event)) {
      faults.push(
        `column ${column} is ${JSON.stringify(found)}, the body says ${JSON.stringify(expected(event))}`,
      );
    }
  }
  faults.push(...hashFaults(event, { body, leaf: row.leaf }));
  return faults.length === 0 ? { event } : { event, fault: faults.join("; ") };
}

function hashFaults(event: Event, row: { body: string; leaf: unknown }): string[] {
  try {
    const { entry, expected, leaf } = eventHashes(event);
    const faults: string[] = [];
    if (withoutHash(entry, event.hash) !== row.body) faults.push("the body is not in canonical form");
    if (expected !== event.hash) faults.push("the hash is not the hash of the body");
    if (leaf !== row.leaf) faults.push("the leaf is not the leaf hash of the event");
    return faults;
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return [`the body has no canonical form: ${cause.message}`];
  }
}

/** What is hashed, from what is a leaf: the event's own `hash` is the last one in its canonical text. */
function withoutHash(entry: string, hash: string): string {
  const member = `,"hash":"${hash}"`;
  const at = entry.lastIndexOf(member);
  return entry.slice(0, at) + entry.slice(at + member.length);
}
