import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Fault } from "./scenario.ts";

/** A step of an answer's body. `hang` keeps the connection open for ever, `cut` destroys it. */
export type Frame =
  | { kind: "write"; text: string }
  | { kind: "repeat"; text: string; everyMs: number }
  | { kind: "pause"; millis: number }
  | { kind: "hang" }
  | { kind: "cut" };

/** What follows a complete answer. */
export function tailFrames(fault: Fault | undefined): Frame[] {
  if (fault === "cut-tail") return [{ kind: "cut" }];
  return fault === "late-end" ? [{ kind: "pause", millis: 40 }] : [];
}

export const write = (text: string): Frame => ({ kind: "write", text });

export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  /** Undefined: not even the head of the answer is sent. */
  frames: Frame[] | undefined;
}

export interface WireRequest {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

export interface WireServer {
  url: string;
  requests: WireRequest[];
  /** Connections taken since the start. */
  connections(): number;
  /** Connections that are open now. */
  open(): number;
  close(): Promise<void>;
}

/** A server on the loopback that answers the n-th request with the n-th answer, the last one again and again. */
export async function startWireServer(
  answers: (request: WireRequest, index: number) => WireAnswer,
): Promise<WireServer> {
  const requests: WireRequest[] = [];
  const sockets = new Set<Socket>();
  let taken = 0;
  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing).catch(() => outgoing.destroy());
  });
  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of incoming) text += String(chunk);
    const request = {
      path: incoming.url ?? "",
      headers: incoming.headers,
      body: JSON.parse(text) as unknown,
    };
    requests.push(request);
    await play(answers(request, requests.length - 1), outgoing);
  }
  server.on("connection", (socket) => {
    taken += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    connections: () => taken,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function play(answer: WireAnswer, outgoing: ServerResponse): Promise<void> {
  if (answer.frames === undefined) return;
  outgoing.writeHead(answer.status, answer.headers);
  outgoing.flushHeaders();
  for (const frame of answer.frames) {
    switch (frame.kind) {
      case "hang":
        return;
      case "pause":
        await new Promise((resolve) => setTimeout(resolve, frame.millis));
        break;
      case "cut":
        // The bytes before the cut must arrive, or the case would be one of an answer that never began.
        await new Promise((resolve) => setTimeout(resolve, 20));
        outgoing.destroy();
        return;
      case "repeat": {
        const timer = setInterval(() => outgoing.write(frame.text), frame.everyMs);
        outgoing.on("close", () => clearInterval(timer));
        return;
      }
      default: {
        // Two writes with a seam inside an event: readers must not count on whole events.
        const middle = Math.floor(frame.text.length / 2);
        outgoing.write(frame.text.slice(0, middle));
        outgoing.write(frame.text.slice(middle));
      }
    }
  }
  outgoing.end();
}
