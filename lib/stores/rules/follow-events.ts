import type { Event, StreamRef } from "#core/contract/event.ts";
import type { ChangeSignal } from "./change-signal.ts";

/** How many events a follower is handed at a time at most. */
const BATCH = 500;

/** The name of a stream for maps and sets. */
export const streamKey = (stream: StreamRef): string => `${stream.kind}/${stream.id}`;

/**
 * Reads what is there, then waits for more. Nothing can be lost between a read and the wait, because a change that
 * comes in between is remembered by the watch; nothing comes twice, because each read goes on after the last event.
 */
export async function* followEvents(options: {
  changes: ChangeSignal;
  stream: StreamRef | undefined;
  /** Events after the one given, or from the start of the request. */
  readAfter: (last: Event | undefined, limit: number) => Event[];
  signal: AbortSignal;
}): AsyncGenerator<Event[], void, undefined> {
  const { changes, stream, readAfter, signal } = options;
  if (signal.aborted) return;
  const watch = changes.watch(stream === undefined ? undefined : streamKey(stream));
  try {
    let last: Event | undefined;
    while (!signal.aborted && !changes.isClosed) {
      const events = readAfter(last, BATCH);
      if (events.length === 0) {
        await watch.changed(signal);
      } else {
        last = events.at(-1);
        yield events;
      }
    }
  } finally {
    watch.stop();
  }
}
