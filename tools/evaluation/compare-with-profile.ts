import type { ToolContext } from "#core/contract/tool-definition.ts";
import type { Frame, ProfileFinding } from "#lib/ml/index.ts";
import { runTask } from "../engine/run-task.ts";
import type { ComparedParts } from "./compare-parts.ts";
import type { StoredProfile } from "./stored-profile.ts";

export interface ComparedProfile extends ComparedParts {
  findings: readonly ProfileFinding[];
  /** How exact the numbers are that would need all rows. */
  precision: string;
}

/** Compares rows with a stored profile: the columns it judges, and what it rules out in any column. */
export async function compareWithProfile(
  context: ToolContext,
  { profile, compared }: Pick<StoredProfile, "profile" | "compared">,
  current: Frame,
): Promise<ComparedProfile> {
  const report = await runTask(context, "compare-with-profile", { profile, frame: current });
  const judged = new Set(compared);
  return {
    columns: report.columns
      .filter(({ column }) => judged.has(column))
      .map(({ column, psi, missingPsi, comparison }) => ({ column, psi, missingPsi, comparison })),
    skipped: report.skipped.filter(({ column }) => judged.has(column)),
    findings: report.findings,
    precision: report.precision,
  };
}
