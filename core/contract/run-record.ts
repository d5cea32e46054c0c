import type { Artifact } from "./artifact.ts";
import type { ApprovalGate } from "./gate.ts";
import type { JsonObject } from "./json.ts";
import type { Usage } from "./provider.ts";
import type { RunRequest } from "./run-request.ts";

export type RunStatus = "queued" | "running" | "waiting" | "succeeded" | "failed" | "cancelled";

/** How often something was decided in a way, for the audit report. */
export interface DecisionCount {
  source: string;
  behaviour: "allow" | "deny" | "ask";
  count: number;
}

/** One refusal or denial as an auditor wants to see it. */
export interface DenialRecord {
  tool: string;
  agent: string | undefined;
  source: string;
  rule: string | undefined;
  reason: string;
}

/** One life of an agent, for the trail. */
export interface AgentTrailEntry {
  agent: string;
  team: string;
  tier: string;
  depth: number;
  turns: number;
  tools: { tool: string; outcome: string }[];
  outcome: string;
}

/** The run as a tool may see it: a reading of the log, never a way to write. */
export interface RunRecord {
  runId: string;
  createdAt: string;
  workflow: { id: string; version: string; hash: string };
  deployment: { id: string; configHash: string };
  request: RunRequest;
  facts: JsonObject;
  artifacts: Artifact[];
  gates: ApprovalGate[];
  decisions: DecisionCount[];
  denials: DenialRecord[];
  trail: AgentTrailEntry[];
  usage: Usage & { costUsd: number; modelCalls: number; toolCalls: number };
}
