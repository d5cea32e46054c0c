import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { Liveness, Readiness } from "../contract/health.ts";
import { Health } from "../contract/shelf.ts";
import { type ApiContext, createRouter, json, problems } from "./api-context.ts";

const health = (path: string) =>
  createRoute({
    method: "get",
    path,
    tags: ["health"],
    summary: "Whether the server works, and with what",
    responses: { 200: json(Health, "It works"), ...problems },
  });
const live = createRoute({
  method: "get",
  path: "/health/live",
  tags: ["health"],
  summary: "Whether the process answers; for restarting it",
  responses: { 200: json(Liveness, "It answers"), ...problems },
});
const ready = createRoute({
  method: "get",
  path: "/health/ready",
  tags: ["health"],
  summary: "Whether it can take work; for sending it some",
  responses: { 200: json(Readiness, "Ready"), 503: json(Readiness, "Not now, and why"), ...problems },
});

/** Probes outside of the API's version, where orchestrators look for them; and the API's own view. */
export function healthRouter(api: ApiContext, options: { base: string }): OpenAPIHono {
  const { runtime } = api.opened;
  const router = createRouter();
  const view = async (): Promise<Health> => {
    const { size } = await runtime.stores.log.head();
    const providers = runtime.providers
      .list()
      .map((provider) => ({ id: provider.id, ...provider.availability() }));
    return {
      status: "ok",
      version: api.version,
      deployment: runtime.deployment.id,
      activeRuns: [...api.activeRuns()],
      log: { size },
      providers,
    };
  };
  router.openapi(health("/health"), async (context) => context.json(await view(), 200));
  router.openapi(health(`${options.base}/health`), async (context) => context.json(await view(), 200));
  router.openapi(live, (context) => context.json({ status: "alive" as const, pid: process.pid }, 200));
  router.openapi(ready, async (context) => {
    const readiness = await api.readiness();
    return context.json(readiness, readiness.status === "ready" ? 200 : 503);
  });
  return router;
}
