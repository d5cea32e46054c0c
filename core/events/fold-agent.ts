import { noUsage, type Usage } from "#core/contract/provider.ts";
import type { RunEvent } from "./run-event.ts";
import { callOf, invocationOf, newCall, payloadOf, visitOf } from "./run-lookup.ts";
import type { InvocationState, RunState } from "./run-state.ts";

/** Gives an agent its life: at the root of a stage, or below the call that handed the work over. */
export function startInvocation(state: RunState, event: Extract<RunEvent, { type: "agent.started" }>): void {
  const { data } = event;
  if (data.parentCallId === undefined) {
    visitOf(state, data).invocationId = data.invocationId;
  } else {
    callOf(state, data.parentCallId).childInvocationId = data.invocationId;
  }
  state.invocations.set(data.invocationId, {
    invocationId: data.invocationId,
    agent: data.agent,
    team: data.team,
    tier: data.tier,
    depth: data.depth,
    nodeId: data.nodeId,
    visit: data.visit,
    parentCallId: data.parentCallId,
    provider: data.provider,
    model: data.model,
    taskRef: payloadOf(event),
    status: "running",
    outcome: undefined,
    failure: undefined,
    summaryRef: undefined,
    turns: [],
    compactions: [],
    facts: {},
    usage: { ...noUsage },
    costUsd: 0,
    startedAt: event.at,
    endedAt: undefined,
  });
}

/** Folds the start and the ends of model calls, with their cost and the tool calls that they ask for. */
export function foldTurn(
  state: RunState,
  event: Extract<RunEvent, { type: "turn.started" | "turn.finished" | "turn.failed" }>,
): void {
  const invocation = invocationOf(state, event.data.invocationId);
  if (event.type === "turn.started") {
    state.usage.modelCalls += 1;
    const open = invocation.turns.at(-1);
    if (open !== undefined && open.turn === event.data.turn) {
      open.attempts = event.data.attempt;
      open.status = "asking";
      open.failure = undefined;
    } else {
      invocation.turns.push({
        turn: event.data.turn,
        attempts: event.data.attempt,
        messageRef: undefined,
        calls: [],
        status: "asking",
        failure: undefined,
      });
    }
    return;
  }
  const turn = invocation.turns.at(-1);
  if (turn === undefined || turn.turn !== event.data.turn) {
    throw new Error(`${state.runId}: turn ${event.data.turn} of ${invocation.agent} ended without a start`);
  }
  if (event.type === "turn.failed") {
    turn.status = event.data.willRetry ? "asking" : "failed";
    turn.failure = event.data.failure;
    if (event.data.usage !== undefined) addUsage(state, invocation, event.data.usage, undefined);
    return;
  }
  turn.status = "answered";
  turn.messageRef = payloadOf(event);
  turn.calls = event.data.calls.map((call) => call.callId);
  addUsage(state, invocation, event.data.usage, event.data.costUsd);
  for (const call of event.data.calls) {
    state.calls.set(
      call.callId,
      newCall({
        callId: call.callId,
        tool: call.tool,
        invocationId: invocation.invocationId,
        agent: invocation.agent,
        modelCallId: call.modelCallId,
      }),
    );
  }
}

function addUsage(
  state: RunState,
  invocation: InvocationState,
  usage: Usage,
  costUsd: number | undefined,
): void {
  for (const total of [state.usage, invocation.usage]) {
    total.inputTokens += usage.inputTokens;
    total.outputTokens += usage.outputTokens;
    total.cacheReadTokens += usage.cacheReadTokens;
    total.cacheWriteTokens += usage.cacheWriteTokens;
    total.reasoningTokens += usage.reasoningTokens;
  }
  if (costUsd === undefined) {
    state.usage.unpricedCalls += 1;
    return;
  }
  state.usage.costUsd += costUsd;
  invocation.costUsd += costUsd;
}
