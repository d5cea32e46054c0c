import { z } from "zod";
import { Actor, Role } from "./actor.ts";
import { CallId, GateId, RunId, Sha256 } from "./ids.ts";

/** Why a person is asked. */
export const GateKind = z.enum(["deploy", "data", "manual", "security", "cost", "custom"]);
export type GateKind = z.infer<typeof GateKind>;

/** What a person may answer; `edited` carries new arguments, `answered` a text. */
export const GateDecision = z.enum(["approved", "rejected", "edited", "answered"]);
export type GateDecision = z.infer<typeof GateDecision>;

/** What the gate stands before: a tool call, a checkpoint of the workflow, or a call whose end is unknown. */
export const GateSubject = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("tool-call"), callId: CallId, tool: z.string() }),
  z.strictObject({ kind: z.literal("checkpoint"), nodeId: z.string() }),
  z.strictObject({ kind: z.literal("abandoned-call"), callId: CallId, tool: z.string() }),
]);
export type GateSubject = z.infer<typeof GateSubject>;

const gateBase = {
  gateId: GateId,
  runId: RunId,
  kind: GateKind,
  subject: GateSubject,
  /** SHA-256 of the canonical form of what is shown; an approval counts for this and nothing else. */
  inputHash: Sha256,
  reason: z.string(),
  /** The least role that may decide. */
  role: Role,
  openedAt: z.string(),
  expiresAt: z.string().optional(),
  escalatedAt: z.string().optional(),
};

export const ApprovalGate = z.discriminatedUnion("state", [
  z.strictObject({ ...gateBase, state: z.literal("open") }),
  z.strictObject({
    ...gateBase,
    state: z.literal("resolved"),
    decision: GateDecision,
    resolvedBy: Actor,
    resolvedAt: z.string(),
  }),
  z.strictObject({ ...gateBase, state: z.literal("expired"), resolvedAt: z.string() }),
  z.strictObject({ ...gateBase, state: z.literal("withdrawn"), resolvedAt: z.string() }),
]);
export type ApprovalGate = z.infer<typeof ApprovalGate>;
