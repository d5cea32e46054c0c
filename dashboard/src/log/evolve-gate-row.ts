import type { GateRow } from "#api/contract/gates.ts";
import type { EventView } from "#api/contract/pipeline.ts";
import { readEventView } from "./read-event-view.ts";

/** The gate that an event speaks of, undefined for all other events. */
export function gateIdOf(view: EventView): string | undefined {
  const id = view.type.startsWith("gate.") ? view.data["gateId"] : undefined;
  return typeof id === "string" ? id : undefined;
}

/**
 * A gate's row after an event about it: a new one when it opens, else the given row brought up to date. Undefined
 * when the row is not known. Taking the same event in twice changes nothing.
 */
export function evolveGateRow(
  row: GateRow | undefined,
  { runId, event: view }: { runId: string; event: EventView },
): GateRow | undefined {
  const event = readEventView(runId, view);
  if (event.type === "gate.opened") {
    if (row !== undefined) return row;
    const { gateId, kind, subject, reason, inputHash, role, expiresAt } = event.data;
    return {
      gateId,
      runId,
      state: "open",
      kind,
      subject: subject.kind === "checkpoint" ? subject.nodeId : subject.tool,
      reason,
      inputHash,
      role,
      openedAt: event.at,
      expiresAt: expiresAt ?? null,
      decision: null,
      resolvedBy: null,
      resolvedAt: null,
    };
  }
  if (row === undefined) return undefined;
  switch (event.type) {
    case "gate.resolved":
      return {
        ...row,
        state: "resolved",
        decision: event.data.decision,
        resolvedBy: event.actor.id,
        resolvedAt: event.at,
      };
    case "gate.expired":
      return { ...row, state: "expired", resolvedAt: event.at };
    case "gate.withdrawn":
      return { ...row, state: "withdrawn", resolvedAt: event.at };
    default:
      return row;
  }
}
