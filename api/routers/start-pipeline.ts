import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { createStartPipeline, type StartBody } from "../boot/start-pipeline.ts";
import { IdempotencyKey, StartedPipeline, StartPipeline, StartPipelineForm } from "../contract/pipeline.ts";
import { bodyLimit } from "../middleware/body-limit.ts";
import { invalidRequest, problemResponse, protocolProblem } from "../middleware/respond.ts";
import { wholeForms } from "../middleware/whole-forms.ts";
import { type ApiContext, createRouter, json, problems } from "./api-context.ts";

/** A form is held in memory while it is read; a bigger file goes to POST /datasets, which streams. */
const MAX_FORM_BYTES = 64 * 1024 * 1024;

const documented = createRoute({
  method: "post",
  path: "/pipelines",
  tags: ["pipelines"],
  summary: "Start a run",
  description:
    "With an Idempotency-Key, a repeat of the same request gets the first answer and starts nothing; the same key with another request is refused (422), and while the first is worked on so is the repeat (409).",
  request: {
    headers: z.object({ "idempotency-key": IdempotencyKey.optional() }),
    body: {
      required: true,
      content: {
        "application/json": { schema: StartPipeline },
        "multipart/form-data": { schema: StartPipelineForm },
      },
    },
  },
  responses: { 202: json(StartedPipeline, "Accepted; the run is at work"), ...problems },
});

/** POST /pipelines. Which of the two bodies is read, its type says: the library would want both. */
export function startPipelineRouter(api: ApiContext): OpenAPIHono {
  const router = createRouter();
  const startPipeline = createStartPipeline(api.opened);
  router.openAPIRegistry.registerPath(documented);
  const { request } = documented;
  const either = createRoute({
    ...documented,
    hide: true,
    middleware: [
      wholeForms(),
      bodyLimit({ maxBytes: MAX_FORM_BYTES, advice: "send the file to POST /api/v1/datasets first" }),
    ],
    request: { ...request, body: { ...request.body, required: false } },
  });
  router.openapi(either, async (context) => {
    const { "idempotency-key": idempotencyKey } = context.req.valid("header");
    const type = context.req.header("content-type") ?? "";
    // Without a body neither reader looked at it, so it is looked at here; what was read before stays as it is.
    const read = type.startsWith("multipart/form-data")
      ? readAs("form", StartPipelineForm.safeParse(context.req.valid("form")))
      : readAs("json", StartPipeline.safeParse(context.req.valid("json")));
    if (!read.success) return invalidRequest(read, context) as never;
    const start: StartBody = read.start;
    const answered = await startPipeline({ start, by: api.caller(), idempotencyKey });
    if (!answered.ok) return problemResponse(context, answered.failure) as never;
    if (idempotencyKey !== undefined) context.header("idempotency-key", idempotencyKey);
    const answer = answered.value;
    if (answer.kind === "key-reused") {
      return protocolProblem(context, "idempotency-key-reused", {
        message: "this Idempotency-Key belongs to another request; send this one with a new key",
      }) as never;
    }
    if (answer.kind === "in-progress") {
      return protocolProblem(context, "request-in-progress", {
        message:
          "the first request with this Idempotency-Key is still being worked on; ask again in a second",
        headers: { "retry-after": "1" },
      }) as never;
    }
    if (answer.isReplay) context.header("idempotency-replayed", "true");
    context.header("location", answer.view.links["self"]);
    return context.json(answer.view, 202);
  });
  return router;
}

const readAs = <Kind extends StartBody["kind"], Body>(kind: Kind, parsed: z.ZodSafeParseResult<Body>) =>
  parsed.success
    ? ({ success: true, start: { kind, body: parsed.data } } as const)
    : ({ success: false, error: parsed.error } as const);
