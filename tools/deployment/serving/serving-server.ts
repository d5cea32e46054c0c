import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Answer, jsonAnswer } from "./answer.ts";
import { readBody } from "./read-body.ts";
import { answerRequest } from "./routes.ts";
import type { ServedModel } from "./served-model.ts";
import { createServingMetrics } from "./serving-metrics.ts";

export interface ServingOptions {
  model: ServedModel;
  maxBodyBytes: number;
  maxRows: number;
  /** One line of the log; never rows, never a body. */
  log(entry: Readonly<Record<string, string | number>>): void;
  /** Milliseconds on a clock that only goes forward. */
  now(): number;
  residentBytes(): number;
}

export interface ServingServer {
  server: Server;
  /** Says "not ready" from now on, and closes once the requests under way are answered. */
  drain: () => Promise<void>;
  /** Says "not ready" from now on, and goes on answering. */
  unready: () => void;
}

/** The HTTP side of the serving app: sizes, time limits, counters and the log around the routes. */
export function createServingServer(options: ServingOptions): ServingServer {
  const { model, maxRows } = options;
  const metrics = createServingMetrics();
  const startedAt = options.now();
  let isReady = true;
  const routes = {
    model,
    maxRows,
    isReady: () => isReady,
    printMetrics: () =>
      metrics.print({
        name: model.name,
        digest: model.digest,
        residentBytes: options.residentBytes(),
        uptimeSeconds: (options.now() - startedAt) / 1000,
      }),
  };

  async function answer(request: IncomingMessage): Promise<Answer> {
    const path = (request.url ?? "/").replace(/[?#].*$/s, "");
    const body = await readBody(request, options.maxBodyBytes);
    if (body === undefined) {
      const error = `The body is larger than ${options.maxBodyBytes} bytes; send fewer rows at a time.`;
      return { ...jsonAnswer(413, "other", { error }), headers: { connection: "close" } };
    }
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
    );
    return answerRequest({ method: request.method ?? "GET", path, headers, body }, routes);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = options.now();
    const result = await answer(request).catch((error: unknown): Answer | undefined => {
      if (request.destroyed && !request.complete) return undefined;
      options.log({ level: "error", event: "bug", fault: error instanceof Error ? error.name : "unknown" });
      return jsonAnswer(500, "other", {
        error: "The server failed; this is a bug, not a fault of the request.",
      });
    });
    if (result === undefined) return;
    const body = Buffer.from(result.body);
    response.writeHead(result.status, {
      "content-type": result.contentType,
      "content-length": body.byteLength,
      "x-content-type-options": "nosniff",
      ...(isReady ? {} : { connection: "close" }),
      ...result.headers,
    });
    response.end(request.method === "HEAD" ? undefined : body);
    const millis = options.now() - startedAt;
    const rows = result.rows ?? 0;
    metrics.record({ route: result.route, status: result.status, seconds: millis / 1000, rows });
    options.log({
      level: result.status >= 500 ? "error" : "info",
      event: "request",
      method: request.method ?? "",
      route: result.route,
      status: result.status,
      millis: Math.round(millis * 100) / 100,
      rows,
    });
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      options.log({ level: "error", event: "bug", fault: error instanceof Error ? error.name : "unknown" });
      response.destroy();
    });
  });
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;
  return {
    server,
    unready() {
      isReady = false;
    },
    drain() {
      isReady = false;
      return new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeIdleConnections();
      });
    },
  };
}
