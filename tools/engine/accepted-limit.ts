import type { ToolContext } from "#core/contract/tool-definition.ts";

/** A limit that a call is judged by, and what has to be said about it. */
export interface AcceptedLimit {
  limit: number;
  notes: string[];
}

/**
 * The deployment's limit, or a stricter one that the call names. Inside a run nobody may name a milder one: then the
 * deployment's stands, and the answer says so. A person calling by hand may look at any.
 */
export function acceptedLimit(
  { run }: Pick<ToolContext, "run">,
  { asked, deployment }: { asked: number | null | undefined; deployment: number },
): AcceptedLimit {
  if (asked == null) return { limit: deployment, notes: [] };
  if (run === undefined || asked <= deployment) return { limit: asked, notes: [] };
  return {
    limit: deployment,
    notes: [`the limit ${asked} is milder than the deployment's ${deployment}, which stands`],
  };
}
