import type { Role } from "#core/contract/actor.ts";
import { isoTime } from "#core/contract/clock.ts";
import type { NewEvent } from "#core/contract/event.ts";
import type { GateKind, GateSubject } from "#core/contract/gate.ts";
import { GateId, type Sha256 } from "#core/contract/ids.ts";
import type { JsonObject } from "#core/contract/json.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import type { RunState } from "#core/events/run-state.ts";
import { derivedId } from "./derived-id.ts";
import { type RunSession, systemActor } from "./run-session.ts";

export interface GateRequest {
  kind: GateKind;
  subject: GateSubject;
  inputHash: Sha256;
  /** Exactly what the person sees. */
  shown: JsonObject;
  reason: string;
  role: Role;
  ttlHours?: number;
  escalateHours?: number;
  /** Events that belong to the opening and need the gate's id. */
  also?: (gateId: GateId) => NewEvent[];
}

const HOUR_MS = 3_600_000;

/**
 * Opens a gate, durably, after the given events. In a run that approves automatically the system answers at once,
 * on the record and under its own name: everything but an abandoned call is approved, because repeating an effect
 * whose end is unknown is no decision for a machine.
 */
export async function openGate(
  session: RunSession,
  request: GateRequest,
  before: NewEvent[],
): Promise<"waiting" | "approved"> {
  const { runtime, state } = session;
  const gateId = nextGateId(state, request.subject);
  const now = runtime.clock.now();
  const hoursFromNow = (hours: number): string => isoTime(now + hours * HOUR_MS);
  const events = [
    ...before,
    newRunEvent(
      "gate.opened",
      {
        gateId,
        kind: request.kind,
        subject: request.subject,
        inputHash: request.inputHash,
        reason: request.reason.slice(0, 600),
        role: request.role,
        ...(request.escalateHours === undefined ? {} : { escalateAt: hoursFromNow(request.escalateHours) }),
        ...(request.ttlHours === undefined ? {} : { expiresAt: hoursFromNow(request.ttlHours) }),
      },
      {
        actor: systemActor("gatekeeper"),
        payload: { mediaType: "application/json", json: request.shown },
      },
    ),
    ...(request.also?.(gateId) ?? []),
  ];
  if (state.approve === "ask") {
    await session.append(events, "full");
    return "waiting";
  }
  const decision = request.subject.kind === "abandoned-call" ? "rejected" : "approved";
  events.push(
    newRunEvent(
      "gate.resolved",
      { gateId, decision, inputHash: request.inputHash },
      {
        actor: systemActor("automatic-approval"),
        payload: {
          mediaType: "application/json",
          json: { comment: "the run was started with automatic approval (--approve auto)" },
        },
      },
    ),
  );
  await session.append(events, "full");
  return decision === "approved" ? "approved" : "waiting";
}

/** A subject may be asked about again: with other arguments, in another visit, after another interruption. */
function nextGateId(state: RunState, subject: GateSubject): GateId {
  const place = subject.kind === "checkpoint" ? subject.nodeId : subject.callId;
  const isSame = (other: GateSubject): boolean =>
    other.kind === subject.kind && (other.kind === "checkpoint" ? other.nodeId : other.callId) === place;
  const earlier = [...state.gates.values()].filter(({ gate }) => isSame(gate.subject)).length;
  return GateId.parse(derivedId("gate", state.runId, subject.kind, place, earlier + 1));
}
