import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { acceptsJson } from "../middleware/acceptable.ts";
import { unrouted } from "../middleware/allowed-methods.ts";
import { bodyLimit } from "../middleware/body-limit.ts";
import { localOrigin } from "../middleware/local-origin.ts";
import { requestIds } from "../middleware/request-id.ts";
import { onError } from "../middleware/respond.ts";
import { securityHeaders } from "../middleware/security-headers.ts";
import { type ApiContext, json, problems } from "../routers/api-context.ts";
import { artifactsRouter } from "../routers/artifacts.ts";
import { datasetsRouter } from "../routers/datasets.ts";
import { eventsRouter } from "../routers/events.ts";
import { gatesRouter } from "../routers/gates.ts";
import { healthRouter } from "../routers/health.ts";
import { pipelinesRouter } from "../routers/pipelines.ts";
import { shelfRouter } from "../routers/shelf.ts";
import { startPipelineRouter } from "../routers/start-pipeline.ts";
import type { SenderLimits } from "../stream/sender.ts";
import { addConsole, addDocumentation } from "./add-pages.ts";
import { addSockets } from "./add-sockets.ts";
import { openApiDocument } from "./openapi-document.ts";

export const API_BASE = "/api/v1";
const DOCUMENT_PATH = `${API_BASE}/openapi.json`;

/** JSON bodies are small; data goes to the two routes that take files. */
const MAX_JSON_BYTES = 1024 * 1024;
const takesFiles = new Set([`${API_BASE}/pipelines`, `${API_BASE}/datasets`]);

const documentRoute = createRoute({
  method: "get",
  path: DOCUMENT_PATH,
  tags: ["documentation"],
  summary: "This document",
  responses: { 200: json(z.looseObject({ openapi: z.string() }), "OpenAPI 3.1"), ...problems },
});

export interface AppOptions {
  hosts: readonly string[];
  console: string;
  report: (error: unknown, requestId: string | undefined) => void;
  senderLimits?: SenderLimits | undefined;
}

/** The whole server: API, sockets, documentation, console. */
export function createApp(api: ApiContext, options: AppOptions): OpenAPIHono {
  const app = new OpenAPIHono();
  app.onError(onError(options.report));
  app.use(requestIds({ next: () => api.opened.runtime.ids.next("call").replace("call_", "") }));
  app.use(securityHeaders());
  app.use(localOrigin({ hosts: options.hosts }));
  app.use(`${API_BASE}/*`, async (context, next) =>
    // Artifacts are what they are, whatever a caller likes best.
    context.req.path.startsWith(`${API_BASE}/artifacts/`) ? next() : onlyJson(context, next),
  );
  app.use(`${API_BASE}/*`, async (context, next) =>
    takesFiles.has(context.req.path) ? next() : smallBody(context, next),
  );
  for (const router of [
    shelfRouter,
    startPipelineRouter,
    pipelinesRouter,
    eventsRouter,
    gatesRouter,
    artifactsRouter,
    datasetsRouter,
  ]) {
    app.route(API_BASE, router(api));
  }
  app.route("/", healthRouter(api, { base: API_BASE }));
  addSockets(app, api.opened.runtime, {
    base: API_BASE,
    ...(options.senderLimits === undefined ? {} : { limits: options.senderLimits }),
  });
  app.openAPIRegistry.registerPath(documentRoute);
  const { definitions } = app.openAPIRegistry;
  const document = openApiDocument(definitions, {
    version: api.version,
    description:
      "Runs agents that build governed models. Errors are problem documents (RFC 9457) with a closed list of codes.",
  });
  app.get(DOCUMENT_PATH, (context) => context.json(document));
  app.notFound(
    unrouted(definitions.flatMap((definition) => (definition.type === "route" ? [definition.route] : []))),
  );
  addDocumentation(app, { document: DOCUMENT_PATH });
  addConsole(app, options.console);
  return app;
}

const onlyJson = acceptsJson();
const smallBody = bodyLimit({ maxBytes: MAX_JSON_BYTES, advice: "data goes to POST /api/v1/datasets" });
