import { upgradeWebSocket, type WebSocketLike } from "@hono/node-server";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context, Next } from "hono";
import type { WSContext } from "hono/ws";
import { failure } from "#core/contract/failure.ts";
import { RunId } from "#core/contract/ids.ts";
import type { Runtime } from "#core/run/runtime.ts";
import { StreamMessage } from "../contract/stream.ts";
import { problemResponse, protocolProblem } from "../middleware/respond.ts";
import { problems } from "../routers/api-context.ts";
import { streamLog, streamRun } from "../stream/event-socket.ts";
import type { SenderLimits, SocketSink } from "../stream/sender.ts";

/** How often a client may speak out of turn before it is shown the door. */
const MAX_STRAY_MESSAGES = 10;

const number = z.string().regex(/^\d{1,15}$/, "a whole number");

const messages = {
  101: {
    description: "Switches to a WebSocket, over which the server sends StreamMessages",
    content: { "application/json": { schema: StreamMessage } },
  },
  ...problems,
} as const;

const runSocket = createRoute({
  method: "get",
  path: "/pipelines/{id}/ws",
  tags: ["events"],
  summary: "WebSocket: a run's events after a sequence number, then the live ones",
  description:
    "Each event comes once and in order. `caught-up` stands between what was there and what is new. A client that drops out comes back with the last number it has. The client has nothing to say.",
  request: {
    params: z.object({ id: RunId }),
    query: z.object({ after: number.default("0").describe("the last event you have") }),
  },
  responses: messages,
});
const logSocket = createRoute({
  method: "get",
  path: "/events/ws",
  tags: ["events"],
  summary: "WebSocket: the events of all runs from a position on",
  request: { query: z.object({ from: number.optional().describe("position; without, only what is new") }) },
  responses: messages,
});

/** The two WebSockets, and their place in the API's document. */
export function addSockets(
  app: OpenAPIHono,
  runtime: Runtime,
  options: { base: string; limits?: SenderLimits },
): void {
  const { base } = options;
  const limits = options.limits === undefined ? {} : { limits: options.limits };
  for (const route of [runSocket, logSocket]) {
    app.openAPIRegistry.registerPath({ ...route, path: `${base}${route.path}` });
  }
  app.get(
    `${base}/pipelines/:id/ws`,
    async (context, next) => {
      const id = context.req.param("id");
      const runId = RunId.safeParse(id);
      if (!runId.success) return invalid(context, "a run id looks like run_01J…");
      if (!isNumber(context.req.query("after"))) {
        return invalid(context, "`after` must be the number of the last event you have");
      }
      if ((await runtime.stores.log.streamHead({ kind: "run", id: runId.data })).seq === 0) {
        return problemResponse(context, failure("not-found", `there is no run ${id}`));
      }
      return upgradeOnly(context, next);
    },
    upgradeWebSocket((context) => {
      const runId = RunId.parse(context.req.param("id"));
      const afterSeq = Number(context.req.query("after") ?? 0);
      return socketEvents((sink, signal) => streamRun(runtime, sink, { runId, afterSeq, signal, ...limits }));
    }),
  );
  app.get(
    `${base}/events/ws`,
    (context, next) =>
      isNumber(context.req.query("from"))
        ? upgradeOnly(context, next)
        : Promise.resolve(invalid(context, "`from` must be a position in the log")),
    upgradeWebSocket((context) => {
      const from = context.req.query("from");
      const fromPosition = from === undefined ? undefined : Number(from);
      return socketEvents((sink, signal) => streamLog(runtime, sink, { fromPosition, signal, ...limits }));
    }),
  );
}

const isNumber = (text: string | undefined): boolean => text === undefined || number.safeParse(text).success;

const invalid = (context: Context, message: string): Response =>
  problemResponse(context, failure("invalid-input", message));

/** A plain request is told what this place is for. */
async function upgradeOnly(context: Context, next: Next): Promise<Response | undefined> {
  if (context.req.header("upgrade")?.toLowerCase() !== "websocket") {
    return protocolProblem(context, "upgrade-required", {
      message: "this is a WebSocket; connect with ws://, or read the events with GET …/events",
      headers: { upgrade: "websocket", connection: "upgrade" },
    });
  }
  await next();
  return undefined;
}

/** Ties a stream to the life of a socket. */
function socketEvents(stream: (sink: SocketSink, signal: AbortSignal) => Promise<void>) {
  const closed = new AbortController();
  let strayMessages = 0;
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
    onMessage(_event: unknown, socket: WSContext<WebSocketLike>) {
      strayMessages += 1;
      if (strayMessages > MAX_STRAY_MESSAGES) {
        socket.close(1008, "this socket only sends");
        return;
      }
      const problem: StreamMessage = {
        type: "problem",
        message:
          "this socket only sends and understands no messages; ask over HTTP (see /api/v1/openapi.json)",
      };
      socket.send(JSON.stringify(problem));
    },
    onClose() {
      closed.abort();
    },
    onError() {
      closed.abort();
    },
  };
}
