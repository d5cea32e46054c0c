import type { GateRow } from "#api/contract/gates.ts";
import type { PipelineDetail, PipelineRow, WorkflowView } from "#api/contract/pipeline.ts";
import type { JsonObject } from "#core/contract/json.ts";
import { RunId } from "#core/contract/ids.ts";
import type { RunRequest } from "#core/contract/run-request.ts";
import { loadRun } from "#core/run/load-run.ts";
import { runResult } from "#core/run/run-result.ts";
import type { Runtime } from "#core/run/runtime.ts";
import type { WorkflowGraph } from "#core/workflow/workflow-graph.ts";

const text = (row: JsonObject, name: string): string => (typeof row[name] === "string" ? row[name] : "");
const optional = (row: JsonObject, name: string): string | null =>
  typeof row[name] === "string" ? row[name] : null;

/** A row of the runs list from the projection and the run's request. */
export async function runRow(runtime: Runtime, row: JsonObject): Promise<PipelineRow> {
  const request = await requestOf(runtime, text(row, "run_id"));
  return {
    runId: text(row, "run_id"),
    status: text(row, "status") as PipelineRow["status"], // the projection writes only these
    workflow: text(row, "workflow"),
    problem: request?.problem ?? "",
    dataName: request?.data.name ?? "",
    target: request?.target ?? "",
    node: optional(row, "node"),
    openGates: Number(row["open_gates"]),
    createdBy: text(row, "created_by"),
    createdAt: text(row, "created_at"),
    startedAt: optional(row, "started_at"),
    endedAt: optional(row, "ended_at"),
    failure: optional(row, "failure_message"),
    toolCalls: Number(row["tool_calls"]),
    modelCalls: Number(row["model_calls"]),
    costUsd: Number(row["cost_usd"]),
    artifacts: Number(row["artifacts"]),
    events: Number(row["events"]),
  };
}

async function requestOf(runtime: Runtime, id: string): Promise<RunRequest | undefined> {
  const loaded = await loadRun(runtime, RunId.parse(id));
  return loaded.ok ? loaded.value.request : undefined;
}

export function gateRow(row: JsonObject): GateRow {
  return {
    gateId: text(row, "gate_id"),
    runId: text(row, "run_id"),
    state: text(row, "state") as GateRow["state"], // the projection writes only these
    kind: text(row, "kind"),
    subject: text(row, "subject"),
    reason: text(row, "reason"),
    inputHash: text(row, "input_hash"),
    role: text(row, "role"),
    openedAt: text(row, "opened_at"),
    expiresAt: optional(row, "expires_at"),
    decision: optional(row, "decision"),
    resolvedBy: optional(row, "resolved_by"),
    resolvedAt: optional(row, "resolved_at"),
  };
}

export async function runDetail(runtime: Runtime, id: string): Promise<PipelineDetail | undefined> {
  const loaded = await loadRun(runtime, RunId.parse(id));
  if (!loaded.ok) return undefined;
  const { state, request } = loaded.value;
  const result = runResult(state, { workDir: "", now: runtime.clock.now() });
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
    workflow: graph === undefined ? null : workflowView(graph),
    createdBy: state.createdBy.id,
    createdAt: state.createdAt,
    seconds: result.seconds,
    failure: result.failure ?? null,
    problemType: result.problemType,
    metrics: result.metrics,
    fairness: result.fairness,
    drift: result.drift,
    facts: state.facts,
    gates: [...state.gates.values()].map((record) => record.gate),
    artifacts: [...state.artifacts.values()],
    usage: state.usage,
    lastSeq: state.lastSeq,
    chainHead: state.head,
  };
}

function workflowView(graph: WorkflowGraph): WorkflowView {
  const { workflow, hash } = graph;
  const edges =
    workflow.flow === "sequential"
      ? workflow.nodes.slice(1).map((node, index) => ({
          from: workflow.nodes[index]?.id ?? node.id,
          to: node.id,
          when: undefined,
        }))
      : workflow.edges;
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
    edges: edges.map(({ from, to, when }) => ({ from, to, ...(when === undefined ? {} : { when }) })),
  };
}
