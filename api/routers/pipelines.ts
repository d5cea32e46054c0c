import { createRoute, z } from "@hono/zod-openapi";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { RunId } from "#core/contract/ids.ts";
import { requestCancel } from "#core/run/cancel-run.ts";
import { loadRun } from "#core/run/load-run.ts";
import { readPage } from "../boot/page-cursor.ts";
import { page, Paging } from "../contract/paging.ts";
import { PipelineDetail, PipelineRow, RunStatus, StartedPipeline } from "../contract/pipeline.ts";
import { problemResponse } from "../middleware/respond.ts";
import { pipelineDetail, pipelineRow, startedView } from "../views/pipeline-view.ts";
import { type ApiContext, createRouter, json, problems } from "./api-context.ts";

const params = z.object({ id: RunId });

const list = createRoute({
  method: "get",
  path: "/pipelines",
  tags: ["pipelines"],
  summary: "Runs, newest first",
  request: {
    query: Paging.extend({ status: RunStatus.optional(), workflow: z.string().max(200).optional() }),
  },
  responses: { 200: json(page(PipelineRow), "One page"), ...problems },
});
const read = createRoute({
  method: "get",
  path: "/pipelines/{id}",
  tags: ["pipelines"],
  summary: "One run",
  request: { params },
  responses: { 200: json(PipelineDetail, "The run"), ...problems },
});
const cancel = createRoute({
  method: "delete",
  path: "/pipelines/{id}",
  tags: ["pipelines"],
  summary: "Ask a run to end; what it made stays",
  request: { params },
  responses: { 202: json(StartedPipeline, "Asked"), ...problems },
});

export function pipelinesRouter(api: ApiContext): OpenAPIHono {
  const { runtime } = api.opened;
  const router = createRouter();
  router.openapi(list, async (context) => {
    const { limit, status, workflow, ...place } = context.req.valid("query");
    const found = await readPage(
      runtime.stores.projections,
      {
        projection: "runs",
        where: {
          ...(status === undefined ? {} : { status }),
          ...(workflow === undefined ? {} : { workflow }),
        },
        column: "created_at",
        key: "run_id",
        direction: "descending",
      },
      { limit, ...place },
    );
    if (!found.ok) return problemResponse(context, found.failure) as never;
    const { rows, ...rest } = found.value;
    const items = await Promise.all(rows.map((row) => pipelineRow(runtime, row)));
    return context.json({ items, limit, ...rest }, 200);
  });
  router.openapi(read, async (context) => {
    const loaded = await loadRun(runtime, context.req.valid("param").id);
    if (!loaded.ok) return problemResponse(context, loaded.failure) as never;
    return context.json(pipelineDetail(runtime, loaded.value), 200);
  });
  router.openapi(cancel, async (context) => {
    const { id } = context.req.valid("param");
    const asked = await requestCancel(runtime, {
      runId: id,
      by: api.caller(),
      reason: "asked through the API",
    });
    if (!asked.ok) return problemResponse(context, asked.failure) as never;
    const loaded = await loadRun(runtime, id);
    if (!loaded.ok) return problemResponse(context, loaded.failure) as never;
    return context.json(startedView(id, loaded.value.state.phase.status), 202);
  });
  return router;
}
