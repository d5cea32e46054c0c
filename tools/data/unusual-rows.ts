import type { Frame } from "#lib/ml/index.ts";
import { type EngineContext, runTask } from "../engine/run-task.ts";

const RULE =
  "isolation forest (Liu, Ting and Zhou 2008) of 256 trees on 256 rows each, grown on these rows; score = 2^(-mean path length / expected path length): near 1 stands out, 0.5 or less is usual";

export interface UnusualRows {
  readonly anomalies: {
    readonly rule: string;
    readonly seed: number;
    readonly rows: { row: number; score: number }[];
    readonly unusedColumns: string[];
  };
}

/**
 * The rows of a table that are most unlike the others, by number and never by value. Free text, identifiers and the
 * target do not count: a rare outcome is no fault of a row.
 */
export async function findUnusualRows(
  context: EngineContext,
  frame: Frame,
  { rows, target, seed }: { rows: number; target?: string | null | undefined; seed: number },
): Promise<UnusualRows> {
  const judged = frame.columns.filter(({ name }) => name !== target);
  const found = await runTask(context, "find-anomalies", {
    frame: { ...frame, columns: judged },
    options: { maximalRows: rows, seed },
  });
  return {
    anomalies: {
      rule: RULE,
      seed,
      rows: found.rows.map(({ row, score }) => ({ row, score: Math.round(score * 1e6) / 1e6 })),
      unusedColumns: frame.columns.map(({ name }) => name).filter((name) => !found.columns.includes(name)),
    },
  };
}
