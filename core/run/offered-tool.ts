import { z } from "zod";
import type { JsonObject } from "#core/contract/json.ts";
import type { ToolOffer } from "#core/contract/provider.ts";
import type { ToolDefinition } from "#core/contract/tool-definition.ts";

/** A tool with its JSON Schemas, computed once per process however many turns offer it. */
export interface OfferedTool {
  definition: ToolDefinition;
  offer: ToolOffer;
  outputSchema: JsonObject;
}

/** Throws when the input is no object: models call tools with named arguments. */
export function offerTool(definition: ToolDefinition): OfferedTool {
  const inputSchema = jsonSchema(definition.input, "input");
  if (inputSchema["type"] !== "object") {
    throw new Error(
      `tool ${definition.name}: the input must be an object, it is ${JSON.stringify(inputSchema["type"])}`,
    );
  }
  return {
    definition,
    offer: { name: definition.name, description: definition.description, inputSchema },
    outputSchema: jsonSchema(definition.output, "output"),
  };
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): JsonObject {
  return z.toJSONSchema(schema, { io }) as JsonObject; // JSON Schema is JSON by definition
}
