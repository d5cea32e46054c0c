import { readFile } from "node:fs/promises";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import { JsonValue } from "#core/contract/json.ts";
import { type CommandContext, reportFailure } from "./command-context.ts";

/** JSON text, or `@FILE` with JSON in it; what is wrong with it is reported. */
export async function parseInput(context: CommandContext, text: string): Promise<JsonValue | undefined> {
  const json = text.startsWith("@") ? await readText(text.slice(1)) : ok(text);
  const parsed = json.ok ? parseJson(json.value) : json;
  if (parsed.ok) return parsed.value;
  reportFailure(context, parsed.failure);
  return undefined;
}

async function readText(path: string): Promise<Result<string>> {
  try {
    return ok(await readFile(path, "utf8"));
  } catch (error) {
    return fail("not-found", `--input names the file ${path}, which cannot be read: ${reasonOf(error)}`);
  }
}

function parseJson(text: string): Result<JsonValue> {
  try {
    return ok(JsonValue.parse(JSON.parse(text)));
  } catch (error) {
    return fail(
      "invalid-input",
      `--input cannot be read as JSON: ${reasonOf(error)}. Give JSON in quotes, or @FILE for a file with JSON in it`,
    );
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
