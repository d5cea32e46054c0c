import { FailureError } from "#core/contract/failure.ts";
import type { ToolArtifacts } from "#core/contract/tool-definition.ts";

/** The JSON of an artifact, or undefined when none was named. Rejects with the store's Failure when it is gone. */
export async function readBody(artifacts: ToolArtifacts, digest: string | undefined): Promise<unknown> {
  return digest === undefined ? undefined : artifacts.readJson(digest);
}

/** The same for detail that a document can do without: an artifact that cannot be read gives undefined. */
export async function readOptionalBody(
  artifacts: ToolArtifacts,
  digest: string | undefined,
): Promise<unknown> {
  try {
    return await readBody(artifacts, digest);
  } catch (thrown) {
    if (thrown instanceof FailureError || thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}
