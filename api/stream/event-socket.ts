import type { Event } from "#core/contract/event.ts";
import type { RunId } from "#core/contract/ids.ts";
import type { LiveUpdate } from "#core/contract/live-channel.ts";
import type { Runtime } from "#core/run/runtime.ts";
import type { StreamMessage } from "../contract/stream.ts";
import { eventView } from "../views/event-view.ts";

/** The sending half of a socket. `bufferedBytes` grows when the client reads more slowly than the run writes. */
export interface SocketSink {
  send(text: string): void;
  bufferedBytes(): number;
  close(code: number, reason: string): void;
}

/** A client that lets this much pile up is dropped; it reconnects after the last event it has. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

/**
 * Sends a run's events after a sequence number and then the live ones, until the signal aborts. Reading and
 * following are one query by number, so there is no gap and no duplicate between them.
 */
export async function streamRun(
  runtime: Runtime,
  sink: SocketSink,
  options: { runId: RunId; afterSeq: number; signal: AbortSignal },
): Promise<void> {
  const { runId, signal } = options;
  const stream = { kind: "run", id: runId } as const;
  const head = await runtime.stores.log.streamHead(stream);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const send = sender(sink, stop);
  const unsubscribe = runtime.live.subscribe(runId, (update: LiveUpdate) => {
    send({ type: "live", runId, update: { ...update } });
  });
  try {
    let caughtUp = options.afterSeq >= head.seq;
    if (caughtUp) send({ type: "caught-up", seq: head.seq });
    for await (const events of runtime.stores.log.followStream(stream, {
      afterSeq: options.afterSeq,
      signal: either,
    })) {
      for (const event of events) {
        send({ type: "event", runId, event: eventView(event) });
        if (!caughtUp && event.seq >= head.seq) {
          caughtUp = true;
          send({ type: "caught-up", seq: event.seq });
        }
      }
    }
  } finally {
    unsubscribe();
  }
}

/** The same over all runs, by position in the log. */
export async function streamLog(
  runtime: Runtime,
  sink: SocketSink,
  options: { fromPosition: number | undefined; signal: AbortSignal },
): Promise<void> {
  const { size } = await runtime.stores.log.head();
  const fromPosition = options.fromPosition ?? size;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const send = sender(sink, stop);
  let caughtUp = fromPosition >= size;
  if (caughtUp) send({ type: "caught-up", seq: size });
  for await (const events of runtime.stores.log.follow({ fromPosition, signal })) {
    for (const event of events) {
      if (isRunEvent(event)) send({ type: "event", runId: event.stream.id, event: eventView(event) });
      if (!caughtUp && event.position >= size - 1) {
        caughtUp = true;
        send({ type: "caught-up", seq: event.position + 1 });
      }
    }
  }
}

const isRunEvent = (event: Event): boolean => event.stream.kind === "run";

function sender(sink: SocketSink, stop: AbortController): (message: StreamMessage) => void {
  return (message) => {
    if (stop.signal.aborted) return;
    if (sink.bufferedBytes() > MAX_BUFFERED_BYTES) {
      stop.abort();
      sink.close(1013, "read faster, or reconnect after the last event");
      return;
    }
    sink.send(JSON.stringify(message));
  };
}
