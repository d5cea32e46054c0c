import { backoffMs } from "./backoff.ts";

/** The part of a WebSocket that is used; the browser's own fits. */
export interface SocketLike {
  addEventListener(type: "open" | "close" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  close(): void;
}

export type SocketStatus =
  | { kind: "connecting" }
  | { kind: "open" }
  /** Dropped; the next try is at `retryAt` (milliseconds since 1970). */
  | { kind: "waiting"; failedTries: number; retryAt: number };

export interface ResumingSocketOptions {
  /** Asked before every try: the address says after which event to go on. */
  url: () => string;
  onMessage: (text: string) => void;
  onStatus: (status: SocketStatus) => void;
  connect: (url: string) => SocketLike;
  timer: { set(run: () => void, milliseconds: number): unknown; clear(handle: unknown): void };
  now: () => number;
  random: () => number;
}

export interface ResumingSocket {
  /** Tries at once instead of waiting on, when it is waiting. */
  retryNow: () => void;
  close: () => void;
}

/**
 * Keeps a socket open: whenever it drops, connects again with backoff at the address that is right by then. Messages
 * of a socket that was given up are ignored, so a late one cannot be counted twice. The tries count as failed until
 * a message arrives: a server that accepts and drops at once is not hammered.
 */
export function createResumingSocket(options: ResumingSocketOptions): ResumingSocket {
  let current: SocketLike | undefined;
  let waiting: unknown;
  let isWaiting = false;
  let failedTries = 0;
  let isClosed = false;

  const open = (): void => {
    isWaiting = false;
    options.onStatus({ kind: "connecting" });
    const socket = options.connect(options.url());
    current = socket;
    socket.addEventListener("open", () => {
      if (current === socket) options.onStatus({ kind: "open" });
    });
    socket.addEventListener("message", (event) => {
      if (current !== socket || typeof event.data !== "string") return;
      failedTries = 0;
      options.onMessage(event.data);
    });
    const drop = (): void => {
      if (current !== socket) return;
      current = undefined;
      socket.close();
      if (!isClosed) wait();
    };
    socket.addEventListener("close", drop);
    socket.addEventListener("error", drop);
  };

  const wait = (): void => {
    const delay = backoffMs(failedTries, options.random);
    failedTries += 1;
    isWaiting = true;
    options.onStatus({ kind: "waiting", failedTries, retryAt: options.now() + delay });
    waiting = options.timer.set(open, delay);
  };

  open();
  return {
    retryNow() {
      if (!isWaiting || isClosed) return;
      options.timer.clear(waiting);
      open();
    },
    close() {
      isClosed = true;
      if (isWaiting) options.timer.clear(waiting);
      const socket = current;
      current = undefined;
      socket?.close();
    },
  };
}
