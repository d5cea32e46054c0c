import { type Context, Hono } from "hono";
import { DecideGate } from "#api/contract/gates.ts";
import { StartPipeline } from "#api/contract/pipeline.ts";
import { Artifact } from "#core/contract/artifact.ts";
import { readJsonPayload } from "#core/contract/event-log.ts";
import type { Failure, FailureCode } from "#core/contract/failure.ts";
import { GateId, RunId, Sha256 } from "#core/contract/ids.ts";
import { requestCancel } from "#core/run/cancel-run.ts";
import { isTransfer } from "#core/run/resolve-tool.ts";
import { resolveGate, viewGate } from "#core/run/resolve-gate.ts";
import type { Runtime } from "#core/run/runtime.ts";
import { startRun } from "#core/run/start-run.ts";
import { operator, toyRequest } from "#test/run/toy-runtime.ts";
import { gateRow, runDetail, runRow } from "./mock-views.ts";
import { eventView } from "./record-run.ts";

const statusOf: Partial<Record<FailureCode, 400 | 403 | 404 | 409 | 412>> = {
  "not-found": 404,
  conflict: 409,
  forbidden: 403,
  "gate-input-changed": 412,
};

function problem(context: Context, failure: Pick<Failure, "code" | "message">): Response {
  const status = statusOf[failure.code] ?? 400;
  return context.json(
    {
      type: `urn:swarm:problem:${failure.code}`,
      title: failure.code,
      status,
      detail: failure.message,
      ok: false,
      error: { code: failure.code, message: failure.message },
    },
    status,
  );
}

