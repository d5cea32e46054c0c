import type { ToolContext } from "#core/contract/tool-definition.ts";
import type { FairnessAudit, FairnessConstraint, Frame, Model } from "#lib/ml/index.ts";
import { judgedAttributes, MINIMAL_GROUP, worstAttribute } from "../engine/judged-fairness.ts";
import { primaryMetric } from "../engine/primary-metric.ts";
import { protectedAttributes } from "../engine/protected-attributes.ts";
import { runTask } from "../engine/run-task.ts";

export const MITIGATION_METHODS = [
  "reweighing",
  "group-thresholds",
  "reductions",
  "correlation-removal",
] as const;
export type MitigationMethod = "none" | (typeof MITIGATION_METHODS)[number];

/** The number of an audit that tells how far each constraint is missed. */
const CONSTRAINED = {
  "demographic-parity": "demographicParityDifference",
  "equal-opportunity": "equalOpportunityDifference",
  "equalized-odds": "equalizedOddsDifference",
} as const satisfies Record<FairnessConstraint, string>;

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
  /** Of the rates that are to be alike: the worst attribute's, over the groups that an audit would judge. */
  difference: number;
  /** The worst attribute's, over the groups that an audit would judge. */
  demographicParityDifference: number;
  /** `difference` of each attribute. */
  differences: Record<string, number>;
  groups: GroupRates[];
}

/** Measures a model as the audit will, on rows that it was not trained on. */
export async function judgeCandidate(
  context: ToolContext,
  model: Model,
  about: {
    method: MitigationMethod;
    validation: Frame;
    protected: readonly string[];
    constraint: FairnessConstraint;
  },
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
  const differences = judged.map(
    ({ attribute, numbers }) => [attribute, numbers[CONSTRAINED[about.constraint]] ?? 0] as const,
  );
  return {
    model,
    method: about.method,
    ...primaryMetric(evaluation),
    accuracy: evaluation.metrics.accuracy,
    difference: Math.max(0, ...differences.map(([, value]) => value)),
    demographicParityDifference: worstAttribute(judged)?.value ?? 0,
    differences: Object.fromEntries(differences),
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
