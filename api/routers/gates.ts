import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { type Failure, failure } from "#core/contract/failure.ts";
import { GateId, RunId } from "#core/contract/ids.ts";
import type { JsonObject } from "#core/contract/json.ts";
import { resolveGate, viewGate } from "#core/run/resolve-gate.ts";
import { readPage } from "../boot/page-cursor.ts";
import { DecideGate, GateDetail, GateRow } from "../contract/gates.ts";
import { page, Paging } from "../contract/paging.ts";
import { problemResponse } from "../middleware/respond.ts";
import { type ApiContext, createRouter, json, problems } from "./api-context.ts";

const params = z.object({ id: GateId });

const list = createRoute({
  method: "get",
  path: "/gates",
  tags: ["gates"],
  summary: "Gates of all runs, newest first; with state=open the one that waits longest first",
  request: {
    query: Paging.extend({
      state: z.enum(["open", "resolved", "expired", "withdrawn"]).optional(),
      runId: RunId.optional(),
    }),
  },
  responses: { 200: json(page(GateRow), "One page"), ...problems },
});
const read = createRoute({
  method: "get",
  path: "/gates/{id}",
  tags: ["gates"],
  summary: "A gate with exactly what is approved",
  request: { params },
  responses: { 200: json(GateDetail, "The gate"), ...problems },
});
const decide = createRoute({
  method: "post",
  path: "/gates/{id}/decision",
  tags: ["gates"],
  summary: "Approve, reject or edit; counts only for the input whose hash is given",
  request: { params, body: { required: true, content: { "application/json": { schema: DecideGate } } } },
  responses: { 200: json(GateDetail, "The decided gate"), ...problems },
});

export function gatesRouter(api: ApiContext): OpenAPIHono {
  const { runtime } = api.opened;
  const router = createRouter();
  router.openapi(list, async (context) => {
    const { limit, state, runId, ...place } = context.req.valid("query");
    const found = await readPage(
      runtime.stores.projections,
      {
        projection: "gates",
        where: {
          ...(state === undefined ? {} : { state }),
          ...(runId === undefined ? {} : { run_id: runId }),
        },
        column: "opened_at",
        key: "gate_id",
        direction: state === "open" ? "ascending" : "descending",
      },
      { limit, ...place },
    );
    if (!found.ok) return problemResponse(context, found.failure) as never;
    const { rows, ...rest } = found.value;
    return context.json({ items: rows.map(gateRow), limit, ...rest }, 200);
  });
  router.openapi(read, async (context) => {
    const { id } = context.req.valid("param");
    const runId = await runOf(api, id);
    if (!runId.ok) return problemResponse(context, runId.failure) as never;
    const viewed = await viewGate(runtime, runId.value, id);
    return viewed.ok ? context.json(viewed.value, 200) : (problemResponse(context, viewed.failure) as never);
  });
  router.openapi(decide, async (context) => {
    const { id } = context.req.valid("param");
    const { decision, inputHash, comment, input } = context.req.valid("json");
    const runId = await runOf(api, id);
    if (!runId.ok) return problemResponse(context, runId.failure) as never;
    const resolved = await resolveGate(runtime, {
      runId: runId.value,
      gateId: id,
      decision,
      inputHash,
      by: api.caller(),
      ...(comment === undefined ? {} : { comment }),
      ...(input === undefined ? {} : { input }),
    });
    if (!resolved.ok) return problemResponse(context, resolved.failure) as never;
    const viewed = await viewGate(runtime, runId.value, id);
    return viewed.ok ? context.json(viewed.value, 200) : (problemResponse(context, viewed.failure) as never);
  });
  return router;
}

async function runOf(
  api: ApiContext,
  id: GateId,
): Promise<{ ok: true; value: RunId } | { ok: false; failure: Failure }> {
  const row = await api.opened.stores.projections.get("gates", id);
  if (row === undefined)
    return {
      ok: false,
      failure: failure("not-found", `there is no gate ${id}; GET /api/v1/gates lists them`),
    };
  return { ok: true, value: RunId.parse(row["run_id"]) };
}

function gateRow(row: JsonObject): GateRow {
  return GateRow.parse({
    gateId: row["gate_id"],
    runId: row["run_id"],
    state: row["state"],
    kind: row["kind"],
    subject: row["subject"],
    reason: row["reason"],
    inputHash: row["input_hash"],
    role: row["role"],
    openedAt: row["opened_at"],
    expiresAt: row["expires_at"],
    decision: row["decision"],
    resolvedBy: row["resolved_by"],
    resolvedAt: row["resolved_at"],
  });
}
