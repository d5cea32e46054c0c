import { type Column, castColumn, type Frame, getColumn, inferProblem, type Problem } from "#lib/ml/index.ts";
import { inEngine } from "../engine/run-task.ts";

/** More whole numbers than this are an amount. */
const MOST_CODES = 20;

/** A target that can be classified: the training rows to use, or why it cannot. */
export type ClassTarget =
  | { ok: true; training: Frame; problem: Exclude<Problem, "regression"> }
  | { ok: false; reason: string };

/**
 * Reads a target as classes. Codes such as 3 to 8 look like an amount, all the more in a part that lacks one of them;
 * a few whole numbers are taken as the labels that the caller says they are.
 */
export function classTarget(
  training: Frame,
  target: string,
  positiveClass: string | null | undefined,
): ClassTarget {
  return inEngine(() => {
    const column = getColumn(training, target);
    const positive = positiveClass == null ? {} : { positiveClass };
    const problem = inferProblem(training, target, positive);
    if (problem.problem !== "regression") return { ok: true, training, problem: problem.problem };
    if (!isCodes(column)) return { ok: false, reason: problem.reason };
    const labelled = castColumn(training, { column: target, kind: "categorical" });
    const labels = inferProblem(labelled, target, positive);
    if (labels.problem === "regression") throw new Error("categories are classes");
    return { ok: true, training: labelled, problem: labels.problem };
  });
}

function isCodes(column: Column): boolean {
  if (column.kind !== "numeric") return false;
  const seen = new Set<number>();
  for (const value of column.values) {
    if (Number.isNaN(value)) continue;
    if (!Number.isInteger(value)) return false;
    seen.add(value);
    if (seen.size > MOST_CODES) return false;
  }
  return true;
}
