import { z } from "zod";
import { JsonObject } from "#core/contract/json.ts";
import { RepeatPolicy, ToolEffect, ToolGroup } from "#core/contract/tool-definition.ts";
import { Team, Tier } from "#core/contract/agent-manifest.ts";

export const AgentView = z.object({
  id: z.string(),
  version: z.string(),
  team: Team,
  tier: Tier,
  description: z.string(),
  modelTier: z.string(),
  tools: z.array(z.string()),
  delegatesTo: z.array(z.string()),
  hash: z.string(),
});
export type AgentView = z.infer<typeof AgentView>;

export const ToolView = z.object({
  name: z.string(),
  group: ToolGroup,
  description: z.string(),
  effect: ToolEffect,
  repeat: RepeatPolicy,
  input: JsonObject,
  output: JsonObject,
});
export type ToolView = z.infer<typeof ToolView>;

export const WorkflowRow = z.object({
  id: z.string(),
  version: z.string(),
  description: z.string(),
  nodes: z.number().int(),
  hash: z.string(),
});
export type WorkflowRow = z.infer<typeof WorkflowRow>;

export const Health = z.object({
  status: z.literal("ok"),
  version: z.string(),
  deployment: z.string(),
  activeRuns: z.array(z.string()),
  log: z.object({ size: z.number().int() }),
  providers: z.array(z.object({ id: z.string(), usable: z.boolean(), detail: z.string() })),
});
export type Health = z.infer<typeof Health>;

/** What an upload was recognised as: enough to choose a target. */
export const DatasetUpload = z.object({
  sha256: z.string(),
  name: z.string(),
  bytes: z.number().int(),
  rows: z.number().int(),
  columns: z.array(
    z.object({ name: z.string(), kind: z.string(), missing: z.number().int(), distinct: z.number().int() }),
  ),
});
export type DatasetUpload = z.infer<typeof DatasetUpload>;
