import { z } from "zod";
import { Role } from "./actor.ts";
import { GateKind } from "./gate.ts";
import { Behaviour } from "./permission.ts";
import { RunLimits } from "./workflow.ts";

const RuleId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,80}$/);

/** A permission rule as operators write it; `source` and the default priority come from where it stands. */
export const PolicyRule = z.strictObject({
  id: RuleId,
  tool: z.string().min(1).default("*"),
  behaviour: Behaviour,
  reason: z.string().min(1).max(500),
  agent: z.string().optional(),
  role: Role.optional(),
  argumentsPattern: z.string().max(500).optional(),
  profile: z.string().optional(),
  timeWindow: z
    .strictObject({ days: z.array(z.number().int().min(0).max(6)).default([]), hours: z.string() })
    .optional(),
  priority: z.number().int().min(0).max(1000).optional(),
  gate: GateKind.optional(),
});
export type PolicyRule = z.infer<typeof PolicyRule>;

/** Blocks a tool while a condition over the run's facts holds, or cannot be computed. */
export const ComplianceGate = z.strictObject({
  id: RuleId,
  blocks_tool: z.string().min(1),
  /** A condition in the language of workflow edges over `facts` and `approved`. */
  deny_if: z.string().min(1),
  reason: z.string().min(1).max(400),
  /** Nothing overrides it; otherwise it stands at priority 55. */
  invariant: z.boolean().default(false),
});
export type ComplianceGate = z.infer<typeof ComplianceGate>;

/** A tool that always waits for a person. */
export const ApprovalRule = z.strictObject({
  tool: z.string().min(1),
  gate: GateKind,
  reason: z.string().min(1).max(400),
});
export type ApprovalRule = z.infer<typeof ApprovalRule>;

const ModelNames = z.strictObject({
  fast: z.string().optional(),
  standard: z.string().optional(),
  deep: z.string().optional(),
});

/**
 * A customer's composition: what is chosen from the shelf, and its limits and policies. The template it is based on
 * gives the baseline; its denials are invariant.
 */
export const DeploymentConfig = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_-]{0,60}$/),
  /** Template and version, `generic_ml@1.0.0`. */
  basedOn: z
    .string()
    .regex(/^[a-z][a-z0-9_]*@\d+\.\d+\.\d+$/, "a template with its version, like generic_ml@1.0.0"),
  /** Provider of agents that name none; `playbook` needs no key. */
  provider: z.string().optional(),
  /** Model names by provider and tier, where they differ from the shipped ones. */
  models: z.record(z.string(), ModelNames).default({}),
  limits: RunLimits.partial().default({}),
  settings: z
    .strictObject({
      fairnessLimit: z.number().min(0).max(1).optional(),
      driftLimit: z.number().min(0).optional(),
    })
    .default({}),
  policies: z.array(PolicyRule).default([]),
  approvals: z.array(ApprovalRule).default([]),
  complianceGates: z.array(ComplianceGate).default([]),
  /** Configuration by guardrail id; each guardrail has its own schema. */
  guardrails: z.record(z.string(), z.record(z.string(), z.json())).default({}),
});
export type DeploymentConfig = z.infer<typeof DeploymentConfig>;

/** A profile on the shelf: a baseline for deployments. Same members, none of them a customer's. */
export const DeploymentTemplate = DeploymentConfig.omit({ id: true, basedOn: true }).extend({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/, "semantic version, like 1.0.0"),
  description: z.string().min(1),
});
export type DeploymentTemplate = z.infer<typeof DeploymentTemplate>;
