import type { Event } from "#core/contract/event.ts";
import type { JsonObject } from "#core/contract/json.ts";
import type { ProjectionDefinition } from "#core/contract/projection.ts";
import { narrowRunEvent } from "../run-event.ts";
import { textOf } from "./text-of.ts";

const isDoorEvent = (event: Event): boolean =>
  event.stream.kind === "run" || event.stream.kind === "tool-call";

/** One row a tool call, made by an agent or by hand. */
export const callsTable: ProjectionDefinition = {
  name: "tool_calls",
  description: "Tool calls with agent, state, effect and duration.",
  columns: [
    { name: "call_id", type: "text" },
    { name: "run_id", type: "text", indexed: true },
    { name: "invocation_id", type: "text" },
    { name: "agent", type: "text" },
    { name: "tool", type: "text", indexed: true },
    { name: "state", type: "text" },
    { name: "decision", type: "text" },
    { name: "effect", type: "text" },
    { name: "attempts", type: "integer" },
    { name: "requested_at", type: "text" },
    { name: "ended_at", type: "text" },
    { name: "millis", type: "integer" },
    { name: "failure_code", type: "text" },
  ],
  keys: (event) =>
    isDoorEvent(event) && (event.type.startsWith("tool.") || event.type === "permission.decided")
      ? [textOf(event.data["callId"])]
      : [],
  apply: (row, stored, key) => {
    const event = narrowRunEvent(stored);
    const known: JsonObject = row ?? {
      call_id: key,
      run_id: event.stream.kind === "run" ? event.stream.id : null,
      invocation_id: null,
      agent: null,
      tool: textOf(stored.data["tool"]),
      state: "asked",
      decision: null,
      effect: null,
      attempts: 0,
      requested_at: event.at,
      ended_at: null,
      millis: null,
      failure_code: null,
    };
    switch (event.type) {
      case "tool.requested":
        return {
          ...known,
          invocation_id: event.data.invocationId ?? null,
          agent: event.data.agent ?? null,
        };
      case "permission.decided":
        return { ...known, decision: event.data.outcome };
      case "tool.started":
        return { ...known, state: "running", effect: event.data.effect, attempts: event.data.attempt };
      case "tool.finished":
        return { ...known, state: "finished", ended_at: event.at, millis: event.data.millis };
      case "tool.failed":
        return {
          ...known,
          state: "failed",
          ended_at: event.at,
          millis: event.data.millis,
          failure_code: event.data.failure.code,
        };
      case "tool.refused":
        return { ...known, state: "refused", ended_at: event.at, failure_code: event.data.failure.code };
      case "tool.abandoned":
        return { ...known, state: "abandoned" };
      default:
        return known;
    }
  },
};

/** One row a denial by the permission engine: kept for ever, whatever is pruned. */
export const denialsTable: ProjectionDefinition = {
  name: "permission_denials",
  description: "Denied tool calls with the source and rule that denied them.",
  columns: [
    { name: "denial_id", type: "text" },
    { name: "run_id", type: "text", indexed: true },
    { name: "call_id", type: "text" },
    { name: "agent", type: "text", indexed: true },
    { name: "tool", type: "text", indexed: true },
    { name: "role", type: "text" },
    { name: "source", type: "text", indexed: true },
    { name: "rule", type: "text" },
    { name: "invariant", type: "integer" },
    { name: "reason", type: "text" },
    { name: "at", type: "text", indexed: true },
  ],
  keys: (event) =>
    isDoorEvent(event) && event.type === "permission.decided" && event.data["outcome"] === "deny"
      ? [`${event.stream.id}#${event.seq}`]
      : [],
  apply: (_row, stored, key) => {
    const event = narrowRunEvent(stored);
    if (event.type !== "permission.decided") return undefined;
    return {
      denial_id: key,
      run_id: event.stream.kind === "run" ? event.stream.id : null,
      call_id: event.data.callId,
      agent: event.data.agent ?? null,
      tool: event.data.tool,
      role: event.data.role,
      source: event.data.winner?.source ?? "default",
      rule: event.data.winner?.id ?? null,
      invariant: event.data.invariant ? 1 : 0,
      reason: event.data.reason,
      at: event.at,
    };
  },
};
