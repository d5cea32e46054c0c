import { serve as listenWith, type WebSocketServerLike } from "@hono/node-server";
import type { IncomingMessage } from "node:http";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { type WebSocket, WebSocketServer } from "ws";
import { fail, ok, type Result } from "#core/contract/failure.ts";

/** How long the server waits for slow or silent clients, in milliseconds. */
export interface Patience {
  /** For the headers of a request to be whole. */
  headersMs: number;
  /** For a request to be whole, an upload included. */
  requestMs: number;
  /** Between two pings; a socket that did not answer the one before is dropped. */
  heartbeatMs: number;
  /** For clients to take their leave when the server stops. */
  goodbyeMs: number;
}

export const patience: Patience = {
  headersMs: 10_000,
  requestMs: 10 * 60_000,
  heartbeatMs: 30_000,
  goodbyeMs: 1000,
};

export interface Listening {
  port: number;
  close(): Promise<void>;
}

/** Opens the port for HTTP and WebSockets. Failures: `conflict` (taken), `storage-failed` (the system refuses). */
export async function listen(
  app: OpenAPIHono,
  options: { host: string; port: number; patience?: Patience },
): Promise<Result<Listening>> {
  const { host, port, patience: waits = patience } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  const stopHeartbeat = keepHeartbeat(sockets, waits.heartbeatMs);
  return new Promise((resolve) => {
    const server = listenWith(
      {
        fetch: app.fetch,
        hostname: host,
        port,
        // The same object under the types of two packages.
        websocket: { server: sockets as unknown as WebSocketServerLike },
        serverOptions: {
          headersTimeout: waits.headersMs,
          requestTimeout: waits.requestMs,
          connectionsCheckingInterval: Math.min(1000, waits.headersMs),
          // Any other upgrade is an ordinary request; nobody would take its connection over.
          shouldUpgradeCallback: (request: IncomingMessage) =>
            request.headers.upgrade?.toLowerCase() === "websocket",
        },
      },
      (info) => {
        resolve(
          ok({
            port: info.port,
            close: () =>
              new Promise((done) => {
                stopHeartbeat();
                for (const socket of sockets.clients) socket.close(1012, "the server restarts; reconnect");
                server.close(() => {
                  done();
                });
                if ("closeIdleConnections" in server) server.closeIdleConnections();
                setTimeout(() => {
                  for (const socket of sockets.clients) socket.terminate();
                  if ("closeAllConnections" in server) server.closeAllConnections();
                }, waits.goodbyeMs).unref();
              }),
          }),
        );
      },
    );
    server.once("error", (error: NodeJS.ErrnoException) => {
      stopHeartbeat();
      resolve(
        error.code === "EADDRINUSE"
          ? fail("conflict", `port ${port} on ${host} is taken; choose another with --port`)
          : fail("storage-failed", `the server cannot listen on ${host}:${port}: ${error.message}`),
      );
    });
  });
}

/** Pings every socket, so that proxies keep it and a dead one is noticed. Returns the function that ends it. */
function keepHeartbeat(sockets: WebSocketServer, everyMs: number): () => void {
  const silent = new WeakSet<WebSocket>();
  sockets.on("connection", (socket) => {
    socket.on("pong", () => silent.delete(socket));
  });
  const timer = setInterval(() => {
    for (const socket of sockets.clients) {
      if (silent.has(socket)) {
        socket.terminate();
        continue;
      }
      silent.add(socket);
      socket.ping();
    }
  }, everyMs);
  return () => {
    clearInterval(timer);
  };
}
