import { z } from "zod";
import { ModelTier } from "./provider.ts";
import { JsonValue } from "./json.ts";
import { ToolName } from "./tool-definition.ts";

export const AgentId = z.string().regex(/^[a-z][a-z0-9_]{1,60}$/, "lower case words joined by _");

export const Team = z.enum([
  "management",
  "data",
  "algorithm",
  "training",
  "evaluation",
  "quality",
  "deployment",
]);
export type Team = z.infer<typeof Team>;

export const Tier = z.enum(["director", "coordinator", "worker"]);
export type Tier = z.infer<typeof Tier>;

/**
 * One rule of a playbook: when its condition holds and it fired fewer than `times` times, it fires. Rules are
 * tried from the top in each turn. Strings may hold `${expression}`; a string that is one expression keeps the
 * value's type.
 */
export const PlaybookRule = z
  .strictObject({
    when: z.string().optional(),
    times: z.number().int().positive().default(1),
    /** Say this beside the call, as a model would. */
    say: z.string().optional(),
    call: ToolName.optional(),
    with: z.record(z.string(), JsonValue).optional(),
    /** End the work with this text. */
    finish: z.string().optional(),
  })
  .refine((rule) => (rule.call === undefined) !== (rule.finish === undefined), {
    message: "a rule has either `call` or `finish`",
  });
export type PlaybookRule = z.infer<typeof PlaybookRule>;

export const Playbook = z.strictObject({ rules: z.array(PlaybookRule).min(1) });
export type Playbook = z.infer<typeof Playbook>;

export const AgentLimits = z.strictObject({
  maxTurns: z.number().int().positive().max(200).default(20),
  maxToolCalls: z.number().int().positive().max(1000).default(60),
  maxOutputTokens: z.number().int().positive().max(64_000).default(4096),
});
export type AgentLimits = z.infer<typeof AgentLimits>;

/** An agent is data: who it is, what it may use, to whom it may hand work. */
export const AgentManifest = z.strictObject({
  id: AgentId,
  version: z.string().regex(/^\d+\.\d+\.\d+$/, "semantic version, like 1.0.0"),
  team: Team,
  tier: Tier,
  description: z.string().min(1).max(500),
  model: z
    .strictObject({
      tier: ModelTier.default("standard"),
      provider: z.string().optional(),
      name: z.string().optional(),
    })
    .default({ tier: "standard" }),
  tools: z.array(ToolName).default([]),
  delegatesTo: z.array(AgentId).default([]),
  limits: AgentLimits.default({ maxTurns: 20, maxToolCalls: 60, maxOutputTokens: 4096 }),
  playbook: Playbook.optional(),
});
export type AgentManifest = z.infer<typeof AgentManifest>;

/** A manifest with the text of its prompt and the hash that run.created freezes. */
export interface Agent {
  manifest: AgentManifest;
  prompt: string;
  hash: string;
}
