import { z } from "zod";
import { Role } from "./actor.ts";

/** The eight places that rules come from. */
export const RuleSource = z.enum([
  "rbac",
  "agent-allowlist",
  "feature-flag",
  "human-in-the-loop",
  "operator-policy",
  "profile",
  "compliance-gate",
  "egress",
]);
export type RuleSource = z.infer<typeof RuleSource>;

export const Behaviour = z.enum(["allow", "deny", "ask"]);
export type Behaviour = z.infer<typeof Behaviour>;

/**
 * One rule that already matched or can be matched against a request. Absent fields match everything; present
 * ones are all required. An `invariant` rule is a deny that nothing overrides.
 */
export const PermissionRule = z.strictObject({
  id: z.string().min(1).max(120),
  source: RuleSource,
  behaviour: Behaviour,
  priority: z.number().int().min(0).max(1000),
  invariant: z.boolean().default(false),
  reason: z.string().min(1).max(500),
  /** Glob over tool names: `*` any run of characters, `?` one. */
  tool: z.string().default("*"),
  agent: z.string().optional(),
  role: Role.optional(),
  /** Regular expression over the canonical JSON of the arguments. */
  argumentsPattern: z.string().max(500).optional(),
  profile: z.string().optional(),
  timeWindow: z
    .strictObject({
      /** 0 is Sunday. Empty: every day. */
      days: z.array(z.number().int().min(0).max(6)).default([]),
      /** `HH:MM-HH:MM` in UTC, end exclusive; an end before the start crosses midnight. */
      hours: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/),
    })
    .optional(),
  /** Which kind of gate an `ask` opens. */
  gate: z.enum(["deploy", "data", "manual", "security", "cost", "custom"]).optional(),
});
export type PermissionRule = z.infer<typeof PermissionRule>;

/** Everything that a decision may depend on. */
export interface PermissionRequest {
  tool: string;
  toolEffect: "none" | "read" | "write" | "external";
  agent: string | undefined;
  /** Tools that the agent's manifest lists; undefined when a person calls by hand. */
  agentTools: readonly string[] | undefined;
  role: Role;
  /** RFC 8785 form of the arguments. */
  argumentsJson: string;
  profile: string | undefined;
  /** Milliseconds since 1970 UTC. */
  at: number;
  /** What the run knows so far, for compliance gates. */
  facts: Readonly<Record<string, unknown>>;
}

export const MatchedRule = z.strictObject({
  id: z.string(),
  source: RuleSource,
  behaviour: Behaviour,
  priority: z.number(),
  invariant: z.boolean(),
  reason: z.string(),
});
export type MatchedRule = z.infer<typeof MatchedRule>;

/**
 * The outcome with its grounds: the rule that won (absent when the default decided) and every rule that matched,
 * strongest first. Allow decisions are recorded too.
 */
export const Decision = z.strictObject({
  outcome: Behaviour,
  /** True when an invariant deny decided. */
  invariant: z.boolean(),
  winner: MatchedRule.optional(),
  matched: z.array(MatchedRule),
  reason: z.string(),
  gate: z.enum(["deploy", "data", "manual", "security", "cost", "custom"]).optional(),
});
export type Decision = z.infer<typeof Decision>;

/** A place that rules come from. `rulesFor` is synchronous and pure over its own configuration and the request. */
export interface PermissionSource {
  source: RuleSource;
  rulesFor(request: PermissionRequest): PermissionRule[];
}
