import { z } from "zod";
import { type DecideGate, GateDetail, GateRow } from "#api/contract/gates.ts";
import { page } from "#api/contract/paging.ts";
import {
  PayloadView,
  PipelineDetail,
  PipelineRow,
  StartedPipeline,
  type StartPipeline,
} from "#api/contract/pipeline.ts";
import { Problem } from "#api/contract/problem.ts";
import { AgentView, DatasetUpload, Health, ToolView, WorkflowRow } from "#api/contract/shelf.ts";
import type { ApiResult } from "./api-result.ts";

export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

const RunPage = page(PipelineRow);
export type RunPage = z.infer<typeof RunPage>;
const GatePage = page(GateRow);
export type GatePage = z.infer<typeof GatePage>;

const items = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item) });

/** The API of one server. Every answer is parsed by the schema that the server answers by. */
export interface ApiClient {
  health(signal?: AbortSignal): Promise<ApiResult<Health>>;
  listRuns(
    query: { status?: string; limit: number; offset: number },
    signal?: AbortSignal,
  ): Promise<ApiResult<RunPage>>;
  run(runId: string, signal?: AbortSignal): Promise<ApiResult<PipelineDetail>>;
  startRun(request: StartPipeline): Promise<ApiResult<StartedPipeline>>;
  cancelRun(runId: string): Promise<ApiResult<undefined>>;
  uploadDataset(file: File, signal?: AbortSignal): Promise<ApiResult<DatasetUpload>>;
  payload(runId: string, seq: number, signal?: AbortSignal): Promise<ApiResult<PayloadView>>;
  listGates(
    query: { state?: string; limit: number; offset: number },
    signal?: AbortSignal,
  ): Promise<ApiResult<GatePage>>;
  gate(gateId: string, signal?: AbortSignal): Promise<ApiResult<GateDetail>>;
  decideGate(gateId: string, decision: DecideGate): Promise<ApiResult<GateDetail>>;
  agents(signal?: AbortSignal): Promise<ApiResult<{ items: AgentView[] }>>;
  tools(signal?: AbortSignal): Promise<ApiResult<{ items: ToolView[] }>>;
  workflows(signal?: AbortSignal): Promise<ApiResult<{ items: WorkflowRow[] }>>;
  artifactText(sha256: string, name: string, signal?: AbortSignal): Promise<ApiResult<string>>;
  /** Whether the server lets a browser show these bytes in place instead of offering a download. */
  isShownInline(sha256: string, name: string, signal?: AbortSignal): Promise<ApiResult<boolean>>;
}

export const API_BASE = "/api/v1";

/** A request whose headers are plain names and values. */
type Request = Omit<RequestInit, "headers"> & { headers?: Record<string, string> };

/** Where an artifact's bytes are; with `inline` the server is asked to let the browser show them in place. */
export function artifactUrl(sha256: string, name: string, options: { inline?: boolean } = {}): string {
  const query = new URLSearchParams({ name: name.split("/").at(-1) ?? name });
  if (options.inline === true) query.set("inline", "1");
  return `${API_BASE}/artifacts/${sha256}?${query.toString()}`;
}

const enc = encodeURIComponent;
const pathOf = (sha256: string, name: string, options: { inline?: boolean }): string =>
  artifactUrl(sha256, name, options).slice(API_BASE.length);

