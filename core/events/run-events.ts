import { z } from "zod";
import { AgentId, Team, Tier } from "#core/contract/agent-manifest.ts";
import { Artifact } from "#core/contract/artifact.ts";
import { Role } from "#core/contract/actor.ts";
import { EnvironmentRecord } from "#core/contract/environment-record.ts";
import { Failure } from "#core/contract/failure.ts";
import { GateDecision, GateKind, GateSubject } from "#core/contract/gate.ts";
import { Finding, HookPoint } from "#core/contract/hook.ts";
import { CallId, GateId, InvocationId, Sha256 } from "#core/contract/ids.ts";
import { JsonObject } from "#core/contract/json.ts";
import { Behaviour, MatchedRule } from "#core/contract/permission.ts";
import { StopReason, Usage } from "#core/contract/provider.ts";
import { RepeatPolicy, ToolEffect } from "#core/contract/tool-definition.ts";

/** What ended a call without running it. */
export const RefusedBy = z.enum(["validation", "policy", "hook", "guardrail", "gate", "limit"]);
export type RefusedBy = z.infer<typeof RefusedBy>;

const count = z.number().int().nonnegative();
const nodeVisit = { nodeId: z.string(), visit: z.number().int().positive() };
const call = { callId: CallId };

/**
 * The facts of a run, by type; the number is the newest version of the data's shape. Content (prompts, arguments,
 * results, comments) is never here but in the payload, described beside each type. A change of a shape takes a new
 * version, an upcaster and a recorded history in test/histories.
 */
