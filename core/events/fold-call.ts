import { assertNever } from "#core/contract/failure.ts";
import type { RunEvent } from "./run-event.ts";
import { callOf, newCall, payloadOf, recordFacts } from "./run-lookup.ts";
import type { RunState } from "./run-state.ts";

type CallEvent = Extract<
  RunEvent,
  {
    type:
      | "tool.requested"
      | "permission.decided"
      | "tool.started"
      | "tool.finished"
      | "tool.failed"
      | "tool.refused"
      | "tool.abandoned";
  }
>;

/** Folds one step of a call through the tool door. */
export function foldCall(state: RunState, event: CallEvent): void {
  if (event.type === "tool.requested" && !state.calls.has(event.data.callId)) {
    const { callId, tool, invocationId, agent } = event.data;
    state.calls.set(callId, newCall({ callId, tool, invocationId, agent, modelCallId: undefined }));
  }
  const call = callOf(state, event.data.callId);
  switch (event.type) {
    case "tool.requested":
      if (call.inputRef === undefined) state.usage.toolCalls += 1;
      call.inputRef = payloadOf(event);
      call.inputHash = event.data.inputHash;
      call.inputOrigin = event.data.origin;
      return;
    case "permission.decided": {
      const key = `${event.data.winner?.source ?? "default"}|${event.data.outcome}`;
      state.decisionCounts.set(key, (state.decisionCounts.get(key) ?? 0) + 1);
      call.decision = {
        outcome: event.data.outcome,
        inputHash: event.data.inputHash,
        source: event.data.winner?.source,
        rule: event.data.winner?.id,
      };
      return;
    }
    case "tool.started":
      call.started = {
        attempt: event.data.attempt,
        inputHash: event.data.inputHash,
        idempotencyKey: event.data.idempotencyKey,
        effect: event.data.effect,
        repeat: event.data.repeat,
        at: event.at,
      };
      call.abandonedGateId = undefined;
      return;
    case "tool.finished":
      call.end = {
        kind: "finished",
        outputRef: payloadOf(event),
        outputHash: event.data.outputHash,
        millis: event.data.millis,
      };
      recordFacts(state, event.data.facts, call.invocationId);
      return;
    case "tool.failed":
      call.end = { kind: "failed", failure: event.data.failure };
      return;
    case "tool.refused":
      call.end = { kind: "refused", by: event.data.by, failure: event.data.failure };
      return;
    case "tool.abandoned":
      call.abandonedGateId = event.data.gateId;
      return;
    default:
      assertNever(event, "foldCall");
  }
}