export function createClient(options: { fetch: Fetch }): ApiClient {
  const send = async (path: string, { headers, ...init }: Request = {}): Promise<ApiResult<Response>> => {
    let response: Response;
    try {
      response = await options.fetch(`${API_BASE}${path}`, {
        ...init,
        headers: { accept: "application/json", ...headers },
      });
    } catch (error) {
      // An aborted request belongs to a page that is gone; the query library wants to see it as such.
      if (init.signal?.aborted === true) throw error;
      return unreachable();
    }
    return response.ok ? { ok: true, value: response } : failed(response);
  };

  const ask = async <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    init?: Request,
  ): Promise<ApiResult<z.output<Schema>>> => {
    const sent = await send(path, init);
    if (!sent.ok) return sent;
    const parsed = schema.safeParse(await sent.value.json().catch(() => undefined));
    if (parsed.success) return { ok: true, value: parsed.data };
    const issue = parsed.error.issues[0];
    return {
      ok: false,
      failure: {
        code: "unreadable",
        status: sent.value.status,
        message: `The server's answer to ${path.split("?")[0]} does not have the expected form at ${issue?.path.join(".") ?? "?"} (${issue?.message ?? "no JSON"}). Reload the page: console and server may be of different versions.`,
      },
    };
  };

  const read = (signal: AbortSignal | undefined): Request => (signal === undefined ? {} : { signal });
  const post = (body: unknown): Request => ({
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

  return {
    health: (signal) => ask("/health", Health, read(signal)),
    listRuns: ({ status, limit, offset }, signal) =>
      ask(`/pipelines?${queryOf({ status, limit, offset })}`, RunPage, read(signal)),
    run: (runId, signal) => ask(`/pipelines/${enc(runId)}`, PipelineDetail, read(signal)),
    startRun: (request) => ask("/pipelines", StartedPipeline, post(request)),
    async cancelRun(runId) {
      const sent = await send(`/pipelines/${enc(runId)}`, { method: "DELETE" });
      return sent.ok ? { ok: true, value: undefined } : sent;
    },
    uploadDataset: (file, signal) =>
      ask(`/datasets?name=${enc(file.name)}`, DatasetUpload, {
        method: "POST",
        headers: { "content-type": "application/octet-stream" },
        body: file,
        ...read(signal),
      }),
    payload: (runId, seq, signal) =>
      ask(`/pipelines/${enc(runId)}/events/${seq}/payload`, PayloadView, read(signal)),
    listGates: ({ state, limit, offset }, signal) =>
      ask(`/gates?${queryOf({ state, limit, offset })}`, GatePage, read(signal)),
    gate: (gateId, signal) => ask(`/gates/${enc(gateId)}`, GateDetail, read(signal)),
    decideGate: (gateId, decision) => ask(`/gates/${enc(gateId)}/decision`, GateDetail, post(decision)),
    agents: (signal) => ask("/agents", items(AgentView), read(signal)),
    tools: (signal) => ask("/tools", items(ToolView), read(signal)),
    workflows: (signal) => ask("/workflows", items(WorkflowRow), read(signal)),
    async artifactText(sha256, name, signal) {
      const sent = await send(pathOf(sha256, name, {}), { ...read(signal), headers: { accept: "*/*" } });
      return sent.ok ? { ok: true, value: await sent.value.text() } : sent;
    },
    async isShownInline(sha256, name, signal) {
      const path = pathOf(sha256, name, { inline: true });
      const sent = await send(path, { ...read(signal), method: "HEAD", headers: { accept: "*/*" } });
      if (!sent.ok) return sent;
      const disposition = sent.value.headers.get("content-disposition") ?? "inline";
      return { ok: true, value: disposition.startsWith("inline") };
    },
  };
}

function queryOf(members: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members))
    if (value !== undefined && value !== "") query.set(name, String(value));
  return query.toString();
}

function unreachable(): { ok: false; failure: { code: string; message: string; status: number } } {
  return {
    ok: false,
    failure: {
      code: "unreachable",
      message: "The server does not answer. Check that swarm serve is running, then try again.",
      status: 0,
    },
  };
}

async function failed(response: Response): Promise<ApiResult<never>> {
  const body: unknown = await response.json().catch(() => undefined);
  const problem = Problem.safeParse(body);
  if (problem.success) {
    const { error, detail } = problem.data;
    return { ok: false, failure: { code: error.code, message: detail, status: response.status } };
  }
  return {
    ok: false,
    failure: {
      code: "unreadable",
      message: `The server answered ${response.status} without a reason.`,
      status: response.status,
    },
  };
}
