import type { JsonObject } from "#core/contract/json.ts";
import type { ProjectionDefinition } from "#core/contract/projection.ts";
import { narrowRunEvent } from "../run-event.ts";
import { textOf } from "./text-of.ts";

/** One row a life of an agent inside a run. */
export const agentRunsTable: ProjectionDefinition = {
  name: "agent_runs",
  description: "Lives of agents inside runs with their place in the hierarchy, turns, tokens and cost.",
  columns: [
    { name: "invocation_id", type: "text" },
    { name: "run_id", type: "text", indexed: true },
    { name: "agent", type: "text", indexed: true },
    { name: "team", type: "text" },
    { name: "tier", type: "text" },
    { name: "depth", type: "integer" },
    { name: "node", type: "text" },
    { name: "parent_call_id", type: "text" },
    { name: "provider", type: "text" },
    { name: "model", type: "text" },
    { name: "state", type: "text" },
    { name: "turns", type: "integer" },
    { name: "input_tokens", type: "integer" },
    { name: "output_tokens", type: "integer" },
    { name: "cost_usd", type: "real" },
    { name: "started_at", type: "text" },
    { name: "ended_at", type: "text" },
  ],
  keys: (event) =>
    event.stream.kind === "run" && /^(agent|turn)\./.test(event.type)
      ? [textOf(event.data["invocationId"])]
      : [],
  apply: (row, stored, key) => {
    const event = narrowRunEvent(stored);
    if (event.type === "agent.started") {
      return {
        invocation_id: key,
        run_id: event.stream.id,
        agent: event.data.agent,
        team: event.data.team,
        tier: event.data.tier,
        depth: event.data.depth,
        node: event.data.nodeId,
        parent_call_id: event.data.parentCallId ?? null,
        provider: event.data.provider,
        model: event.data.model,
        state: "running",
        turns: 0,
        input_tokens: 0,
        output_tokens: 0,
        cost_usd: 0,
        started_at: event.at,
        ended_at: null,
      };
    }
    if (row === undefined) throw new Error(`${key}: ${event.type} before agent.started`);
    const sum = (column: string, amount: number): number => Number(row[column] ?? 0) + amount;
    switch (event.type) {
      case "turn.finished":
        return {
          ...row,
          turns: event.data.turn,
          input_tokens: sum(
            "input_tokens",
            event.data.usage.inputTokens +
              event.data.usage.cacheReadTokens +
              event.data.usage.cacheWriteTokens,
          ),
          output_tokens: sum("output_tokens", event.data.usage.outputTokens),
          cost_usd: sum("cost_usd", event.data.costUsd ?? 0),
        };
      case "agent.finished":
        return { ...row, state: event.data.outcome, ended_at: event.at };
      case "agent.failed":
        return { ...row, state: "failed", ended_at: event.at };
      default:
        return row;
    }
  },
};

/** One row an artifact name in a run's folder: the newest bytes under it. */
export const artifactsTable: ProjectionDefinition = {
  name: "artifacts",
  description: "Artifacts of runs with digest, kind, size and what they were made from.",
  columns: [
    { name: "run_id", type: "text", indexed: true },
    { name: "name", type: "text" },
    { name: "kind", type: "text" },
    { name: "sha256", type: "text", indexed: true },
    { name: "bytes", type: "integer" },
    { name: "media_type", type: "text" },
    { name: "call_id", type: "text" },
    { name: "recorded_at", type: "text" },
    { name: "seq", type: "integer" },
  ],
  keys: (event) =>
    event.stream.kind === "run" && event.type === "artifact.recorded"
      ? [`${event.stream.id}/${textOf(event.data["name"])}`]
      : [],
  apply: (_row, stored): JsonObject | undefined => {
    const event = narrowRunEvent(stored);
    if (event.type !== "artifact.recorded") return undefined;
    return {
      run_id: event.stream.id,
      name: event.data.name,
      kind: event.data.kind,
      sha256: event.data.sha256,
      bytes: event.data.bytes,
      media_type: event.data.mediaType,
      call_id: event.data.callId ?? null,
      inputs: event.data.inputs,
      recorded_at: event.at,
      seq: event.seq,
    };
  },
};

/** One row a time that a hook handler changed, stopped or could not check a payload. */
export const guardrailFindingsTable: ProjectionDefinition = {
  name: "guardrail_findings",
  description: "What guardrails and hooks redacted, denied or could not check.",
  columns: [
    { name: "finding_id", type: "text" },
    { name: "run_id", type: "text", indexed: true },
    { name: "point", type: "text" },
    { name: "guardrail", type: "text", indexed: true },
    { name: "outcome", type: "text" },
    { name: "call_id", type: "text" },
    { name: "reason", type: "text" },
    { name: "at", type: "text", indexed: true },
  ],
  keys: (event) => (event.type === "guardrail.triggered" ? [`${event.stream.id}#${event.seq}`] : []),
  apply: (_row, stored, key): JsonObject | undefined => {
    const event = narrowRunEvent(stored);
    if (event.type !== "guardrail.triggered") return undefined;
    return {
      finding_id: key,
      run_id: event.stream.kind === "run" ? event.stream.id : null,
      point: event.data.point,
      guardrail: event.data.owner,
      outcome: event.data.outcome,
      call_id: event.data.callId ?? null,
      reason: event.data.reason ?? null,
      at: event.at,
    };
  },
};
