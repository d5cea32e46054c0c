import type { CallState, InvocationState, NodeVisit, RunState } from "#core/events/run-state.ts";

/** How something in a run stands, in the words that the console shows. */
export type ActivityState =
  | "pending"
  | "running"
  | "waiting"
  | "done"
  | "partial"
  | "failed"
  | "refused"
  | "stopped";

export const hasEnded = (state: RunState): boolean =>
  state.phase.status === "succeeded" || state.phase.status === "failed" || state.phase.status === "cancelled";

/** What is still open when its run ends did not end by itself. */
const openIn = (state: RunState): "running" | "stopped" => (hasEnded(state) ? "stopped" : "running");

export function stateOfVisit(state: RunState, visit: NodeVisit): ActivityState {
  if (visit.status === "failed") return "failed";
  if (visit.status === "finished") return "done";
  if (visit.gateId !== undefined && isOpenGate(state, visit.gateId)) return "waiting";
  return openIn(state);
}

export function stateOfInvocation(state: RunState, invocation: InvocationState): ActivityState {
  if (invocation.status === "failed") return "failed";
  if (invocation.status === "finished") return invocation.outcome === "partial" ? "partial" : "done";
  return openIn(state);
}

export function stateOfCall(state: RunState, call: CallState): ActivityState {
  switch (call.end?.kind) {
    case "finished":
      return "done";
    case "failed":
      return "failed";
    case "refused":
      return "refused";
    case undefined:
      break;
  }
  if (call.gateIds.some((id) => isOpenGate(state, id))) return "waiting";
  if (call.started === undefined && call.inputRef === undefined)
    return hasEnded(state) ? "stopped" : "pending";
  return openIn(state);
}

const isOpenGate = (state: RunState, gateId: NodeVisit["gateId"] & string): boolean =>
  state.gates.get(gateId)?.gate.state === "open";
