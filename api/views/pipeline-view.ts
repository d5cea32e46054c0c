import { PayloadRef } from "#core/contract/event.ts";
import { readJsonPayload } from "#core/contract/event-log.ts";
import type { RunId } from "#core/contract/ids.ts";
import type { JsonObject } from "#core/contract/json.ts";
import { RunRequest } from "#core/contract/run-request.ts";
import type { LoadedRun } from "#core/run/load-run.ts";
import { runResult } from "#core/run/run-result.ts";
import type { Runtime } from "#core/run/runtime.ts";
import type { WorkflowGraph } from "#core/workflow/workflow-graph.ts";
import { rowText } from "./row-text.ts";
import {
  type PipelineDetail,
  type PipelineRow,
  RunStatus,
  type StartedPipeline,
  type WorkflowView,
} from "../contract/pipeline.ts";

/** A row of the list: the projection, and the request's words from its payload. */
export async function pipelineRow(runtime: Runtime, row: JsonObject): Promise<PipelineRow> {
  const request = await requestOf(runtime, row);
  const text = (name: string): string | null => (typeof row[name] === "string" ? row[name] : null);
  const number = (name: string): number => Number(row[name] ?? 0);
  return {
    runId: rowText(row, "run_id"),
    status: RunStatus.parse(row["status"]),
    workflow: rowText(row, "workflow"),
    problem: request?.problem ?? "(erased)",
    dataName: request?.data.name ?? "(erased)",
    target: request?.target ?? "(erased)",
    node: text("node"),
    openGates: number("open_gates"),
    createdBy: rowText(row, "created_by"),
    createdAt: rowText(row, "created_at"),
    startedAt: text("started_at"),
    endedAt: text("ended_at"),
    failure: text("failure_message"),
    toolCalls: number("tool_calls"),
    modelCalls: number("model_calls"),
    costUsd: number("cost_usd"),
    artifacts: number("artifacts"),
    events: number("events"),
  };
}

/** A run's place in the API, for whoever started it or asked it to end. */
export function startedView(runId: RunId, status: StartedPipeline["status"]): StartedPipeline {
  const self = `/api/v1/pipelines/${runId}`;
  return {
    runId,
    status,
    links: { self, events: `${self}/events`, stream: `${self}/ws`, console: `/runs/${runId}` },
  };
}

async function requestOf(runtime: Runtime, row: JsonObject): Promise<RunRequest | undefined> {
  const ref = PayloadRef.safeParse({
    commitment: row["request_commitment"],
    bytes: row["request_bytes"],
    mediaType: "application/json",
  });
  if (!ref.success) return undefined;
  const read = await readJsonPayload(runtime.stores.payloads, ref.data);
  return read.ok ? RunRequest.parse(read.value) : undefined;
}

/** A run in whole. */
export function pipelineDetail(runtime: Runtime, { state, request }: LoadedRun): PipelineDetail {
  const result = runResult(state, { workDir: runtime.folders.path(state.runId), now: runtime.clock.now() });
  const graph = runtime.workflows.get(state.workflow.id);
  return {
    runId: state.runId,
    status: state.phase.status,
    problem: request.problem,
    data: request.data,
    target: request.target,
    protected: request.protected,
    timeColumn: request.timeColumn ?? null,
    approve: request.approve,
    seed: request.seed,
    workflow: graph?.hash === state.workflow.hash ? workflowView(graph) : null,
    createdBy: state.createdBy.id,
    createdAt: state.createdAt,
    seconds: result.seconds,
    failure: result.failure ?? null,
    problemType: result.problemType,
    metrics: result.metrics,
    fairness: result.fairness,
    drift: result.drift,
    facts: state.facts,
    gates: [...state.gates.values()].map(({ gate }) => gate),
    artifacts: [...state.artifacts.values()],
    usage: state.usage,
    lastSeq: state.lastSeq,
    chainHead: state.head,
  };
}

function workflowView(graph: WorkflowGraph): WorkflowView {
  const { workflow, hash } = graph;
  return {
    id: workflow.id,
    version: workflow.version,
    hash,
    nodes: workflow.nodes.map((node) => ({
      id: node.id,
      type: node.type,
      ...(node.type === "stage" ? { agent: node.agent, objective: node.objective } : {}),
      ...(node.type === "checkpoint" ? { gate: node.gate } : {}),
    })),
    edges: workflow.nodes.flatMap((node) =>
      graph.edgesFrom(node.id).map(({ from, to, condition }) => ({
        from,
        to,
        ...(condition === undefined ? {} : { when: condition.text }),
      })),
    ),
  };
}
