import { assertNever } from "#core/contract/failure.ts";
import type { ApprovalGate } from "#core/contract/gate.ts";
import type { RunEvent } from "./run-event.ts";
import { callOf, payloadOf, visitOf } from "./run-lookup.ts";
import type { GateRecord, RunState } from "./run-state.ts";

type GateEvent = Extract<
  RunEvent,
  { type: "gate.opened" | "gate.escalated" | "gate.resolved" | "gate.expired" | "gate.withdrawn" }
>;
type GateBase = Omit<Extract<ApprovalGate, { state: "open" }>, "state">;

/** Folds the life of a gate. Only an open gate changes; a second answer is a damaged history. */
export function foldGate(state: RunState, event: GateEvent): void {
  if (event.type === "gate.opened") {
    openGate(state, event);
    return;
  }
  const record = state.gates.get(event.data.gateId);
  if (record === undefined) throw new Error(`${state.runId}: unknown gate ${event.data.gateId}`);
  if (record.gate.state !== "open") {
    throw new Error(`${state.runId}: ${event.type} for the ${record.gate.state} gate ${event.data.gateId}`);
  }
  const { state: _state, ...base } = record.gate;
  switch (event.type) {
    case "gate.escalated":
      record.gate = { ...base, state: "open", escalatedAt: event.at };
      return;
    case "gate.expired":
      record.gate = { ...base, state: "expired", resolvedAt: event.at };
      return;
    case "gate.withdrawn":
      record.gate = { ...base, state: "withdrawn", resolvedAt: event.at };
      return;
    case "gate.resolved":
      resolveGate(state, record, base, event);
      return;
    default:
      assertNever(event, "foldGate");
  }
}

function openGate(state: RunState, event: Extract<RunEvent, { type: "gate.opened" }>): void {
  const { data } = event;
  state.gates.set(data.gateId, {
    gate: {
      state: "open",
      gateId: data.gateId,
      runId: state.runId,
      kind: data.kind,
      subject: data.subject,
      inputHash: data.inputHash,
      reason: data.reason,
      role: data.role,
      openedAt: event.at,
      ...(data.expiresAt === undefined ? {} : { expiresAt: data.expiresAt }),
    },
    shownRef: payloadOf(event),
    answerRef: undefined,
  });
  if (data.subject.kind === "checkpoint") {
    const { nodeId } = data.subject;
    const visit = state.visits.findLast((one) => one.nodeId === nodeId);
    if (visit === undefined)
      throw new Error(`${state.runId}: gate ${data.gateId} stands before unknown ${nodeId}`);
    visitOf(state, visit).gateId = data.gateId;
  } else {
    callOf(state, data.subject.callId).gateIds.push(data.gateId);
  }
}

function resolveGate(
  state: RunState,
  record: GateRecord,
  base: GateBase,
  event: Extract<RunEvent, { type: "gate.resolved" }>,
): void {
  record.gate = {
    ...base,
    state: "resolved",
    decision: event.data.decision,
    resolvedBy: event.actor,
    resolvedAt: event.at,
  };
  record.answerRef = event.payloadRef;
  const letsThrough = event.data.decision === "approved" || event.data.decision === "edited";
  if (base.subject.kind === "tool-call" && letsThrough) {
    callOf(state, base.subject.callId).approvedHashes.push(event.data.inputHash);
  }
}
