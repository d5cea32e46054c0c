import type { RunEvent } from "#core/events/run-event.ts";
import { assertNever } from "../assert-never.ts";
import type { CallTrace, RunTrace } from "./run-trace.ts";

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

/** Folds one step of a call through the tool door into the trace, in place. */
export function foldCallTrace(trace: RunTrace, event: CallEvent): void {
  const call = callTraceOf(trace, event);
  switch (event.type) {
    case "tool.requested":
      call.inputs.push({ seq: event.seq, at: event.at, origin: event.data.origin });
      return;
    case "permission.decided":
      call.decisions.push({
        ...event.data,
        seq: event.seq,
        at: event.at,
        hasPayload: event.payloadRef !== undefined,
      });
      return;
    case "tool.started": {
      const { attempt, effect, repeat } = event.data;
      call.attempts.push({ attempt, at: event.at, effect, repeat });
      return;
    }
    case "tool.finished":
      call.endedAt = event.at;
      call.outputSeq = event.seq;
      call.millis = event.data.millis;
      call.facts = event.data.facts;
      return;
    case "tool.failed":
      call.endedAt = event.at;
      call.millis = event.data.millis;
      return;
    case "tool.refused":
      call.endedAt = event.at;
      return;
    case "tool.abandoned":
      return;
    default:
      assertNever(event, "foldCallTrace");
  }
}

function callTraceOf(trace: RunTrace, event: CallEvent): CallTrace {
  const known = trace.calls.get(event.data.callId);
  if (known !== undefined) return known;
  const call = newCallTrace(event);
  trace.calls.set(event.data.callId, call);
  return call;
}

/** A call that an event speaks of for the first time. */
export function newCallTrace(first: { seq: number; at: string }): CallTrace {
  return {
    firstSeq: first.seq,
    firstAt: first.at,
    inputs: [],
    decisions: [],
    attempts: [],
    endedAt: undefined,
    outputSeq: undefined,
    millis: undefined,
    artifacts: [],
    facts: {},
  };
}
