import type { Actor } from "#core/contract/actor.ts";
import type { Artifact } from "#core/contract/artifact.ts";
import type { Tier, Team } from "#core/contract/agent-manifest.ts";
import type { RecordedEnvironment } from "#core/contract/environment-record.ts";
import type { PayloadRef } from "#core/contract/event.ts";
import type { Failure } from "#core/contract/failure.ts";
import type { ApprovalGate } from "#core/contract/gate.ts";
import type { CallId, GateId, InvocationId, RunId, Sha256 } from "#core/contract/ids.ts";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import type { Usage } from "#core/contract/provider.ts";
import type { RepeatPolicy, ToolEffect } from "#core/contract/tool-definition.ts";
import type { RefusedBy } from "./run-events.ts";

/** What a run is at this moment: the fold of its events and nothing else. */
export interface RunState {
  runId: RunId;
  phase: RunPhase;
  createdBy: Actor;
  createdAt: string;
  startedAt: string | undefined;
  /** Milliseconds spent between being taken up and the last sign of life, over finished drives. */
  activeMs: number;
  /** Start of the present drive; undefined while waiting. */
  activeSince: string | undefined;
  workflow: { id: string; version: string; hash: Sha256 };
  deployment: { id: string; configHash: Sha256 };
  approve: "ask" | "auto";
  seed: number;
  /** No document shows a later time than this; undefined without SOURCE_DATE_EPOCH. */
  documentTime: string | undefined;
  requestRef: PayloadRef;
  dataSha256: Sha256;
  /** How often a driver took the run up. */
  drives: number;
  /** What things were made with, newest last; undefined in runs from before it was recorded. */
  environments: DriveEnvironment[] | undefined;
  cancelRequested: boolean;
  /** Visits of nodes in order of their start. */
  visits: NodeVisit[];
  /** Edges taken whose target has not been entered yet. */
  arrivals: Arrival[];
  invocations: Map<InvocationId, InvocationState>;
  calls: Map<CallId, CallState>;
  gates: Map<GateId, GateRecord>;
  /** What tools established, newest by name, and all earlier values in order. */
  facts: JsonObject;
  factHistory: Map<string, JsonValue[]>;
  /** Newest artifact by name in the run's folder. */
  artifacts: Map<string, Artifact>;
  usage: RunUsage;
  /** How many decisions fell which way: `source|behaviour` to count. */
  decisionCounts: Map<string, number>;
  /** Number and hash of the last event folded in. */
  lastSeq: number;
  head: Sha256;
  lastEventAt: string;
}

/** From this drive on, until the next entry. */
export interface DriveEnvironment extends RecordedEnvironment {
  drive: number;
}

export type RunPhase =
  | { status: "queued" }
  | { status: "running" }
  | { status: "waiting"; gates: GateId[] }
  | { status: "succeeded"; at: string }
  | { status: "failed"; failure: Failure; at: string }
  | { status: "cancelled"; at: string };

export interface NodeVisit {
  nodeId: string;
  visit: number;
  type: "stage" | "router" | "checkpoint";
  status: "running" | "finished" | "failed";
  failure: Failure | undefined;
  startedAt: string;
  endedAt: string | undefined;
  /** The stage's own agent. */
  invocationId: InvocationId | undefined;
  gateId: GateId | undefined;
}

export interface Arrival {
  from: string;
  to: string;
}

export interface InvocationState {
  invocationId: InvocationId;
  agent: string;
  team: Team;
  tier: Tier;
  depth: number;
  nodeId: string;
  visit: number;
  parentCallId: CallId | undefined;
  provider: string;
  model: string;
  /** { system, task } */
  taskRef: PayloadRef;
  status: "running" | "finished" | "failed";
  outcome: "done" | "partial" | undefined;
  failure: Failure | undefined;
  summaryRef: PayloadRef | undefined;
  turns: TurnState[];
  compactions: { throughTurn: number; summaryRef: PayloadRef }[];
  /** Facts established by this agent and everyone it delegated to. */
  facts: JsonObject;
  usage: Usage;
  costUsd: number;
  startedAt: string;
  endedAt: string | undefined;
}

/** A model call of an agent, open until an attempt of it ends for good. */
export interface TurnState {
  turn: number;
  attempts: number;
  messageRef: PayloadRef | undefined;
  calls: CallId[];
  status: "asking" | "answered" | "failed";
  failure: Failure | undefined;
}

export interface CallState {
  callId: CallId;
  tool: string;
  invocationId: InvocationId | undefined;
  agent: string | undefined;
  modelCallId: string | undefined;
  /** The newest arguments, once they came through the door. */
  inputRef: PayloadRef | undefined;
  inputHash: Sha256 | undefined;
  inputOrigin: "call" | "hook" | "person" | undefined;
  /** The newest decision. */
  decision:
    | {
        outcome: "allow" | "deny" | "ask";
        inputHash: Sha256;
        source: string | undefined;
        rule: string | undefined;
      }
    | undefined;
  gateIds: GateId[];
  /** Input hashes that a person let through. */
  approvedHashes: Sha256[];
  started: CallStart | undefined;
  /** The delegate's life, when the call is a handover. */
  childInvocationId: InvocationId | undefined;
  abandonedGateId: GateId | undefined;
  end: CallEnd | undefined;
}

export interface CallStart {
  attempt: number;
  inputHash: Sha256;
  idempotencyKey: string;
  effect: ToolEffect;
  repeat: RepeatPolicy;
  at: string;
}

export type CallEnd =
  | { kind: "finished"; outputRef: PayloadRef; outputHash: Sha256; millis: number }
  | { kind: "failed"; failure: Failure }
  | { kind: "refused"; by: RefusedBy; failure: Failure };

/** A gate with the references to what was shown and what was answered. */
export interface GateRecord {
  gate: ApprovalGate;
  shownRef: PayloadRef;
  answerRef: PayloadRef | undefined;
}

export interface RunUsage extends Usage {
  costUsd: number;
  /** Model calls with no known price; their cost is not in `costUsd`. */
  unpricedCalls: number;
  modelCalls: number;
  toolCalls: number;
}
