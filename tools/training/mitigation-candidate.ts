import type { ToolContext } from "#core/contract/tool-definition.ts";
import type { FairnessAudit, Frame, Model } from "#lib/ml/index.ts";
import { judgedAttributes, MINIMAL_GROUP, worstAttribute } from "../engine/judged-fairness.ts";
import { primaryMetric } from "../engine/primary-metric.ts";
import { protectedAttributes } from "../engine/protected-attributes.ts";
import { runTask } from "../engine/run-task.ts";

export type MitigationMethod = "none" | "reweighing" | "group-thresholds";

/** What one group gets from a model's decisions. */
export interface GroupRates {
  attribute: string;
  group: string;
  rows: number;
  selectionRate: number;
  /** Null where the group has no row of the positive class. */
  truePositiveRate: number | null;
  accuracy: number;
}

/** A model that may be chosen, and how good and how fair it is on the validation part. */
export interface MitigationCandidate {
  model: Model;
  method: MitigationMethod;
  metric: string;
  value: number;
  accuracy: number;
  /** The worst attribute's, over the groups that an audit would judge. */
  demographicParityDifference: number;
  /** The same of each attribute. */
  differences: Record<string, number>;
  groups: GroupRates[];
}

/** Measures a model as the audit will, on rows that it was not trained on. */
export async function judgeCandidate(
  context: ToolContext,
  model: Model,
  about: { method: MitigationMethod; validation: Frame; protected: readonly string[] },
): Promise<MitigationCandidate> {
  const frame = about.validation;
  const evaluation = await runTask(context, "evaluate-model", { model, frame });
  const attributes = protectedAttributes(frame, about.protected, model);
  const audit = await runTask(context, "audit-fairness", {
    model,
    frame,
    options: { attributes, minimalGroup: MINIMAL_GROUP },
  });
  if (evaluation.problem !== "binary" || audit.problem !== "binary") {
    throw new Error("only models for two classes are mitigated");
  }
  const judged = judgedAttributes(audit);
  return {
    model,
    method: about.method,
    ...primaryMetric(evaluation),
    accuracy: evaluation.metrics.accuracy,
    demographicParityDifference: worstAttribute(judged)?.value ?? 0,
    differences: Object.fromEntries(
      judged.map(({ attribute, numbers }) => [attribute, numbers.demographicParityDifference ?? 0]),
    ),
    groups: groupRates(audit),
  };
}

function groupRates(audit: Extract<FairnessAudit, { readonly problem: "binary" }>): GroupRates[] {
  return audit.attributes.flatMap(({ attribute, groups }) =>
    groups.map(({ label, count, rates }) => ({
      attribute,
      group: label,
      rows: count,
      selectionRate: rates.selectionRate,
      truePositiveRate: rates.undefinedRates.includes("truePositiveRate") ? null : rates.truePositiveRate,
      accuracy: rates.accuracy,
    })),
  );
}
