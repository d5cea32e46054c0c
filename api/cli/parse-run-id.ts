import { fail } from "#core/contract/failure.ts";
import { RunId } from "#core/contract/ids.ts";
import { type CommandContext, reportFailure } from "./command-context.ts";

/** Parses a run id or reports what one looks like. */
export function parseRunId(context: CommandContext, text: string): RunId | undefined {
  const parsed = RunId.safeParse(text);
  if (parsed.success) return parsed.data;
  reportFailure(
    context,
    fail("invalid-input", `${text} is no run id; list the runs with: swarm runs list`).failure,
  );
  return undefined;
}
