import { z } from "zod";
import type { JsonObject, JsonValue } from "#core/contract/json.ts";

export type CheckedArguments = { ok: true; value: JsonValue } | { ok: false; message: string };

/**
 * Parses what was written as JSON and checks it against the tool's JSON Schema, where that is known and can be read.
 * The server has the last word; this only spares the way there.
 */
export function checkArguments(text: string, schema: JsonObject | undefined): CheckedArguments {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue; // JSON.parse gives nothing else
  } catch (error) {
    return {
      ok: false,
      message: `Not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  const parser = schema === undefined ? undefined : parserOf(schema);
  const parsed = parser?.safeParse(value);
  if (parsed === undefined || parsed.success) return { ok: true, value };
  const issues = parsed.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.length === 0 ? "arguments" : issue.path.join(".")}: ${issue.message}`);
  return { ok: false, message: issues.join("; ") };
}

function parserOf(schema: JsonObject): z.ZodType | undefined {
  try {
    return z.fromJSONSchema(schema);
  } catch {
    // A schema with parts that the reader does not know is left to the server.
    return undefined;
  }
}
