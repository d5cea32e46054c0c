import type { Event } from "#core/contract/event.ts";
import type { RunId } from "#core/contract/ids.ts";
import type { LiveUpdate } from "#core/contract/live-channel.ts";
import type { Runtime } from "#core/run/runtime.ts";
import { eventView } from "../views/event-view.ts";
import { createSender, type SenderLimits, type SocketSink } from "./sender.ts";

/** Closes a socket whose client says it has more than there is. */
export const AHEAD_OF_LOG = 4409;

type StreamOptions = { signal: AbortSignal; limits?: SenderLimits };

/**
 * Sends a run's events after a sequence number and then the live ones, until the signal aborts or the client falls
 * silent. Reading and following are one query by number, so there is no gap and no duplicate between them. A client
 * that is ahead of the log is told so: what it has is of another log, or of one that was put back.
 */
export async function streamRun(
  runtime: Pick<Runtime, "stores" | "live" | "clock">,
  sink: SocketSink,
  options: StreamOptions & { runId: RunId; afterSeq: number },
): Promise<void> {
  const { runId, afterSeq, signal } = options;
  const stream = { kind: "run", id: runId } as const;
  const sender = createSender(sink, { clock: runtime.clock, ...options });
  const { seq: head } = await runtime.stores.log.streamHead(stream);
  if (afterSeq > head) {
    await refuseAhead(
      sender,
      sink,
      `run ${runId} has ${head} events, none after ${afterSeq}; read it again with after=0`,
    );
    return;
  }
  const unsubscribe = runtime.live.subscribe(runId, (update: LiveUpdate) => {
    sender.offer({ type: "live", runId, update: { ...update } });
  });
  try {
    if (afterSeq === head && !(await sender.send({ type: "caught-up", seq: head }))) return;
    for await (const events of runtime.stores.log.followStream(stream, { afterSeq, signal })) {
      for (const event of events) {
        if (!(await sender.send({ type: "event", runId, event: eventView(event) }))) return;
        if (event.seq === head && !(await sender.send({ type: "caught-up", seq: head }))) return;
      }
      await nextTurn();
    }
  } finally {
    unsubscribe();
  }
}

/** The same over all runs, by position in the log. */
export async function streamLog(
  runtime: Pick<Runtime, "stores" | "clock">,
  sink: SocketSink,
  options: StreamOptions & { fromPosition: number | undefined },
): Promise<void> {
  const { signal } = options;
  const sender = createSender(sink, { clock: runtime.clock, ...options });
  const { size } = await runtime.stores.log.head();
  const fromPosition = options.fromPosition ?? size;
  if (fromPosition > size) {
    await refuseAhead(
      sender,
      sink,
      `the log has ${size} events, none from ${fromPosition} on; read it again with from=0`,
    );
    return;
  }
  if (fromPosition === size && !(await sender.send({ type: "caught-up", seq: size }))) return;
  for await (const events of runtime.stores.log.follow({ fromPosition, signal })) {
    for (const event of events) {
      if (isRunEvent(event)) {
        const { id } = event.stream;
        if (!(await sender.send({ type: "event", runId: id, event: eventView(event) }))) return;
      }
      if (event.position === size - 1 && !(await sender.send({ type: "caught-up", seq: size }))) return;
    }
    await nextTurn();
  }
}

async function refuseAhead(
  sender: ReturnType<typeof createSender>,
  sink: SocketSink,
  message: string,
): Promise<void> {
  await sender.send({ type: "problem", message });
  sink.close(AHEAD_OF_LOG, "ahead of the log");
}

const isRunEvent = (event: Event): boolean => event.stream.kind === "run";

/** A long history is read in pieces; between them everybody else has a turn. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
