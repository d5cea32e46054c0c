import type { z } from "zod";
import { FailureError, failure } from "#core/contract/failure.ts";
import type { ToolContext } from "#core/contract/tool-definition.ts";

/**
 * Reads a report that an earlier tool kept.
 * @throws FailureError invalid-input when the artifact is something else; `what` says which digest to give.
 */
export async function readReport<Schema extends z.ZodType>(
  context: ToolContext,
  digest: string,
  { schema, what }: { schema: Schema; what: string },
): Promise<z.output<Schema>> {
  const text = new TextDecoder().decode(await context.artifacts.read(digest));
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new FailureError(
    failure("invalid-input", `artifact ${digest.slice(0, 12)}… is no such report; give ${what}`),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
