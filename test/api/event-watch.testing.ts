import { once } from "node:events";
import { WebSocket } from "ws";
import { StreamMessage } from "#api/contract/stream.ts";

/** A WebSocket and everything that came over it. */
export interface Watch {
  socket: WebSocket;
  messages: StreamMessage[];
  /** Sequence numbers in the order of their coming. */
  seqs(): number[];
  /** Resolves when the messages are as wanted; rejects when the socket closes before. */
  until(isWanted: (messages: readonly StreamMessage[]) => boolean): Promise<void>;
  closed: Promise<{ code: number; reason: string }>;
  close(): Promise<void>;
}

/** Connects; a server's refusal of the upgrade shows in `closed` as code 1006. */
export function watch(
  url: string,
  options: { headers?: Record<string, string>; autoPong?: boolean } = {},
): Watch {
  const socket = new WebSocket(url.replace(/^http/, "ws"), options);
  const messages: StreamMessage[] = [];
  const listeners = new Set<() => void>();
  let isClosed = false;
  socket.on("error", () => undefined); // `closed` tells
  socket.on("message", (data: Buffer) => {
    messages.push(StreamMessage.parse(JSON.parse(data.toString())));
    for (const listener of listeners) listener();
  });
  const closed = once(socket, "close").then(([code, reason]: unknown[]) => {
    isClosed = true;
    for (const listener of listeners) listener();
    return { code: Number(code), reason: String(reason) };
  });
  return {
    socket,
    messages,
    seqs: () => messages.flatMap((message) => (message.type === "event" ? [message.event.seq] : [])),
    until: (isWanted) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (isWanted(messages)) {
            listeners.delete(look);
            resolve();
          } else if (isClosed) {
            listeners.delete(look);
            reject(new Error("the socket closed before"));
          }
        };
        listeners.add(look);
        look();
      }),
    closed,
    async close() {
      socket.close();
      await closed;
    },
  };
}

/** Whether an event of this type came. */
export const saw =
  (type: string) =>
  (messages: readonly StreamMessage[]): boolean =>
    messages.some((message) => message.type === "event" && message.event.type === type);

/** The status with which the server refuses an upgrade. */
export async function refusedUpgrade(url: string, headers: Record<string, string> = {}): Promise<number> {
  const socket = new WebSocket(url.replace(/^http/, "ws"), { headers });
  return new Promise((resolve, reject) => {
    socket.on("error", () => undefined);
    socket.on("unexpected-response", (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.on("open", () => {
      socket.terminate();
      reject(new Error("the upgrade was not refused"));
    });
  });
}
