import type { PayloadRef } from "#core/contract/event.ts";
import type { CallId, InvocationId } from "#core/contract/ids.ts";
import type { JsonValue } from "#core/contract/json.ts";
import type { CallState, InvocationState, NodeVisit, RunState } from "./run-state.ts";

/** Adds what a call established to the run and to every agent above it. */
export function recordFacts(
  state: RunState,
  facts: Record<string, JsonValue>,
  invocationId: InvocationId | undefined,
): void {
  for (const [name, value] of Object.entries(facts)) {
    state.facts[name] = value;
    const history = state.factHistory.get(name);
    if (history === undefined) state.factHistory.set(name, [value]);
    else history.push(value);
  }
  let current = invocationId === undefined ? undefined : state.invocations.get(invocationId);
  while (current !== undefined) {
    Object.assign(current.facts, facts);
    const parentCall = current.parentCallId === undefined ? undefined : state.calls.get(current.parentCallId);
    current =
      parentCall?.invocationId === undefined ? undefined : state.invocations.get(parentCall.invocationId);
  }
}

/** The visit of a node; throws when it was never entered. */
export function visitOf(state: RunState, at: { nodeId: string; visit: number }): NodeVisit {
  const visit = state.visits.find((one) => one.nodeId === at.nodeId && one.visit === at.visit);
  if (visit === undefined)
    throw new Error(`${state.runId}: node ${at.nodeId} was never entered for visit ${at.visit}`);
  return visit;
}

/** Throws on an unknown id: the history is damaged. */
export function invocationOf(state: RunState, id: InvocationId): InvocationState {
  const invocation = state.invocations.get(id);
  if (invocation === undefined) throw new Error(`${state.runId}: unknown invocation ${id}`);
  return invocation;
}

/** Throws on an unknown id: the history is damaged. */
export function callOf(state: RunState, id: CallId): CallState {
  const call = state.calls.get(id);
  if (call === undefined) throw new Error(`${state.runId}: unknown call ${id}`);
  return call;
}

/** A call of which nothing is known yet but who wants it. */
export function newCall(
  known: Pick<CallState, "callId" | "tool" | "invocationId" | "agent" | "modelCallId">,
): CallState {
  return {
    ...known,
    inputRef: undefined,
    inputHash: undefined,
    inputOrigin: undefined,
    decision: undefined,
    gateIds: [],
    approvedHashes: [],
    started: undefined,
    childInvocationId: undefined,
    abandonedGateId: undefined,
    end: undefined,
  };
}

/** The payload of an event whose type always has one. */
export function payloadOf(event: {
  type: string;
  stream: { id: string };
  seq: number;
  payloadRef?: PayloadRef | undefined;
}): PayloadRef {
  if (event.payloadRef === undefined)
    throw new Error(`${event.stream.id}#${event.seq} (${event.type}) has no payload`);
  return event.payloadRef;
}
