import type { Event } from "#core/contract/event.ts";
import type { JsonObject } from "#core/contract/json.ts";
import type { ProjectionDefinition } from "#core/contract/projection.ts";
import { narrowRunEvent } from "../run-event.ts";
import { textOf } from "./text-of.ts";

/** One row a gate of any run: the queue of what people have to decide, and what they decided. */
export const gatesTable: ProjectionDefinition = {
  name: "gates",
  description: "Approval gates with kind, state, what they stand before and who decided.",
  columns: [
    { name: "gate_id", type: "text" },
    { name: "run_id", type: "text", indexed: true },
    { name: "state", type: "text", indexed: true },
    { name: "kind", type: "text" },
    { name: "subject", type: "text" },
    { name: "subject_kind", type: "text" },
    { name: "input_hash", type: "text" },
    { name: "reason", type: "text" },
    { name: "role", type: "text" },
    { name: "opened_at", type: "text", indexed: true },
    { name: "escalate_at", type: "text" },
    { name: "expires_at", type: "text" },
    { name: "escalated_at", type: "text" },
    { name: "decision", type: "text" },
    { name: "resolved_by", type: "text" },
    { name: "resolved_at", type: "text" },
  ],
  keys: (event) =>
    event.stream.kind === "run" && event.type.startsWith("gate.") ? [textOf(event.data["gateId"])] : [],
  apply,
};

function apply(row: JsonObject | undefined, stored: Event, key: string): JsonObject | undefined {
  const event = narrowRunEvent(stored);
  if (event.type === "gate.opened") {
    const { subject } = event.data;
    return {
      gate_id: key,
      run_id: event.stream.id,
      state: "open",
      kind: event.data.kind,
      subject: subject.kind === "checkpoint" ? subject.nodeId : subject.tool,
      subject_kind: subject.kind,
      input_hash: event.data.inputHash,
      reason: event.data.reason,
      role: event.data.role,
      opened_at: event.at,
      escalate_at: event.data.escalateAt ?? null,
      expires_at: event.data.expiresAt ?? null,
      escalated_at: null,
      decision: null,
      resolved_by: null,
      resolved_at: null,
    };
  }
  if (row === undefined) throw new Error(`${key}: ${event.type} before gate.opened`);
  switch (event.type) {
    case "gate.resolved":
      return {
        ...row,
        state: "resolved",
        decision: event.data.decision,
        resolved_by: event.actor.id,
        resolved_at: event.at,
      };
    case "gate.escalated":
      return { ...row, escalated_at: event.at };
    case "gate.expired":
      return { ...row, state: "expired", resolved_at: event.at };
    case "gate.withdrawn":
      return { ...row, state: "withdrawn", resolved_at: event.at };
    default:
      return row;
  }
}
