import { assertNever } from "#core/contract/failure.ts";
import type { Event } from "#core/contract/event.ts";
import type { RunId } from "#core/contract/ids.ts";
import { foldCall } from "./fold-call.ts";
import { foldGate } from "./fold-gate.ts";
import { foldTurn, startInvocation } from "./fold-agent.ts";
import { type RunEvent, readRunEvent } from "./run-event.ts";
import { invocationOf, payloadOf, visitOf } from "./run-lookup.ts";
import type { RunState } from "./run-state.ts";
import { untouchedRun } from "./untouched-run.ts";

/**
 * The state after a run's events, oldest first. Deterministic, reads no clock; throws on a history that cannot
 * have happened (first event is not run.created, a gap in seq, an event about something unknown): then the log is
 * damaged and guessing would be worse.
 */
export function foldRun(events: Iterable<Event>): RunState {
  let state: RunState | undefined;
  for (const event of events) state = evolveRun(state, readRunEvent(event));
  if (state === undefined) throw new Error("a run without events has no state");
  return state;
}

/** Folds one more event in. The given state is changed and returned: its owner must not share it. */
export function evolveRun(state: RunState | undefined, event: RunEvent): RunState {
  if (event.type === "run.created") {
    if (state !== undefined) throw new Error(`${event.stream.id} was created twice`);
    return stateAtCreation(event);
  }
  if (state === undefined)
    throw new Error(`${event.stream.id}: the first event is ${event.type}, not run.created`);
  if (event.seq !== state.lastSeq + 1) {
    throw new Error(`${event.stream.id}: event ${event.seq} follows ${state.lastSeq}`);
  }
  fold(state, event);
  state.lastSeq = event.seq;
  state.head = event.hash;
  state.lastEventAt = event.at;
  return state;
}

function fold(state: RunState, event: Exclude<RunEvent, { type: "run.created" }>): void {
  switch (event.type) {
    case "run.started":
      // A drive that died left no end: the last event is its last sign of life.
      endDrive(state, state.lastEventAt);
      state.activeSince = event.at;
      state.phase = { status: "running" };
      state.drives = event.data.drive;
      state.startedAt ??= event.at;
      return;
    case "run.environment-recorded": {
      const { drive, sha256, environment } = event.data;
      state.environments = [...(state.environments ?? []), { drive, sha256, record: environment }];
      return;
    }
    case "run.paused":
      endDrive(state, event.at);
      state.phase = { status: "waiting", gates: event.data.gates };
      return;
    case "run.cancel-requested":
      state.cancelRequested = true;
      return;
    case "run.succeeded":
      endDrive(state, event.at);
      state.phase = { status: "succeeded", at: event.at };
      return;
    case "run.failed":
      endDrive(state, event.at);
      state.phase = { status: "failed", failure: event.data.failure, at: event.at };
      return;
    case "run.cancelled":
      endDrive(state, event.at);
      state.phase = { status: "cancelled", at: event.at };
      return;

    case "node.started": {
      const { nodeId, visit, type, from } = event.data;
      for (const source of from) {
        const index = state.arrivals.findIndex((arrival) => arrival.from === source && arrival.to === nodeId);
        if (index < 0)
          throw new Error(`${state.runId}: ${nodeId} was entered from ${source} without an arrival`);
        state.arrivals.splice(index, 1);
      }
      state.visits.push({
        nodeId,
        visit,
        type,
        status: "running",
        failure: undefined,
        startedAt: event.at,
        endedAt: undefined,
        invocationId: undefined,
        gateId: undefined,
      });
      return;
    }
    case "node.finished": {
      const visit = visitOf(state, event.data);
      visit.status = "finished";
      visit.endedAt = event.at;
      for (const to of event.data.next) state.arrivals.push({ from: visit.nodeId, to });
      return;
    }
    case "node.failed": {
      const visit = visitOf(state, event.data);
      visit.status = "failed";
      visit.failure = event.data.failure;
      visit.endedAt = event.at;
      return;
    }
    case "route.chosen":
      visitOf(state, event.data);
      return;

    case "agent.started":
      startInvocation(state, event);
      return;
    case "agent.finished": {
      const invocation = invocationOf(state, event.data.invocationId);
      invocation.status = "finished";
      invocation.outcome = event.data.outcome;
      invocation.summaryRef = payloadOf(event);
      invocation.endedAt = event.at;
      return;
    }
    case "agent.failed": {
      const invocation = invocationOf(state, event.data.invocationId);
      invocation.status = "failed";
      invocation.failure = event.data.failure;
      invocation.endedAt = event.at;
      return;
    }
    case "turn.started":
    case "turn.finished":
    case "turn.failed":
      foldTurn(state, event);
      return;
    case "context.compacted":
      invocationOf(state, event.data.invocationId).compactions.push({
        throughTurn: event.data.throughTurn,
        summaryRef: payloadOf(event),
      });
      return;

    case "tool.requested":
    case "permission.decided":
    case "tool.started":
    case "tool.finished":
    case "tool.failed":
    case "tool.refused":
    case "tool.abandoned":
      foldCall(state, event);
      return;

    case "gate.opened":
    case "gate.escalated":
    case "gate.resolved":
    case "gate.expired":
    case "gate.withdrawn":
      foldGate(state, event);
      return;

    case "artifact.recorded": {
      const { callId: _callId, ...artifact } = event.data;
      state.artifacts.set(artifact.name, artifact);
      return;
    }
    // Records for readers of the log; nothing that the run decides by.
    case "guardrail.triggered":
    case "limit.reached":
    case "payload.erased":
      return;
    default:
      assertNever(event, "foldRun");
  }
}

function endDrive(state: RunState, at: string): void {
  if (state.activeSince === undefined) return;
  state.activeMs += Math.max(0, Date.parse(at) - Date.parse(state.activeSince));
  state.activeSince = undefined;
}

function stateAtCreation(event: Extract<RunEvent, { type: "run.created" }>): RunState {
  if (event.seq !== 1)
    throw new Error(`${event.stream.id}: run.created is event ${event.seq}, not the first`);
  return {
    runId: event.stream.id as RunId, // the log keeps runs under their id
    phase: { status: "queued" },
    createdBy: event.actor,
    createdAt: event.at,
    startedAt: undefined,
    activeMs: 0,
    activeSince: undefined,
    workflow: event.data.workflow,
    deployment: event.data.deployment,
    approve: event.data.approve,
    seed: event.data.seed,
    documentTime: event.data.documentTime,
    requestRef: payloadOf(event),
    dataSha256: event.data.dataSha256,
    drives: 0,
    environments: undefined,
    ...untouchedRun(),
    lastSeq: 1,
    head: event.hash,
    lastEventAt: event.at,
  };
}