/** The API's routes over a runtime, as thin as they get: a stand-in while the console is worked on. */
export function createMockApi(runtime: Runtime): Hono {
  const api = new Hono();
  const { projections, log, payloads, artifacts } = runtime.stores;
  const paging = (context: Context) => ({
    limit: Number(context.req.query("limit") ?? 50),
    offset: Number(context.req.query("offset") ?? 0),
  });

  api.get("/health", async (context) =>
    context.json({
      status: "ok",
      version: "0.1.0",
      deployment: runtime.deployment.id,
      activeRuns: [],
      log: await log.head(),
      providers: [{ id: "playbook", usable: true, detail: "needs no key" }],
    }),
  );

  api.post("/datasets", async (context) => {
    const bytes = new Uint8Array(await context.req.arrayBuffer());
    const name = context.req.query("name") ?? "data.csv";
    const [header = "", ...lines] = new TextDecoder().decode(bytes).trim().split(/\r?\n/);
    if (bytes.length === 0 || lines.length === 0) {
      return problem(context, {
        code: "invalid-input",
        message: `${name} has no rows; give a CSV or Parquet file with a header and at least one row`,
      });
    }
    const { sha256 } = await artifacts.put(bytes);
    const cells = lines.map((line) => line.split(","));
    return context.json({
      sha256,
      name,
      bytes: bytes.length,
      rows: lines.length,
      columns: header.split(",").map((column, index) => {
        const values = cells.map((row) => row[index] ?? "");
        const isNumber = values.every((value) => value === "" || Number.isFinite(Number(value)));
        return {
          name: column,
          kind: isNumber ? "number" : "category",
          missing: values.filter((value) => value === "").length,
          distinct: new Set(values).size,
        };
      }),
    });
  });

  api.post("/pipelines", async (context) => {
    const parsed = StartPipeline.safeParse(await context.req.json());
    if (!parsed.success || parsed.data.dataset === undefined)
      return problem(context, {
        code: "invalid-input",
        message: parsed.error?.issues[0]?.message ?? "no data",
      });
    const { data } = parsed;
    if (data.target === "id")
      return problem(context, {
        code: "invalid-input",
        message: "target: the column id has a different value in every row; choose the column to predict",
      });
    const started = await startRun(runtime, {
      request: toyRequest({
        problem: data.problemStatement,
        data: {
          sha256: Sha256.parse(data.dataset?.sha256),
          name: data.dataset?.name ?? "",
          bytes: 1_204_551,
        },
        target: data.target,
        protected: data.protected,
        workflow: data.workflow ?? "governed_model",
        approve: data.approve,
        seed: data.seed ?? 7,
      }),
      by: operator,
    });
    if (!started.ok) return problem(context, started.failure);
    return context.json({ runId: started.value, status: "queued", links: {} }, 202);
  });

  api.get("/pipelines", async (context) => {
    const status = context.req.query("status");
    const listed = await projections.list("runs", {
      ...(status === undefined ? {} : { where: { status } }),
      orderBy: { column: "created_at", direction: "descending" },
      ...paging(context),
    });
    const items = await Promise.all(listed.rows.map((row) => runRow(runtime, row)));
    return context.json({ items, total: listed.total, ...paging(context) });
  });

  api.get("/pipelines/:id", async (context) => {
    const id = RunId.safeParse(context.req.param("id"));
    const detail = id.success ? await runDetail(runtime, id.data) : undefined;
    if (detail === undefined)
      return problem(context, { code: "not-found", message: `there is no run ${context.req.param("id")}` });
    return context.json(detail);
  });

  api.delete("/pipelines/:id", async (context) => {
    const asked = await requestCancel(runtime, {
      runId: RunId.parse(context.req.param("id")),
      by: operator,
      reason: "asked for in the console",
    });
    return asked.ok ? context.json({ status: asked.value }, 202) : problem(context, asked.failure);
  });

  api.get("/pipelines/:id/events", async (context) => {
    const events = await log.read(
      { kind: "run", id: context.req.param("id") },
      { afterSeq: Number(context.req.query("after") ?? 0), limit: Number(context.req.query("limit") ?? 100) },
    );
    return context.json({ items: events.map(eventView) });
  });

  api.get("/pipelines/:id/events/:seq/payload", async (context) => {
    const seq = Number(context.req.param("seq"));
    const stream = { kind: "run", id: context.req.param("id") } as const;
    const [event] = await log.read(stream, { afterSeq: seq - 1, limit: 1 });
    if (event?.payloadRef === undefined)
      return problem(context, { code: "not-found", message: `event ${seq} has no payload` });
    const read = await readJsonPayload(payloads, event.payloadRef);
    if (!read.ok) return context.json({ state: "erased" });
    return context.json({ state: "present", mediaType: event.payloadRef.mediaType, json: read.value });
  });

  api.get("/artifacts/:sha256", async (context) => {
    const bytes = await artifacts.read(Sha256.parse(context.req.param("sha256"))).catch(() => undefined);
    if (bytes === undefined) return problem(context, { code: "not-found", message: "no such artifact" });
    const name = context.req.query("name") ?? "artifact";
    const isInline = context.req.query("inline") === "1";
    const mediaType = mediaTypeOf(name);
    return context.body(new Uint8Array(bytes), 200, {
      "content-type": mediaType,
      "content-disposition": `${isInline ? "inline" : "attachment"}; filename="${name}"`,
      "x-content-type-options": "nosniff",
      // PDF readers of browsers do not start in a sandbox; a PDF runs no script of ours either way.
      "content-security-policy": mediaType.startsWith("application/pdf")
        ? "default-src 'none'; object-src 'self'; frame-ancestors 'self'"
        : "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'",
    });
  });

  api.get("/gates", async (context) => {
    const state = context.req.query("state");
    const listed = await projections.list("gates", {
      ...(state === undefined ? {} : { where: { state } }),
      orderBy: { column: "opened_at", direction: state === "open" ? "ascending" : "descending" },
      ...paging(context),
    });
    return context.json({ items: listed.rows.map(gateRow), total: listed.total, ...paging(context) });
  });

  const runOfGate = async (gateId: string) => {
    const row = await projections.get("gates", gateId);
    return row === undefined
      ? undefined
      : { runId: RunId.parse(row["run_id"]), gateId: GateId.parse(gateId) };
  };

  api.get("/gates/:id", async (context) => {
    const found = await runOfGate(context.req.param("id"));
    if (found === undefined) return problem(context, { code: "not-found", message: "there is no such gate" });
    const viewed = await viewGate(runtime, found.runId, found.gateId);
    return viewed.ok ? context.json(viewed.value) : problem(context, viewed.failure);
  });

  api.post("/gates/:id/decision", async (context) => {
    const found = await runOfGate(context.req.param("id"));
    const decision = DecideGate.safeParse(await context.req.json());
    if (found === undefined || !decision.success)
      return problem(context, { code: "invalid-input", message: decision.error?.message ?? "no such gate" });
    const { comment, input, ...rest } = decision.data;
    const resolved = await resolveGate(runtime, {
      ...found,
      ...rest,
      by: operator,
      ...(comment === undefined ? {} : { comment }),
      ...(input === undefined ? {} : { input }),
    });
    if (!resolved.ok) return problem(context, resolved.failure);
    const viewed = await viewGate(runtime, found.runId, found.gateId);
    return viewed.ok ? context.json(viewed.value) : problem(context, viewed.failure);
  });

  api.get("/agents", (context) =>
    context.json({
      items: runtime.agents.list().map(({ manifest, hash }) => ({
        ...manifest,
        modelTier: manifest.model.tier,
        hash,
      })),
    }),
  );
  api.get("/tools", (context) =>
    context.json({
      items: runtime.tools
        .list()
        .filter(({ definition }) => !isTransfer(definition.name))
        .map(({ definition, offer, outputSchema }) => ({
          name: definition.name,
          group: definition.group,
          description: definition.description,
          effect: definition.effect,
          repeat: definition.repeat,
          input: offer.inputSchema,
          output: outputSchema,
        })),
    }),
  );
  api.get("/workflows", (context) =>
    context.json({
      items: runtime.workflows.list().map(({ workflow, hash }) => ({
        id: workflow.id,
        version: workflow.version,
        description: workflow.description,
        nodes: workflow.nodes.length,
        hash,
      })),
    }),
  );
  return api;
}

function mediaTypeOf(name: string): string {
  const types: Record<string, string> = {
    json: "application/json",
    md: "text/markdown; charset=utf-8",
    html: "text/html; charset=utf-8",
    svg: "image/svg+xml",
    pdf: "application/pdf",
    csv: "text/csv; charset=utf-8",
    yaml: "application/yaml",
  };
  return types[Artifact.shape.name.parse(name).split(".").at(-1) ?? ""] ?? "application/octet-stream";
}
