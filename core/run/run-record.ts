import type { ApprovalGate } from "#core/contract/gate.ts";
import type { AgentTrailEntry, DecisionCount, DenialRecord, RunRecord } from "#core/contract/run-record.ts";
import type { RunRequest } from "#core/contract/run-request.ts";
import type { CallState, RunState } from "#core/events/run-state.ts";

/**
 * The run as tools may see it. Holds nothing that a crash and a resume would change (attempts, drives, sequence
 * numbers), so that documents made from it do not either.
 */
export function runRecord(state: RunState, request: RunRequest): RunRecord {
  const latest = state.documentTime;
  const clamp = (time: string): string => (latest !== undefined && time > latest ? latest : time);
  const calls = [...state.calls.values()];
  const turns = [...state.invocations.values()].flatMap((invocation) => invocation.turns);
  return {
    runId: state.runId,
    createdAt: clamp(state.createdAt),
    workflow: state.workflow,
    deployment: state.deployment,
    request,
    facts: structuredClone(state.facts),
    artifacts: [...state.artifacts.values()],
    gates: [...state.gates.values()].map(({ gate }) => clampGate(gate, clamp)),
    decisions: decisionCounts(state),
    denials: calls.flatMap(denialOf),
    trail: trailOf(state),
    usage: {
      inputTokens: state.usage.inputTokens,
      outputTokens: state.usage.outputTokens,
      cacheReadTokens: state.usage.cacheReadTokens,
      cacheWriteTokens: state.usage.cacheWriteTokens,
      reasoningTokens: state.usage.reasoningTokens,
      costUsd: state.usage.costUsd,
      modelCalls: turns.filter((turn) => turn.status === "answered").length,
      toolCalls: state.usage.toolCalls,
    },
  };
}

function clampGate(gate: ApprovalGate, clamp: (time: string) => string): ApprovalGate {
  const openedAt = clamp(gate.openedAt);
  return gate.state === "open"
    ? { ...gate, openedAt }
    : { ...gate, openedAt, resolvedAt: clamp(gate.resolvedAt) };
}

function decisionCounts(state: RunState): DecisionCount[] {
  const byKey = [...state.decisionCounts].sort(([left], [right]) => (left < right ? -1 : 1));
  return byKey.map(([key, count]) => {
    const [source = "default", behaviour = "deny"] = key.split("|");
    return { source, behaviour: behaviour as DecisionCount["behaviour"], count }; // written by foldCall from the closed list
  });
}

function denialOf(call: CallState): DenialRecord[] {
  if (call.end?.kind !== "refused") return [];
  return [
    {
      tool: call.tool,
      agent: call.agent,
      source: call.end.by === "policy" ? (call.decision?.source ?? "default") : call.end.by,
      rule: call.end.by === "policy" ? call.decision?.rule : undefined,
      reason: call.end.failure.message,
    },
  ];
}

function trailOf(state: RunState): AgentTrailEntry[] {
  return [...state.invocations.values()].map((invocation) => ({
    agent: invocation.agent,
    team: invocation.team,
    tier: invocation.tier,
    depth: invocation.depth,
    turns: invocation.turns.length,
    tools: invocation.turns
      .flatMap((turn) => turn.calls)
      .flatMap((id) => {
        const call = state.calls.get(id);
        return call === undefined ? [] : [{ tool: call.tool, outcome: call.end?.kind ?? "open" }];
      }),
    outcome: invocation.outcome ?? invocation.status,
  }));
}
