import type { EventView } from "#api/contract/pipeline.ts";
import type { JsonObject } from "#core/contract/json.ts";
import { emptyReading, extendReading, type RunReading } from "../log/run-reading.ts";
import { emptyLive, type LiveReading, withoutSettled, withUpdate } from "./live-reading.ts";
import { createObservable, type Observable } from "./observable.ts";
import { readStreamMessage } from "./read-stream-message.ts";
import { createResumingSocket, type ResumingSocketOptions, type SocketStatus } from "./resuming-socket.ts";

/** Everything that a run's page shows of the run itself. */
export interface RunStream {
  reading: Observable<RunReading>;
  live: Observable<LiveReading>;
  connection: Observable<SocketStatus>;
  /** True once everything that had happened when the page opened has been read. */
  caughtUp: Observable<boolean>;
  /** Why the run cannot be read, in a sentence for people. */
  problem: Observable<string | undefined>;
  retryNow: () => void;
  close(): void;
}

export type RunStreamOptions = Pick<ResumingSocketOptions, "connect" | "timer" | "now" | "random"> & {
  runId: string;
  /** The address of the run's socket after a sequence number. */
  urlAfter: (seq: number) => string;
};

type Queued =
  | { kind: "event"; view: EventView }
  | { kind: "live"; update: JsonObject }
  | { kind: "caught-up" };

/** Messages that come within this time are folded and drawn together. */
const BATCH_MS = 24;

/**
 * Reads a run's socket into one growing reading. Every reconnect asks for what follows the last event folded in, and
 * an event that was seen is passed over, so the reading has neither gap nor duplicate however often the line drops.
 */
export function createRunStream(options: RunStreamOptions): RunStream {
  const reading = createObservable(emptyReading(options.runId));
  const live = createObservable<LiveReading>(emptyLive);
  const connection = createObservable<SocketStatus>({ kind: "connecting" });
  const caughtUp = createObservable(false);
  const problem = createObservable<string | undefined>(undefined);
  let queue: Queued[] = [];
  let scheduled: { handle: unknown } | undefined;

  const flush = (): void => {
    if (scheduled !== undefined) options.timer.clear(scheduled.handle);
    scheduled = undefined;
    const taken = queue;
    queue = [];
    if (taken.length === 0) return;
    let nextReading = reading.get();
    let nextLive = live.get();
    for (const item of taken) {
      if (item.kind === "live") nextLive = withUpdate(nextLive, item.update);
      if (item.kind !== "event" || item.view.seq <= nextReading.lastSeq) continue;
      try {
        nextReading = extendReading(nextReading, [item.view]);
      } catch (error) {
        // What came before is right and stays.
        reading.set(nextReading);
        giveUp(item.view.seq, error);
        return;
      }
      const read = nextReading.events.at(-1);
      if (read !== undefined) nextLive = withoutSettled(nextLive, read.event);
    }
    reading.set(nextReading);
    live.set(nextLive);
    if (taken.some((item) => item.kind === "caught-up")) {
      problem.set(undefined);
      caughtUp.set(true);
    }
  };

  const giveUp = (seq: number, error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    problem.set(
      `This page cannot read event ${seq} and what follows (${reason}). Reload the page; if that does not help, check the log with: swarm log verify --run ${options.runId}`,
    );
    socket.close();
  };

  const enqueue = (item: Queued): void => {
    queue.push(item);
    scheduled ??= { handle: options.timer.set(flush, BATCH_MS) };
  };

  const socket = createResumingSocket({
    ...options,
    url() {
      flush();
      return options.urlAfter(reading.get().lastSeq);
    },
    onStatus(status) {
      // What was half written when the line dropped will be told again as an event.
      if (status.kind === "waiting") live.set(emptyLive);
      connection.set(status);
    },
    onMessage(text) {
      const message = readStreamMessage(text);
      switch (message?.type) {
        case "event":
          enqueue({ kind: "event", view: message.event });
          return;
        case "live":
          enqueue({ kind: "live", update: message.update });
          return;
        case "caught-up":
          enqueue({ kind: "caught-up" });
          return;
        case "problem":
          problem.set(message.message);
          return;
        case undefined:
          return;
      }
    },
  });

  return {
    reading,
    live,
    connection,
    caughtUp,
    problem,
    retryNow: socket.retryNow,
    close() {
      if (scheduled !== undefined) options.timer.clear(scheduled.handle);
      scheduled = undefined;
      socket.close();
    },
  };
}
