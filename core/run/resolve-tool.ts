import { z } from "zod";
import type { Agent } from "#core/contract/agent-manifest.ts";
import { JsonValue } from "#core/contract/json.ts";
import { defineTool, type ToolDefinition } from "#core/contract/tool-definition.ts";
import type { Registry } from "#core/registry/registry.ts";
import { type OfferedTool, offerTool } from "./offered-tool.ts";

export const TRANSFER_PREFIX = "transfer_to_";

export const transferToolName = (agent: string): string => `${TRANSFER_PREFIX}${agent}`;

export const TransferInput = z.strictObject({
  task: z.string().min(1).max(8000).describe("What the other agent shall achieve, in full sentences."),
  inputs: z
    .record(z.string(), JsonValue)
    .default({})
    .describe("References and settings it needs, by name: digests, limits, column names."),
});

export const TransferOutput = z.strictObject({
  agent: z.string(),
  outcome: z.enum(["done", "partial"]),
  summary: z.string(),
});

/** Whether a call hands work to another agent; such a call runs an agent loop instead of a tool's `run`. */
export const isTransfer = (tool: string): boolean => tool.startsWith(TRANSFER_PREFIX);

/** The handover tools, one for each agent: offered only to agents whose manifest delegates there. */
export function createTransferTools(agents: Registry<Agent>): OfferedTool[] {
  return agents.list().map(({ manifest }) => offerTool(transferTool(manifest.id, manifest.description)));
}

function transferTool(agent: string, description: string): ToolDefinition {
  return defineTool({
    name: transferToolName(agent),
    group: "delegation",
    description: `Hand a piece of work to ${agent} and get back a summary with references. ${description}`,
    input: TransferInput,
    output: TransferOutput,
    effect: "none",
    repeat: "safe",
    parallel: true,
    timeoutMs: 24 * 3600 * 1000,
    run: () => Promise.reject(new Error(`${agent} is run by the agent loop, not by the tool`)),
  });
}

/** Tool names that a manifest gives its agent, handovers included. */
export function toolNamesOf(agent: Agent): string[] {
  return [...agent.manifest.tools, ...agent.manifest.delegatesTo.map(transferToolName)];
}
