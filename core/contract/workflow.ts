import { z } from "zod";
import { Role } from "./actor.ts";
import { AgentId } from "./agent-manifest.ts";
import { GateKind } from "./gate.ts";

const NodeId = z.string().regex(/^[a-z][a-z0-9_]{0,60}$/, "lower case words joined by _");

/** Runs an agent until it finishes. The node fails unless each fact in `expects` is known afterwards. */
export const StageNode = z.strictObject({
  id: NodeId,
  type: z.literal("stage"),
  agent: AgentId,
  objective: z.string().min(1).max(4000),
  expects: z.array(z.string()).default([]),
  /** All incoming edges must have been taken; otherwise one is enough. */
  join: z.enum(["any", "all"]).default("any"),
});

/** Takes the first outgoing edge, by priority, whose `when` holds. */
export const RouterNode = z.strictObject({
  id: NodeId,
  type: z.literal("router"),
  join: z.enum(["any", "all"]).default("any"),
});

/** Pauses for a person. `shows` names the facts that the approval is bound to. */
export const CheckpointNode = z.strictObject({
  id: NodeId,
  type: z.literal("checkpoint"),
  gate: GateKind,
  reason: z.string().min(1).max(500),
  shows: z.array(z.string()).default([]),
  role: Role.default("operator"),
  /** Hours until the gate expires, and until it is escalated; without, it waits for ever. */
  ttlHours: z.number().positive().optional(),
  escalateHours: z.number().positive().optional(),
  join: z.enum(["any", "all"]).default("any"),
});

export const WorkflowNode = z.discriminatedUnion("type", [StageNode, RouterNode, CheckpointNode]);
export type WorkflowNode = z.infer<typeof WorkflowNode>;

export const WorkflowEdge = z.strictObject({
  from: NodeId,
  to: NodeId,
  /** A condition over what the run knows; absent means always. */
  when: z.string().optional(),
  /** Among edges of a router, higher is tried first. */
  priority: z.number().int().default(0),
});
export type WorkflowEdge = z.infer<typeof WorkflowEdge>;

/** Hard caps. Reaching one refuses the next call and ends the run with `limit-exceeded`, naming the cap. */
export const RunLimits = z.strictObject({
  maxCostUsd: z.number().positive().optional(),
  maxModelCalls: z.number().int().positive().default(400),
  maxToolCalls: z.number().int().positive().default(400),
  maxTokens: z.number().int().positive().optional(),
  maxMinutes: z.number().positive().default(240),
  maxDepth: z.number().int().positive().max(20).default(5),
});
export type RunLimits = z.infer<typeof RunLimits>;

/** A YAML graph. `sequential` runs the nodes in their order and has no edges. */
export const Workflow = z.strictObject({
  id: NodeId,
  version: z.string().regex(/^\d+\.\d+\.\d+$/, "semantic version, like 1.0.0"),
  description: z.string().min(1).max(1000),
  flow: z.enum(["sequential", "graph"]).default("sequential"),
  limits: RunLimits.partial().default({}),
  /** How often one node may be entered in one run. */
  maxVisits: z.number().int().positive().max(100).default(5),
  start: NodeId.optional(),
  nodes: z.array(WorkflowNode).min(1),
  edges: z.array(WorkflowEdge).default([]),
});
export type Workflow = z.infer<typeof Workflow>;
