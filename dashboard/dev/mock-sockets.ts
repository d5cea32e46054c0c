import type { Server } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import type { StreamMessage } from "#api/contract/stream.ts";
import type { Runtime } from "#core/run/runtime.ts";
import { eventView, liveJson } from "./record-run.ts";

/** Serves the two sockets of the API on a server, until `isDown` says that it plays dead. */
export function serveSockets(
  server: Server,
  runtime: Runtime,
  isDown: () => boolean,
): { dropAll: () => void } {
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const run = /^\/api\/v1\/pipelines\/([^/]+)\/ws$/.exec(url.pathname)?.[1];
    if (isDown() || (run === undefined && url.pathname !== "/api/v1/events/ws")) {
      socket.destroy();
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const stop = new AbortController();
      client.on("close", () => {
        stop.abort();
      });
      const told =
        run === undefined
          ? tellLog(client, runtime, { from: Number(url.searchParams.get("from") ?? 0), signal: stop.signal })
          : tellRun(client, runtime, {
              run,
              after: Number(url.searchParams.get("after") ?? 0),
              signal: stop.signal,
            });
      told.catch(() => {
        client.close();
      });
    });
  });
  return {
    dropAll() {
      for (const client of sockets.clients) client.terminate();
    },
  };
}

const send = (client: WebSocket, message: StreamMessage): void => {
  client.send(JSON.stringify(message));
};

async function tellRun(
  client: WebSocket,
  runtime: Runtime,
  { run, after, signal }: { run: string; after: number; signal: AbortSignal },
): Promise<void> {
  const unsubscribe = runtime.live.subscribe(run, (update) => {
    send(client, { type: "live", runId: run, update: liveJson(update) });
  });
  signal.addEventListener("abort", unsubscribe);
  const stream = { kind: "run", id: run } as const;
  const { seq } = await runtime.stores.log.streamHead(stream);
  let isCaughtUp = seq <= after;
  if (isCaughtUp) send(client, { type: "caught-up", seq });
  for await (const events of runtime.stores.log.followStream(stream, { afterSeq: after, signal })) {
    for (const event of events) send(client, { type: "event", runId: run, event: eventView(event) });
    const last = events.at(-1)?.seq ?? 0;
    if (!isCaughtUp && last >= seq) {
      isCaughtUp = true;
      send(client, { type: "caught-up", seq: last });
    }
  }
}

async function tellLog(
  client: WebSocket,
  runtime: Runtime,
  { from, signal }: { from: number; signal: AbortSignal },
): Promise<void> {
  send(client, { type: "caught-up", seq: from });
  for await (const events of runtime.stores.log.follow({ fromPosition: from, signal })) {
    for (const event of events) {
      if (event.stream.kind !== "run") continue;
      send(client, { type: "event", runId: event.stream.id, event: eventView(event) });
    }
  }
}
