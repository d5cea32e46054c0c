import { createRoute, z } from "@hono/zod-openapi";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { failure } from "#core/contract/failure.ts";
import { RunId, Sha256 } from "#core/contract/ids.ts";
import { requestCancel } from "#core/run/cancel-run.ts";
import { loadRun } from "#core/run/load-run.ts";
import { startRun } from "#core/run/start-run.ts";
import { prepareRequest, type StartOptions } from "../boot/start-request.ts";
import { servedDataPath } from "../boot/served-data-path.ts";
import { page, Paging } from "../contract/paging.ts";
import {
  PipelineDetail,
  PipelineRow,
  RunStatus,
  StartedPipeline,
  StartPipeline,
} from "../contract/pipeline.ts";
import { problemResponse } from "../middleware/respond.ts";
import { pipelineDetail, pipelineRow } from "../views/pipeline-view.ts";
import { type ApiContext, createRouter, json, problems } from "./api-context.ts";

const params = z.object({ id: RunId });

const start = createRoute({
  method: "post",
  path: "/pipelines",
  tags: ["pipelines"],
  summary: "Start a run",
  request: { body: { required: true, content: { "application/json": { schema: StartPipeline } } } },
  responses: { 202: json(StartedPipeline, "Accepted; the run is at work"), ...problems },
});
const list = createRoute({
  method: "get",
  path: "/pipelines",
  tags: ["pipelines"],
  summary: "Runs, newest first",
  request: { query: Paging.extend({ status: RunStatus.optional() }) },
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
  const { opened } = api;
  const { runtime } = opened;
  const router = createRouter();
  router.openapi(start, async (context) => {
    const body = context.req.valid("json");
    const options = await startOptions(api, body);
    if (!options.ok) return problemResponse(context, options.failure) as never;
    const request = await prepareRequest(opened, options.value);
    if (!request.ok) return problemResponse(context, request.failure) as never;
    const started = await startRun(runtime, { request: request.value, by: api.caller() });
    if (!started.ok) return problemResponse(context, started.failure) as never;
    return context.json(startedView(started.value, "queued"), 202);
  });
  router.openapi(list, async (context) => {
    const { limit, offset, status } = context.req.valid("query");
    const { rows, total } = await runtime.stores.projections.list("runs", {
      ...(status === undefined ? {} : { where: { status } }),
      orderBy: { column: "created_at", direction: "descending" },
      limit,
      offset,
    });
    const items = await Promise.all(rows.map((row) => pipelineRow(runtime, row)));
    return context.json({ items, total, limit, offset }, 200);
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
    return context.json(startedView(id, "running"), 202);
  });
  return router;
}

function startedView(runId: RunId, status: z.infer<typeof RunStatus>): StartedPipeline {
  const self = `/api/v1/pipelines/${runId}`;
  return {
    runId,
    status,
    links: { self, events: `${self}/events`, stream: `${self}/ws`, console: `/runs/${runId}` },
  };
}

async function startOptions(api: ApiContext, body: z.output<typeof StartPipeline>) {
  const { dataset, datasetPath, problemStatement, ...rest } = body;
  const finish = (data: StartOptions["data"]) =>
    ({ ok: true, value: { ...rest, problem: problemStatement, data } }) as const;
  if (dataset !== undefined && datasetPath === undefined) {
    const sha256 = Sha256.safeParse(dataset.sha256);
    const { artifacts } = api.opened.stores;
    if (!sha256.success || !(await artifacts.has(sha256.data))) {
      return {
        ok: false,
        failure: failure(
          "not-found",
          `no data with the digest ${dataset.sha256} was uploaded; send it to POST /api/v1/datasets first`,
        ),
      } as const;
    }
    const { byteLength } = await artifacts.read(sha256.data);
    return finish({ sha256: sha256.data, name: dataset.name, bytes: byteLength });
  }
  if (datasetPath !== undefined && dataset === undefined) {
    const path = await servedDataPath(datasetPath, api.opened.environment);
    return path.ok ? finish({ path: path.value }) : path;
  }
  return {
    ok: false,
    failure: failure("invalid-input", "give either `dataset` (from an upload) or `datasetPath`"),
  } as const;
}
