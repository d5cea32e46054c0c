import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { failure } from "#core/contract/failure.ts";
import { RunId } from "#core/contract/ids.ts";
import { JsonValue } from "#core/contract/json.ts";
import { EventView, PayloadView } from "../contract/pipeline.ts";
import { problemResponse } from "../middleware/respond.ts";
import { eventView } from "../views/event-view.ts";
import { type ApiContext, createRouter, json, problems } from "./api-context.ts";

const list = createRoute({
  method: "get",
  path: "/pipelines/{id}/events",
  tags: ["events"],
  summary: "A run's events after a sequence number, oldest first",
  request: {
    params: z.object({ id: RunId }),
    query: z.strictObject({
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(1000).default(1000),
    }),
  },
  responses: { 200: json(z.object({ items: z.array(EventView) }), "Events"), ...problems },
});
const payload = createRoute({
  method: "get",
  path: "/pipelines/{id}/events/{seq}/payload",
  tags: ["events"],
  summary: "The content that an event refers to",
  request: { params: z.object({ id: RunId, seq: z.coerce.number().int().positive() }) },
  responses: { 200: json(PayloadView, "The content, or word that it was erased"), ...problems },
});

export function eventsRouter({ opened }: ApiContext): OpenAPIHono {
  const { log, payloads } = opened.stores;
  const router = createRouter();
  router.openapi(list, async (context) => {
    const { after, limit } = context.req.valid("query");
    const { id } = context.req.valid("param");
    const events = await log.read({ kind: "run", id }, { afterSeq: after, limit });
    if (events.length === 0 && (await log.streamHead({ kind: "run", id })).seq === 0) {
      return problemResponse(context, failure("not-found", `there is no run ${id}`)) as never;
    }
    return context.json({ items: events.map(eventView) }, 200);
  });
  router.openapi(payload, async (context) => {
    const { id, seq } = context.req.valid("param");
    if ((await log.streamHead({ kind: "run", id })).seq === 0) {
      return problemResponse(context, failure("not-found", `there is no run ${id}`)) as never;
    }
    const [event] = await log.read({ kind: "run", id }, { afterSeq: seq - 1, limit: 1 });
    if (event?.payloadRef === undefined) {
      return problemResponse(
        context,
        failure("not-found", `event ${seq} of run ${id} has no payload`),
      ) as never;
    }
    const read = await payloads.read(event.payloadRef);
    if (read.ok) {
      const value = JsonValue.parse(JSON.parse(new TextDecoder().decode(read.value)));
      return context.json(
        { state: "present" as const, mediaType: event.payloadRef.mediaType, json: value },
        200,
      );
    }
    if (read.failure.code === "payload-erased") return context.json({ state: "erased" as const }, 200);
    return problemResponse(context, read.failure) as never;
  });
  return router;
}
