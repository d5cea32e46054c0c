import { type Failure, failure } from "#core/contract/failure.ts";
import { newRunEvent } from "#core/events/run-event.ts";
import type { RunState } from "#core/events/run-state.ts";
import type { RunLimits } from "#core/contract/workflow.ts";
import { type RunSession, systemActor } from "./run-session.ts";

/** Ends a drive because a cap of the run was reached; the call that would have gone over was not made. */
export class RunLimitError extends Error {
  readonly failure: Failure;
  constructor(value: Failure) {
    super(value.message);
    this.name = "RunLimitError";
    this.failure = value;
  }
}

interface Cap {
  limit: keyof RunLimits;
  used: number;
  max: number | undefined;
  unit: string;
}

/** The caps of a run with what is used of them, checked before each model call. */
export function modelCaps(state: RunState, limits: RunLimits, now: number): Cap[] {
  const { usage } = state;
  const tokens = usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const minutes = state.startedAt === undefined ? 0 : activeMinutes(state, now);
  return [
    { limit: "maxModelCalls", used: usage.modelCalls, max: limits.maxModelCalls, unit: "model calls" },
    { limit: "maxCostUsd", used: usage.costUsd, max: limits.maxCostUsd, unit: "US dollars" },
    { limit: "maxTokens", used: tokens, max: limits.maxTokens, unit: "tokens" },
    { limit: "maxMinutes", used: minutes, max: limits.maxMinutes, unit: "minutes" },
  ];
}

/** The caps checked before each tool call. */
export function toolCaps(state: RunState, limits: RunLimits, now: number): Cap[] {
  return [
    { limit: "maxToolCalls", used: state.usage.toolCalls, max: limits.maxToolCalls, unit: "tool calls" },
    {
      limit: "maxMinutes",
      used: state.startedAt === undefined ? 0 : activeMinutes(state, now),
      max: limits.maxMinutes,
      unit: "minutes",
    },
  ];
}

/** Throws RunLimitError, after recording it, when a cap is used up. */
export async function enforce(session: RunSession, caps: readonly Cap[]): Promise<void> {
  const reached = caps.find((cap) => cap.max !== undefined && cap.used >= cap.max);
  if (reached?.max === undefined) return;
  const used = Math.round(reached.used * 1000) / 1000;
  await session.append([
    newRunEvent(
      "limit.reached",
      { limit: reached.limit, used, max: reached.max, scope: "run" },
      { actor: systemActor("limits") },
    ),
  ]);
  throw new RunLimitError(
    failure(
      "limit-exceeded",
      `the run has used ${used} of ${reached.max} ${reached.unit} (${reached.limit}); the next call was not made. Start it again with a higher limit, or look at what it spent them on: swarm runs show ${session.state.runId}`,
      { details: { limit: reached.limit, used, max: reached.max } },
    ),
  );
}

/** Time waiting at gates does not count: people may take days. */
function activeMinutes(state: RunState, now: number): number {
  const current = state.activeSince === undefined ? 0 : Math.max(0, now - Date.parse(state.activeSince));
  return (state.activeMs + current) / 60_000;
}
