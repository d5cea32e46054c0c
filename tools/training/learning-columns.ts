import { FailureError, failure } from "#core/contract/failure.ts";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import { type EngineeringPlan, type Frame, suggestFeatures } from "#lib/ml/index.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { groupColumn, protectedColumns, timeColumn } from "../engine/request-columns.ts";
import { inEngine } from "../engine/run-task.ts";
import { engineeredFeatures } from "./engineered-features.ts";

/** What of a call says which columns may be learnt from. */
export interface ColumnRequest {
  target: string;
  timeColumn?: string | null | undefined;
  protected?: readonly string[] | null | undefined;
  useProtected?: string | undefined;
  engineering?: string | undefined;
  features?: readonly string[] | undefined;
}

export interface LearningColumns {
  /** Raw and made columns to learn from. */
  features: string[];
  withheld: string[];
  time: string | undefined;
  plan: EngineeringPlan | undefined;
}

/**
 * Columns a model may learn from: usable ones, without target, time and what is kept for the audit, and those that a
 * pipeline makes.
 * @throws FailureError invalid-input naming the column that may not be one, or why none is left.
 */
export async function learningColumns(
  context: ToolContext,
  training: Frame,
  request: ColumnRequest,
): Promise<LearningColumns> {
  const withheld = protectedColumns(context, request.protected);
  const time = timeColumn(context, request.timeColumn);
  const made = await engineeredFeatures(context, {
    pipeline: request.engineering,
    target: request.target,
    features: request.features,
    withheld: request.useProtected === undefined ? withheld : [],
  });
  const onlyMade = made.features.length > 0 && made.rawFeatures?.length === 0;
  const named = made.rawFeatures ?? request.features;
  const group = groupColumn(context);
  const raw = onlyMade ? [] : rawColumns(training, { request, named, withheld, time, group });
  return { features: [...raw, ...made.features], withheld, time, plan: made.plan };
}

interface RawRequest {
  request: ColumnRequest;
  named: readonly string[] | undefined;
  withheld: readonly string[];
  time: string | undefined;
  group: string | undefined;
}

function rawColumns(frame: Frame, { request, named, withheld, time, group }: RawRequest): string[] {
  checkColumns(frame, {
    target: request.target,
    protected: withheld,
    ...(time === undefined ? {} : { timeColumn: time }),
    others: named ?? [],
  });
  const { features, excluded } = inEngine(() => suggestFeatures(frame, request.target));
  const barred = new Map([
    ...excluded.map(({ column, reason }) => [column, reason] as const),
    ...(request.useProtected === undefined
      ? withheld.map((name) => [name, "protected; give useProtected a reason if it has to be used"] as const)
      : []),
    ...(time === undefined ? [] : [[time, "the time column"] as const]),
    ...(group === undefined ? [] : [[group, "the column that the rows were split by"] as const]),
    [request.target, "the target"] as const,
  ]);
  const wrong = named?.find((name) => barred.has(name));
  if (wrong !== undefined) {
    throw new FailureError(
      failure("invalid-input", `${wrong} cannot be a feature: ${barred.get(wrong) ?? ""}`, {
        details: { column: wrong },
      }),
    );
  }
  const chosen = (named ?? features).filter((name) => !barred.has(name));
  if (chosen.length > 0) return chosen;
  const reasons = [...barred]
    .filter(([name]) => name !== request.target)
    .slice(0, 8)
    .map(([name, reason]) => `${name} (${reason})`);
  throw new FailureError(
    failure(
      "invalid-input",
      `no column is left to learn from${reasons.length === 0 ? "" : `: ${reasons.join(", ")}`}. Add columns that hold numbers, categories or dates`,
    ),
  );
}
