import type { RunEvent } from "#core/events/run-event.ts";
import { foldCallTrace, newCallTrace } from "./fold-call-trace.ts";
import type { InvocationTrace, RunTrace, TurnTrace } from "./run-trace.ts";

/** Folds one more event into the trace, in place. Events that only change the run's state pass through. */
export function foldTrace(trace: RunTrace, event: RunEvent): void {
  switch (event.type) {
    case "run.started": {
      const pause = trace.pauses.at(-1);
      if (pause !== undefined) pause.to ??= event.at;
      return;
    }
    case "run.paused":
      trace.pauses.push({ from: event.at, to: undefined });
      return;
    case "run.succeeded":
    case "run.failed":
    case "run.cancelled": {
      const pause = trace.pauses.at(-1);
      if (pause !== undefined) pause.to ??= event.at;
      return;
    }
    case "node.finished":
      for (const to of event.data.next) {
        const edge = `${event.data.nodeId}>${to}`;
        trace.taken.set(edge, (trace.taken.get(edge) ?? 0) + 1);
      }
      return;
    case "route.chosen":
      trace.routes.push({ ...event.data, at: event.at, seq: event.seq });
      return;
    case "agent.started":
      trace.invocations.set(event.data.invocationId, {
        taskSeq: event.seq,
        summarySeq: undefined,
        turns: [],
        lastAt: event.at,
      });
      return;
    case "agent.finished":
    case "agent.failed": {
      const invocation = trace.invocations.get(event.data.invocationId);
      if (invocation === undefined) return;
      invocation.lastAt = event.at;
      if (event.type === "agent.finished") invocation.summarySeq = event.seq;
      return;
    }
    case "turn.started":
    case "turn.finished":
    case "turn.failed":
      foldTurnTrace(trace, event);
      return;
    case "tool.requested":
    case "permission.decided":
    case "tool.started":
    case "tool.finished":
    case "tool.failed":
    case "tool.refused":
    case "tool.abandoned":
      foldCallTrace(trace, event);
      return;
    case "gate.opened":
      trace.gates.set(event.data.gateId, { shownSeq: event.seq, answerSeq: undefined });
      return;
    case "gate.resolved": {
      const gate = trace.gates.get(event.data.gateId);
      if (gate !== undefined && event.payloadRef !== undefined) gate.answerSeq = event.seq;
      return;
    }
    case "guardrail.triggered":
      trace.guardrails.push({ ...event.data, at: event.at, seq: event.seq });
      return;
    case "limit.reached":
      trace.limits.push({ ...event.data, at: event.at, seq: event.seq });
      return;
    case "artifact.recorded": {
      const { callId, name, sha256 } = event.data;
      trace.artifacts.set(name, { seq: event.seq, at: event.at, callId });
      if (callId !== undefined) trace.calls.get(callId)?.artifacts.push({ name, sha256 });
      return;
    }
    default:
  }
}

type TurnEvent = Extract<RunEvent, { type: "turn.started" | "turn.finished" | "turn.failed" }>;

function foldTurnTrace(trace: RunTrace, event: TurnEvent): void {
  const invocation = trace.invocations.get(event.data.invocationId);
  if (invocation === undefined) return;
  invocation.lastAt = event.at;
  const turn = turnOf(invocation, event);
  if (event.type === "turn.started") {
    const { attempt, provider, model } = event.data;
    turn.attempts.push({
      attempt,
      startedAt: event.at,
      endedAt: undefined,
      provider,
      model,
      failure: undefined,
      willRetry: false,
      failedWithUsage: false,
    });
    return;
  }
  const attempt = turn.attempts.at(-1);
  if (attempt !== undefined) attempt.endedAt = event.at;
  if (event.type === "turn.failed") {
    if (attempt !== undefined) {
      attempt.failure = event.data.failure;
      attempt.willRetry = event.data.willRetry;
      attempt.failedWithUsage = event.data.usage !== undefined;
    }
    if (!event.data.willRetry) turn.endedAt = event.at;
    return;
  }
  turn.endedAt = event.at;
  turn.messageSeq = event.seq;
  turn.stopReason = event.data.stopReason;
  turn.usage = event.data.usage;
  turn.costUsd = event.data.costUsd;
  turn.millis = event.data.millis;
  turn.calls = event.data.calls.map((call) => call.callId);
  for (const call of event.data.calls) trace.calls.set(call.callId, newCallTrace(event));
}

function turnOf(invocation: InvocationTrace, event: TurnEvent): TurnTrace {
  const last = invocation.turns.at(-1);
  if (last?.turn === event.data.turn) return last;
  const turn: TurnTrace = {
    turn: event.data.turn,
    startedAt: event.at,
    endedAt: undefined,
    attempts: [],
    messageSeq: undefined,
    stopReason: undefined,
    usage: undefined,
    costUsd: undefined,
    millis: undefined,
    calls: [],
  };
  invocation.turns.push(turn);
  return turn;
}
