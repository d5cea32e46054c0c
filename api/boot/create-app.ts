import { readFile } from "node:fs/promises";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { upgradeWebSocket, type WebSocketLike } from "@hono/node-server";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { WSContext } from "hono/ws";
import { failure } from "#core/contract/failure.ts";
import { RunId } from "#core/contract/ids.ts";
import { localOrigin } from "../middleware/local-origin.ts";
import { notFound, onError, problemResponse } from "../middleware/respond.ts";
import { securityHeaders } from "../middleware/security-headers.ts";
import type { ApiContext } from "../routers/api-context.ts";
import { artifactsRouter } from "../routers/artifacts.ts";
import { datasetsRouter } from "../routers/datasets.ts";
import { eventsRouter } from "../routers/events.ts";
import { gatesRouter } from "../routers/gates.ts";
import { pipelinesRouter } from "../routers/pipelines.ts";
import { shelfRouter } from "../routers/shelf.ts";
import { type SocketSink, streamLog, streamRun } from "../stream/event-socket.ts";
import type { Runtime } from "#core/run/runtime.ts";

export const API_BASE = "/api/v1";

/** The whole server: API, sockets, documentation, console. */
export function createApp(
  api: ApiContext,
  options: { hosts: readonly string[]; console: string; report: (error: unknown) => void },
): OpenAPIHono {
  const app = new OpenAPIHono();
  app.onError(onError(options.report));
  app.notFound(notFound);
  app.use(securityHeaders());
  app.use(localOrigin({ hosts: options.hosts }));
  for (const router of [
    shelfRouter,
    pipelinesRouter,
    eventsRouter,
    gatesRouter,
    artifactsRouter,
    datasetsRouter,
  ]) {
    app.route(API_BASE, router(api));
  }
  addSockets(app, api.opened.runtime);
  app.doc31(`${API_BASE}/openapi.json`, {
    openapi: "3.1.0",
    info: {
      title: "Swarm",
      version: api.version,
      description:
        "Runs agents that build governed models. Errors are problem documents with a closed list of codes.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: "/" }],
  });
  addDocumentation(app);
  addConsole(app, options.console);
  return app;
}

function addSockets(app: OpenAPIHono, runtime: Runtime): void {
  app.get(
    `${API_BASE}/pipelines/:id/ws`,
    async (context, next) => {
      const runId = RunId.safeParse(context.req.param("id"));
      if (
        !runId.success ||
        (await runtime.stores.log.streamHead({ kind: "run", id: runId.data })).seq === 0
      ) {
        return problemResponse(context, failure("not-found", `there is no run ${context.req.param("id")}`));
      }
      if (wholeNumber(context.req.query("after")) === undefined) {
        return problemResponse(
          context,
          failure("invalid-input", "`after` must be the number of the last event you have"),
        );
      }
      await next();
      return undefined;
    },
    upgradeWebSocket((context) => {
      const runId = RunId.parse(context.req.param("id"));
      const afterSeq = wholeNumber(context.req.query("after")) ?? 0;
      return socketEvents((sink, signal) => streamRun(runtime, sink, { runId, afterSeq, signal }));
    }),
  );
  app.get(
    `${API_BASE}/events/ws`,
    upgradeWebSocket((context) => {
      const from = context.req.query("from");
      const fromPosition = from === undefined ? undefined : wholeNumber(from);
      return socketEvents((sink, signal) => streamLog(runtime, sink, { fromPosition, signal }));
    }),
  );
}

/** A whole number from a query; a missing one is 0, a wrong one undefined. */
function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined) return 0;
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Ties a stream to the life of a socket. */
function socketEvents(stream: (sink: SocketSink, signal: AbortSignal) => Promise<void>) {
  const closed = new AbortController();
  return {
    onOpen(_event: Event, socket: WSContext<WebSocketLike>) {
      const sink: SocketSink = {
        send: (text) => {
          socket.send(text);
        },
        // ws, which is behind it, counts what the client has not read yet.
        bufferedBytes: () => (socket.raw as { bufferedAmount?: number } | undefined)?.bufferedAmount ?? 0,
        close: (code, reason) => {
          socket.close(code, reason);
        },
      };
      stream(sink, closed.signal).catch(() => {
        socket.close(1011, "the stream broke off; reconnect after the last event you have");
      });
    },
    onClose() {
      closed.abort();
    },
    onError() {
      closed.abort();
    },
  };
}

const contentTypes: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
};

/** Swagger UI from the installed package: the documentation needs no other host. */
function addDocumentation(app: OpenAPIHono): void {
  const folder = dirname(fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json")));
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Swarm API</title><link rel="stylesheet" href="/docs/swagger-ui.css"></head><body><div id="swagger-ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>`;
  const start = `window.ui = SwaggerUIBundle({ url: "${API_BASE}/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null });`;
  app.get("/docs", (context) => context.html(page));
  app.get("/docs/start.js", (context) =>
    context.body(start, 200, { "content-type": "text/javascript; charset=utf-8" }),
  );
  app.get("/docs/:file{swagger-ui\\.css|swagger-ui-bundle\\.js}", async (context) => {
    const name = context.req.param("file");
    const bytes = await readFile(join(folder, name));
    return context.body(bytes, 200, {
      "content-type": contentTypes[extname(name)] ?? "application/octet-stream",
    });
  });
}

/** The built console. Paths without a file are pages of it. */
function addConsole(app: OpenAPIHono, folder: string): void {
  app.get("*", async (context, next) => {
    if (context.req.path.startsWith("/api/")) return next();
    const wanted = normalize(decodeURIComponent(context.req.path)).replace(/^\/+/, "");
    const isAsset = extname(wanted) !== "" && !wanted.startsWith("..");
    const file = join(folder, isAsset ? wanted : "index.html");
    try {
      const bytes = await readFile(file);
      return context.body(bytes, 200, {
        "content-type": contentTypes[extname(file)] ?? "application/octet-stream",
        "cache-control": wanted.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache",
      });
    } catch {
      if (isAsset) return notFound(context);
      return context.text(
        "The console is not built. Run `npm run build` in Swarm's folder and reload. The API is at /api/v1, its documentation at /docs.\n",
        503,
      );
    }
  });
}