export const runEventTypes = {
  /** Payload: RunRequest. */
  "run.created": {
    version: 1,
    data: z.strictObject({
      workflow: z.strictObject({ id: z.string(), version: z.string(), hash: Sha256 }),
      deployment: z.strictObject({ id: z.string(), configHash: Sha256 }),
      requestHash: Sha256,
      dataSha256: Sha256,
      approve: z.enum(["ask", "auto"]),
      seed: z.number().int(),
      documentTime: z.string().optional(),
    }),
  },
  /** A driver took the run up, for the first time or again. */
  "run.started": {
    version: 1,
    data: z.strictObject({
      drive: z.number().int().positive(),
      reason: z.enum(["first", "recovery", "gate", "resume"]),
    }),
  },
  /** What the drive makes things with; only where it is not what the drive before had. Before the drive's first step. */
  "run.environment-recorded": {
    version: 1,
    data: z.strictObject({
      drive: z.number().int().positive(),
      sha256: Sha256,
      environment: EnvironmentRecord,
    }),
  },
  /** The driver let go: nothing can go on before a person decides. */
  "run.paused": { version: 1, data: z.strictObject({ gates: z.array(GateId) }) },
  /** Payload: { reason }. */
  "run.cancel-requested": { version: 1, data: z.strictObject({}) },
  "run.succeeded": { version: 1, data: z.strictObject({}) },
  "run.failed": { version: 1, data: z.strictObject({ failure: Failure }) },
  "run.cancelled": { version: 1, data: z.strictObject({}) },

  /** `from` are the nodes whose ends led here; empty for the start. */
  "node.started": {
    version: 1,
    data: z.strictObject({
      ...nodeVisit,
      type: z.enum(["stage", "router", "checkpoint"]),
      from: z.array(z.string()),
    }),
  },
  /** `next` are the nodes that the plan enters because of this end. */
  "node.finished": { version: 1, data: z.strictObject({ ...nodeVisit, next: z.array(z.string()) }) },
  "node.failed": { version: 1, data: z.strictObject({ ...nodeVisit, failure: Failure }) },
  /** A router's choice with the condition that held; `condition` is absent on an unconditional edge. */
  "route.chosen": {
    version: 1,
    data: z.strictObject({
      ...nodeVisit,
      to: z.string(),
      condition: z.string().optional(),
      values: JsonObject,
    }),
  },

  /** Payload: { system, task } as the agent sees them. */
  "agent.started": {
    version: 1,
    data: z.strictObject({
      invocationId: InvocationId,
      agent: AgentId,
      team: Team,
      tier: Tier,
      manifestHash: Sha256,
      depth: count,
      ...nodeVisit,
      /** The call of the delegating agent; absent for the agent of a stage. */
      parentCallId: CallId.optional(),
      provider: z.string(),
      model: z.string(),
    }),
  },
  /** Payload: { summary }. `partial` when a limit ended it early. */
  "agent.finished": {
    version: 1,
    data: z.strictObject({ invocationId: InvocationId, outcome: z.enum(["done", "partial"]), turns: count }),
  },
  "agent.failed": { version: 1, data: z.strictObject({ invocationId: InvocationId, failure: Failure }) },

  /** A model is about to be asked: what it costs is known to have been spent even if the answer never comes. */
  "turn.started": {
    version: 1,
    data: z.strictObject({
      invocationId: InvocationId,
      turn: z.number().int().positive(),
      attempt: z.number().int().positive(),
      provider: z.string(),
      model: z.string(),
      messages: count,
    }),
  },
  /** Payload: AssistantMessage. `calls` are the tool calls it asks for, in its order, under our ids. */
  "turn.finished": {
    version: 1,
    data: z.strictObject({
      invocationId: InvocationId,
      turn: z.number().int().positive(),
      stopReason: StopReason,
      model: z.string(),
      usage: Usage,
      /** Absent when the price of the model is not known. */
      costUsd: z.number().nonnegative().optional(),
      millis: count,
      calls: z.array(z.strictObject({ ...call, tool: z.string(), modelCallId: z.string() })).max(24),
    }),
  },
  "turn.failed": {
    version: 1,
    data: z.strictObject({
      invocationId: InvocationId,
      turn: z.number().int().positive(),
      attempt: z.number().int().positive(),
      failure: Failure,
      willRetry: z.boolean(),
      usage: Usage.optional(),
    }),
  },
  /** Payload: { summary, preserved }. Messages of turns up to `throughTurn` are replaced by it. */
  "context.compacted": {
    version: 1,
    data: z.strictObject({
      invocationId: InvocationId,
      throughTurn: z.number().int().positive(),
      tokensBefore: count,
      tokensAfter: count,
    }),
  },

  /** Payload: the arguments. `invocationId` is absent for a call made by hand. */
  "tool.requested": {
    version: 1,
    data: z.strictObject({
      ...call,
      tool: z.string(),
      invocationId: InvocationId.optional(),
      agent: AgentId.optional(),
      inputHash: Sha256,
      /** The first arguments, or what a hook or a person made of them. */
      origin: z.enum(["call", "hook", "person"]),
    }),
  },
  /** Allow too. Payload, where not all matching rules fit: the whole Decision. */
  "permission.decided": {
    version: 1,
    data: z.strictObject({
      ...call,
      tool: z.string(),
      agent: AgentId.optional(),
      role: Role,
      inputHash: Sha256,
      outcome: Behaviour,
      invariant: z.boolean(),
      reason: z.string(),
      winner: MatchedRule.optional(),
      matched: z.array(MatchedRule).max(6),
      matchedCount: count,
    }),
  },
  /** A hook handler changed, stopped or could not check a payload. Silence means allow. */
  "guardrail.triggered": {
    version: 1,
    data: z.strictObject({
      point: HookPoint,
      handler: z.string(),
      owner: z.string(),
      outcome: z.enum(["redact", "deny", "error"]),
      findings: z.array(Finding).max(20),
      reason: z.string().max(600).optional(),
      callId: CallId.optional(),
      invocationId: InvocationId.optional(),
    }),
  },
  /** The intent: from here on the call may have had its effect. */
  "tool.started": {
    version: 1,
    data: z.strictObject({
      ...call,
      tool: z.string(),
      attempt: z.number().int().positive(),
      inputHash: Sha256,
      idempotencyKey: z.string(),
      effect: ToolEffect,
      repeat: RepeatPolicy,
    }),
  },
  /** Payload: the output. `facts` are the well-known facts that the call established. */
  "tool.finished": {
    version: 1,
    data: z.strictObject({ ...call, tool: z.string(), millis: count, outputHash: Sha256, facts: JsonObject }),
  },
  "tool.failed": {
    version: 1,
    data: z.strictObject({ ...call, tool: z.string(), millis: count, failure: Failure }),
  },
  "tool.refused": {
    version: 1,
    data: z.strictObject({ ...call, tool: z.string(), by: RefusedBy, failure: Failure }),
  },
  /** Started, end unknown, may not be repeated: a person has to look. */
  "tool.abandoned": { version: 1, data: z.strictObject({ ...call, tool: z.string(), gateId: GateId }) },

  /** Payload: exactly what is shown and approved. */
  "gate.opened": {
    version: 1,
    data: z.strictObject({
      gateId: GateId,
      kind: GateKind,
      subject: GateSubject,
      inputHash: Sha256,
      reason: z.string().max(600),
      role: Role,
      escalateAt: z.string().optional(),
      expiresAt: z.string().optional(),
    }),
  },
  "gate.escalated": { version: 1, data: z.strictObject({ gateId: GateId }) },
  /** Payload: { comment?, input? (edited), answer? }. */
  "gate.resolved": {
    version: 1,
    data: z.strictObject({ gateId: GateId, decision: GateDecision, inputHash: Sha256 }),
  },
  "gate.expired": { version: 1, data: z.strictObject({ gateId: GateId }) },
  /** What it stood before is no longer wanted: the run ended, or its input changed. */
  "gate.withdrawn": { version: 1, data: z.strictObject({ gateId: GateId, reason: z.string().max(600) }) },

  "artifact.recorded": { version: 1, data: Artifact.extend({ callId: CallId.optional() }) },
  /** A cap was reached; the next call was not made. */
  "limit.reached": {
    version: 1,
    data: z.strictObject({ limit: z.string(), used: z.number(), max: z.number(), scope: z.string() }),
  },
  /** Content and key are gone; the commitment stays in the chain. */
  "payload.erased": { version: 1, data: z.strictObject({ commitment: Sha256, reason: z.string().max(300) }) },
} as const satisfies Record<string, { version: number; data: z.ZodType }>;

export type RunEventType = keyof typeof runEventTypes;
export type RunEventData<Type extends RunEventType> = z.output<(typeof runEventTypes)[Type]["data"]>;
