import type { Event, StreamRef } from "#core/contract/event.ts";
import { FailureError, failure } from "#core/contract/failure.ts";
import { parseStoredEvent } from "../rules/stored-event.ts";
import type { Connection } from "./connection.ts";

/** Reads events as events. A row that is none throws a FailureError `log-corrupt`; the scan reports it instead. */
export interface EventReader {
  /** At most `limit` events of a stream after a sequence number, oldest first; Infinity gives all. */
  readStream(stream: StreamRef, afterSeq: number, limit: number): Event[];
  /** At most `limit` events of the log from a position on. */
  readLog(fromPosition: number, limit: number): Event[];
}

interface EventRow {
  position: number;
  body: string;
  hash: string;
}

const READ_STREAM =
  "SELECT position, body, hash FROM events WHERE stream_kind = CAST(? AS TEXT) AND stream_id = CAST(? AS TEXT) " +
  "AND seq > CAST(? AS INTEGER) ORDER BY seq LIMIT CAST(? AS INTEGER)";
const READ_LOG =
  "SELECT position, body, hash FROM events WHERE position >= CAST(? AS INTEGER) " +
  "ORDER BY position LIMIT CAST(? AS INTEGER)";

export function createEventReader({ statement }: Connection): EventReader {
  return {
    readStream({ kind, id }, afterSeq, limit) {
      const rows = statement<[string, string, number, number], EventRow>(READ_STREAM);
      return rows.all(kind, id, afterSeq, atLeastNone(limit)).map(toEvent);
    },
    readLog(fromPosition, limit) {
      return statement<[number, number], EventRow>(READ_LOG)
        .all(fromPosition, atLeastNone(limit))
        .map(toEvent);
    },
  };
}

/** To the database a negative limit is no limit at all. */
const atLeastNone = (limit: number): number => Math.max(0, limit);

function toEvent({ position, body, hash }: EventRow): Event {
  const event = parseStoredEvent(body, hash);
  if (event.ok) return event.value;
  throw new FailureError(
    failure(
      "log-corrupt",
      `the event at position ${position} is damaged: ${event.failure.message}. Run \`swarm log verify\` and ` +
        "restore the database from a backup.",
      { details: { position } },
    ),
  );
}
