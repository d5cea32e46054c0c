import { type Result, fail, ok } from "#core/contract/failure.ts";
import { JsonObject } from "#core/contract/json.ts";

/**
 * The object in the last fenced `json` block of a text, undefined without one. The last, because a task that
 * people wrote may hold blocks of its own and the runtime puts its block at the end.
 */
export function jsonBlockOf(text: string): Result<JsonObject | undefined> {
  const lines = text.split(/\r?\n/);
  const opening = lines.findLastIndex((line) => line.trim() === "```json");
  if (opening === -1) return ok(undefined);
  const length = lines.slice(opening + 1).findIndex((line) => line.trim() === "```");
  if (length === -1) return fail("invalid-input", "the ```json block of the first message has no end");
  const parsed = parsedJson(lines.slice(opening + 1, opening + 1 + length).join("\n"));
  if (parsed === undefined) return fail("invalid-input", "the ```json block of the first message is no JSON");
  const object = JsonObject.safeParse(parsed.value);
  return object.success
    ? ok(object.data)
    : fail("invalid-input", "the ```json block of the first message is no JSON object");
}

/** The value of a JSON text in a box, undefined when it is none. */
export function parsedJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
