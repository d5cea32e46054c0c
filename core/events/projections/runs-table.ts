import type { Event } from "#core/contract/event.ts";
import type { JsonObject } from "#core/contract/json.ts";
import type { ProjectionDefinition } from "#core/contract/projection.ts";
import { narrowRunEvent } from "../run-event.ts";

/** One row a run: what lists and dashboards show without folding its events. */
export const runsTable: ProjectionDefinition = {
  name: "runs",
  description: "Runs with their state, cost and counts.",
  columns: [
    { name: "run_id", type: "text" },
    { name: "status", type: "text", indexed: true },
    { name: "workflow", type: "text" },
    { name: "deployment", type: "text" },
    { name: "created_by", type: "text" },
    { name: "created_at", type: "text", indexed: true },
    { name: "started_at", type: "text" },
    { name: "ended_at", type: "text" },
    { name: "failure_code", type: "text" },
    { name: "failure_message", type: "text" },
    { name: "node", type: "text" },
    { name: "open_gates", type: "integer" },
    { name: "answered", type: "integer" },
    { name: "model_calls", type: "integer" },
    { name: "tool_calls", type: "integer" },
    { name: "input_tokens", type: "integer" },
    { name: "output_tokens", type: "integer" },
    { name: "cost_usd", type: "real" },
    { name: "artifacts", type: "integer" },
    { name: "events", type: "integer" },
    { name: "data_sha256", type: "text" },
    { name: "request_commitment", type: "text" },
    { name: "request_bytes", type: "integer" },
    { name: "updated_at", type: "text" },
  ],
  keys: (event) => (event.stream.kind === "run" ? [event.stream.id] : []),
  apply: (row, event, key) => ({ ...next(row, event, key), events: event.seq, updated_at: event.at }),
};

function next(row: JsonObject | undefined, stored: Event, key: string): JsonObject {
  const event = narrowRunEvent(stored);
  if (event.type === "run.created") {
    return {
      run_id: key,
      status: "queued",
      workflow: event.data.workflow.id,
      deployment: event.data.deployment.id,
      created_by: event.actor.id,
      created_at: event.at,
      started_at: null,
      ended_at: null,
      failure_code: null,
      failure_message: null,
      node: null,
      open_gates: 0,
      // 1 when something happened after the pause that may let the run go on.
      answered: 0,
      model_calls: 0,
      tool_calls: 0,
      input_tokens: 0,
      output_tokens: 0,
      cost_usd: 0,
      artifacts: 0,
      data_sha256: event.data.dataSha256,
      request_commitment: event.payloadRef?.commitment ?? null,
      request_bytes: event.payloadRef?.bytes ?? 0,
    };
  }
  if (row === undefined) throw new Error(`${key}: ${event.type} before run.created`);
  const plus = (column: string, amount: number): JsonObject => ({
    [column]: Number(row[column] ?? 0) + amount,
  });
  switch (event.type) {
    case "run.started":
      return { ...row, status: "running", started_at: row["started_at"] ?? event.at };
    case "run.paused":
      return { ...row, status: "waiting", answered: 0 };
    case "run.succeeded":
      return { ...row, status: "succeeded", ended_at: event.at };
    case "run.cancelled":
      return { ...row, status: "cancelled", ended_at: event.at };
    case "run.failed":
      return {
        ...row,
        status: "failed",
        ended_at: event.at,
        failure_code: event.data.failure.code,
        failure_message: event.data.failure.message,
      };
    case "node.started":
      return { ...row, node: event.data.nodeId };
    case "gate.opened":
      return { ...row, ...plus("open_gates", 1) };
    case "run.cancel-requested":
      return { ...row, answered: 1 };
    case "gate.resolved":
    case "gate.expired":
      return { ...row, ...plus("open_gates", -1), answered: 1 };
    case "gate.withdrawn":
      return { ...row, ...plus("open_gates", -1) };
    case "turn.started":
      return { ...row, ...plus("model_calls", 1) };
    case "turn.finished":
      return {
        ...row,
        ...plus(
          "input_tokens",
          event.data.usage.inputTokens + event.data.usage.cacheReadTokens + event.data.usage.cacheWriteTokens,
        ),
        ...plus("output_tokens", event.data.usage.outputTokens),
        ...plus("cost_usd", event.data.costUsd ?? 0),
      };
    case "tool.requested":
      return event.data.origin === "call" ? { ...row, ...plus("tool_calls", 1) } : row;
    case "artifact.recorded":
      return { ...row, ...plus("artifacts", 1) };
    default:
      return row;
  }
}
