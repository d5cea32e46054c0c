import type { Evaluation } from "#lib/ml/index.ts";

/** The metrics a model is first judged by, best first; a later one stands in where an earlier one is undefined. */
const ORDER = {
  binary: ["auc", "accuracy"],
  multiclass: ["macroAuc", "accuracy"],
  regression: ["r2", "rmse"],
} as const;

/** The one number that a model is first judged by: AUC, macro AUC over classes, or R². */
export function primaryMetric(evaluation: Evaluation): { metric: string; value: number } {
  const values = new Map<string, unknown>(Object.entries(evaluation.metrics));
  for (const metric of ORDER[evaluation.problem]) {
    const value = values.get(metric);
    if (typeof value === "number" && Number.isFinite(value)) return { metric, value };
  }
  throw new Error(`an evaluation without ${ORDER[evaluation.problem].join(" and ")}`);
}
