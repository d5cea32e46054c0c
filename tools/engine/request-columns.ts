import type { ToolContext } from "#core/contract/tool-definition.ts";
import { SplitFact } from "../facts.ts";

type InRun = Pick<ToolContext, "run">;

/**
 * The protected columns of a call: those it names and those of the run's request. A call may add to what the
 * operator protected and can never take from it.
 */
export function protectedColumns({ run }: InRun, named: readonly string[] | null | undefined): string[] {
  return [...new Set([...(run?.request.protected ?? []), ...(named ?? [])])];
}

/** The time column that a call names, else the run's: the one of its request, or the one it was split by. */
export function timeColumn({ run }: InRun, named: string | null | undefined): string | undefined {
  return named ?? run?.request.timeColumn ?? splitOf({ run })?.timeColumn;
}

/** The column whose values kept rows together when the run's table was split. */
export function groupColumn({ run }: InRun): string | undefined {
  return splitOf({ run })?.groupColumn;
}

function splitOf({ run }: InRun): SplitFact | undefined {
  const parsed = SplitFact.safeParse(run?.facts["split"]);
  return parsed.success ? parsed.data : undefined;
}
