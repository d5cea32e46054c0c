import type { ToolDefinition } from "#core/contract/tool-definition.ts";
import { tools } from "#tools/index.ts";

/** A shipped tool by name, for a help text that cannot wait until the shelf is loaded. */
export function shippedTool(name: string): ToolDefinition | undefined {
  return tools.find((tool) => tool.name === name);
}
