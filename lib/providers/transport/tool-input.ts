import type { JsonObject, JsonValue } from "#core/contract/json.ts";
import type { ToolCallPart } from "#core/contract/message.ts";

/**
 * The arguments of a tool call as a model wrote them. No text at all means no arguments; a text that is no JSON is
 * kept as `malformed`, so that the model can be told.
 */
export function parseToolInput(text: string): { input: JsonValue; malformed?: string } {
  if (text.trim() === "") return { input: {} };
  try {
    return { input: JSON.parse(text) as JsonValue }; // JSON.parse gives JSON
  } catch {
    return { input: null, malformed: text };
  }
}

/** The same arguments for the way back. Vendors take objects only; what is none goes under a name that says so. */
export function returnedInput({ input, malformed }: ToolCallPart): JsonObject {
  if (malformed !== undefined) return { INVALID_JSON: malformed };
  const isObject = input !== null && typeof input === "object" && !Array.isArray(input);
  return isObject ? input : { INVALID_ARGUMENTS: input };
}
