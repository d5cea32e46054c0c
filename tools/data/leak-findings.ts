import type { ToolContext } from "#core/contract/tool-definition.ts";
import { runTask } from "../engine/run-task.ts";
import type { DataFinding } from "./data-finding.ts";
import { type CheckedTable, MINIMAL_ROWS } from "./table-checks.ts";

/**
 * Columns that know the answer. Only what a model could learn from is judged: protected columns and the time are no
 * features, and an audit needs them even when they go with the target. Fewer than 50 rows show no leak.
 */
export async function leakFindings(context: ToolContext, table: CheckedTable): Promise<DataFinding[]> {
  const { frame, problem, target, features } = table;
  if (frame.rowCount - problem.missing < MINIMAL_ROWS || features.length === 0) return [];
  const hints = await runTask(context, "find-leakage", {
    frame,
    target,
    options: { problem: problem.problem, features: [...features], seed: context.seed },
  });
  return hints.map((hint) => ({
    check: hint.severity === "leak" ? "target-leakage" : "suspected-leakage",
    severity: hint.severity === "leak" ? "error" : "warning",
    message: hint.message,
    columns: [...hint.columns],
  }));
}
