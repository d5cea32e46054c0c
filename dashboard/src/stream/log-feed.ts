import type { EventView } from "#api/contract/pipeline.ts";
import type { Health } from "#api/contract/shelf.ts";
import type { ApiResult } from "../api/api-result.ts";
import { backoffMs } from "./backoff.ts";
import { createObservable, type Observable } from "./observable.ts";
import { readStreamMessage } from "./read-stream-message.ts";
import { createResumingSocket, type ResumingSocketOptions, type SocketStatus } from "./resuming-socket.ts";

/** An event of any run, as the log's socket tells it. */
export interface LogEvent {
  runId: string;
  event: EventView;
}

/** Follows the whole log from the moment at which the console opened. */
export interface LogFeed {
  connection: Observable<SocketStatus>;
  /** What the server said of itself at first contact. */
  health: Observable<Health | undefined>;
  /**
   * Settles when it is known from where the log is followed. Lists must be fetched after that: then no event can
   * fall between the list and the feed.
   */
  started(): Promise<ApiResult<Health>>;
  /** Events that came in lately, for lists that were on their way meanwhile. */
  recent(): readonly LogEvent[];
  subscribe(listener: (event: LogEvent) => void): () => void;
  retryNow: () => void;
  close(): void;
}

export type LogFeedOptions = Pick<ResumingSocketOptions, "connect" | "timer" | "now" | "random"> & {
  health: () => Promise<ApiResult<Health>>;
  /** The address of the log's socket from a position on. */
  urlFrom: (position: number) => string;
};

const KEPT_EVENTS = 4000;

export function createLogFeed(options: LogFeedOptions): LogFeed {
  const connection = createObservable<SocketStatus>({ kind: "connecting" });
  const health = createObservable<Health | undefined>(undefined);
  const listeners = new Set<(event: LogEvent) => void>();
  let recent: LogEvent[] = [];
  let next = 0;
  let failedTries = 0;
  let isClosed = false;
  let socket: ReturnType<typeof createResumingSocket> | undefined;
  let retry: { handle: unknown } | undefined;

  const take = (text: string): void => {
    const message = readStreamMessage(text);
    if (message?.type !== "event" || message.event.position < next) return;
    next = message.event.position + 1;
    const event: LogEvent = { runId: message.runId, event: message.event };
    recent.push(event);
    if (recent.length > KEPT_EVENTS) recent = recent.slice(-KEPT_EVENTS / 2);
    for (const listener of listeners) listener(event);
  };

  const begin = async (): Promise<ApiResult<Health>> => {
    retry = undefined;
    connection.set({ kind: "connecting" });
    const answer = await options.health();
    if (isClosed) return answer;
    if (!answer.ok) {
      const delay = backoffMs(failedTries, options.random);
      failedTries += 1;
      connection.set({ kind: "waiting", failedTries, retryAt: options.now() + delay });
      retry = { handle: options.timer.set(again, delay) };
      return answer;
    }
    next = answer.value.log.size;
    health.set(answer.value);
    socket = createResumingSocket({
      ...options,
      url: () => options.urlFrom(next),
      onStatus: (status) => {
        connection.set(status);
      },
      onMessage: take,
    });
    return answer;
  };

  const again = (): void => {
    current = begin();
  };
  let current = begin();

  return {
    connection,
    health,
    started: () => current,
    recent: () => recent,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    retryNow() {
      if (retry !== undefined) {
        options.timer.clear(retry.handle);
        again();
      }
      socket?.retryNow();
    },
    close() {
      isClosed = true;
      if (retry !== undefined) options.timer.clear(retry.handle);
      socket?.close();
    },
  };
}
