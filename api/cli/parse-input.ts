import { readFile } from "node:fs/promises";
import { failure } from "#core/contract/failure.ts";
import { JsonValue } from "#core/contract/json.ts";
import { type CommandContext, reportFailure } from "./command-context.ts";

/** JSON text, or `@FILE` with JSON in it. */
export async function parseInput(context: CommandContext, text: string): Promise<JsonValue | undefined> {
  try {
    const json = text.startsWith("@") ? await readFile(text.slice(1), "utf8") : text;
    return JsonValue.parse(JSON.parse(json));
  } catch (error) {
    reportFailure(
      context,
      failure(
        "invalid-input",
        `--input cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
      ),
    );
    return undefined;
  }
}
