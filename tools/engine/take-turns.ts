import { setImmediate } from "node:timers/promises";
import { FailureError, failure } from "#core/contract/failure.ts";
import type { ToolContext } from "#core/contract/tool-definition.ts";

/**
 * Between two columns of work on this thread: lets the process answer others, and stops when the call was cancelled.
 * @throws FailureError cancelled
 */
export async function takeTurns({ signal }: Pick<ToolContext, "signal">): Promise<void> {
  await setImmediate();
  if (signal.aborted) throw new FailureError(failure("cancelled", "the call was cancelled"));
}
