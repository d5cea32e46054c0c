import type { SocketLike } from "./resuming-socket.ts";

/** A socket under a test's hand. */
export interface FakeSocket extends SocketLike {
  url: string;
  isClosed: boolean;
  open(): void;
  say(message: unknown): void;
  drop(): void;
}

/** Time, sockets and chance for stream tests: nothing happens but what the test does. */
export interface FakeLine {
  sockets: FakeSocket[];
  /** The newest socket. */
  socket(): FakeSocket;
  advance(milliseconds: number): void;
  connect: (url: string) => SocketLike;
  timer: { set(run: () => void, milliseconds: number): unknown; clear(handle: unknown): void };
  now: () => number;
  random: () => number;
}

type Listener = (event: { data: unknown }) => void;

export function createFakeLine(): FakeLine {
  let now = 0;
  let nextHandle = 1;
  const waiting = new Map<number, { at: number; run: () => void }>();
  const sockets: FakeSocket[] = [];
  return {
    sockets,
    socket() {
      const last = sockets.at(-1);
      if (last === undefined) throw new Error("nobody has connected yet");
      return last;
    },
    advance(milliseconds) {
      const until = now + milliseconds;
      for (;;) {
        const due = [...waiting].filter(([, one]) => one.at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
        if (due === undefined) break;
        waiting.delete(due[0]);
        now = due[1].at;
        due[1].run();
      }
      now = until;
    },
    connect(url) {
      const listeners = new Map<string, Listener[]>();
      const tell = (type: string, data?: unknown): void => {
        for (const listener of listeners.get(type) ?? []) listener({ data });
      };
      const socket: FakeSocket = {
        url,
        isClosed: false,
        addEventListener(type: string, listener: Listener | (() => void)) {
          listeners.set(type, [...(listeners.get(type) ?? []), listener]);
        },
        close() {
          if (socket.isClosed) return;
          socket.isClosed = true;
          tell("close");
        },
        open: () => {
          tell("open");
        },
        say: (message) => {
          tell("message", JSON.stringify(message));
        },
        drop: () => {
          socket.isClosed = true;
          tell("close");
        },
      };
      sockets.push(socket);
      return socket;
    },
    timer: {
      set(run, milliseconds) {
        const handle = nextHandle;
        nextHandle += 1;
        waiting.set(handle, { at: now + milliseconds, run });
        return handle;
      },
      clear(handle) {
        waiting.delete(Number(handle));
      },
    },
    now: () => now,
    random: () => 0.5,
  };
}
