import { z } from "zod";
import { defineTool, type ToolContext, type ToolOutcome } from "#core/contract/tool-definition.ts";
import type { FairnessAudit } from "#lib/ml/index.ts";
import { acceptedLimit } from "../engine/accepted-limit.ts";
import { digestOf, keepJson, loadFrame, loadModel, numberedName } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { requireHeldOut } from "../engine/held-out.ts";
import {
  JUDGED_RULE,
  type JudgedAttribute,
  judgedAttributes,
  MINIMAL_GROUP,
  SMALL_GROUPS,
  worstAttribute,
} from "../engine/judged-fairness.ts";
import { crossedAttribute, protectedAttributes } from "../engine/protected-attributes.ts";
import { protectedColumns } from "../engine/request-columns.ts";
import { runTask } from "../engine/run-task.ts";
import type { FairnessFact } from "../facts.ts";

const Output = z.strictObject({
  artifact: z.string(),
  audited: z.boolean(),
  passed: z.boolean(),
  limit: z.number(),
  attributes: z.record(z.string(), z.record(z.string(), z.number())),
  worst: z.strictObject({ attribute: z.string(), metric: z.string(), value: z.number() }).nullable(),
  intervals: z
    .record(z.string(), z.record(z.string(), z.strictObject({ low: z.number(), high: z.number() })))
    .describe("95 % bootstrap intervals of `attributes`; empty with 0 resamples and for amounts"),
  notJudged: z
    .array(z.strictObject({ attribute: z.string(), group: z.string(), rows: z.number().int() }))
    .describe("groups too small to decide; their rates are in the report"),
  warnings: z.array(z.string()),
});

export const fairnessAudit = defineTool({
  name: "fairness_audit",
  group: "compliance",
  description:
    "Audit a model's decisions by protected attribute on held-out rows: accuracy, precision, recall, F1 and selection rate per group, demographic parity, equal opportunity and equalized odds between groups and to overall, bootstrap intervals of every number, warnings for small groups (the definitions of fairlearn); with `controlFeatures` also within the values of columns that may explain a difference. Passes when the worst demographic parity difference is within the limit; groups below 30 rows that are under 5 % of the rows are reported but do not decide. In a run, the columns that the operator protected are always audited. Kept as fairness.json.",
  input: z.strictObject({
    model: digestOf("the model"),
    test: digestOf("the held-out part, with the protected columns"),
    protected: z
      .array(z.string())
      .default([])
      .describe("columns to audit by, beside those that the run protects"),
    controlFeatures: z
      .array(z.string())
      .max(3)
      .default([])
      .describe(
        "columns within whose crossed values groups are compared too, for classifiers with two classes",
      ),
    limit: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe(
        "largest accepted demographic parity difference; the deployment's when absent, and never milder than it in a run",
      ),
    resamples: z
      .number()
      .int()
      .min(0)
      .max(2000)
      .default(200)
      .describe("bootstrap resamples for the intervals; 0 for none"),
  }),
  output: Output,
  example: { model: "sample:model", test: "sample:test", protected: ["sex"] },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 1_800_000,
  async run(input, context) {
    const { limit, notes } = acceptedLimit(context, {
      asked: input.limit,
      deployment: context.settings.fairnessLimit,
    });
    const audited = protectedColumns(context, input.protected);
    const model = await loadModel(context, input.model);
    const frame = await loadFrame(context, input.test);
    const about = { model: input.model, test: input.test, limit, decision: model.decision };
    if (audited.length === 0)
      return keep(context, { ...about, audit: undefined, warnings: [...notes, NOTHING] });
    checkColumns(frame, { target: model.target, protected: [...audited, ...input.controlFeatures] });
    await requireHeldOut(context, model, frame);
    const audit = await runTask(context, "audit-fairness", {
      model,
      frame,
      options: {
        attributes: protectedAttributes(frame, audited, model),
        minimalGroup: MINIMAL_GROUP,
        smallGroups: SMALL_GROUPS,
        ...(input.controlFeatures.length === 0
          ? {}
          : { controlFeatures: crossedAttribute(frame, input.controlFeatures) }),
        ...(input.resamples === 0 ? {} : { bootstrap: { resamples: input.resamples, seed: context.seed } }),
      },
    });
    const warnings = audit.attributes.flatMap(({ attribute, warnings: own }) =>
      own.map((warning) => `${attribute}: ${warning}`),
    );
    if (audit.problem !== "binary" && input.controlFeatures.length > 0) {
      notes.push("control features are for classifiers with two classes; they were left out");
    }
    return keep(context, { ...about, audit, warnings: [...notes, ...amountNotes(audit), ...warnings] });
  },
});

const NOTHING = "no protected attribute was named; nothing was audited";

/** Amounts have no selection rate: their differences are reported for people, in the target's own units. */
const amountNotes = (audit: FairnessAudit): string[] =>
  audit.problem === "regression"
    ? [
        "the model predicts amounts: differences between groups are in the target's units and no limit applies to them",
      ]
    : [];

interface Verdict {
  model: string;
  test: string;
  limit: number;
  decision: object;
  /** Undefined when nothing was audited. */
  audit: FairnessAudit | undefined;
  warnings: string[];
}

async function keep(context: ToolContext, verdict: Verdict): Promise<ToolOutcome<z.input<typeof Output>>> {
  const { model, test, limit, audit, decision, warnings } = verdict;
  const judged = audit === undefined ? [] : judgedAttributes(audit);
  const worst = worstAttribute(judged);
  const passed =
    audit === undefined || audit.problem === "regression" || worst === undefined || worst.value <= limit;
  const notJudged = judged.flatMap(({ attribute, leftOut }) =>
    leftOut.map((group) => ({ attribute, ...group })),
  );
  const body = {
    model,
    data: test,
    passed,
    audited: audit !== undefined,
    limit,
    worst: worst ?? null,
    rule: JUDGED_RULE,
    notJudged,
    warnings,
    ...(audit === undefined ? {} : { ...audit, attributes: reportAttributes(audit, judged), decision }),
  };
  const about = { kind: "fairness", inputs: [model, test] } as const;
  const artifact = await keepJson(context, body, {
    ...about,
    name: numberedName(context, "fairness/fairness", "json"),
  });
  await keepJson(context, body, { ...about, name: "fairness.json" });
  const attributes: FairnessFact["attributes"] = Object.fromEntries(
    judged.map(({ attribute, numbers }) => [attribute, numbers]),
  );
  const fact: FairnessFact = {
    artifact: artifact.sha256,
    model,
    passed,
    limit,
    audited: audit !== undefined,
    ...(worst === undefined ? {} : { worst }),
    attributes,
  };
  return {
    ok: true,
    output: {
      artifact: artifact.sha256,
      audited: fact.audited,
      passed,
      limit,
      attributes: plain(attributes),
      worst: worst ?? null,
      intervals: audit === undefined ? {} : judgedIntervals(audit),
      notJudged,
      warnings,
    },
    facts: { fairness: fact },
  };
}

/**
 * The engine's whole audit of each attribute, `numbers` over all groups as fairlearn has them, with the numbers that the
 * verdict rests on beside its name.
 */
function reportAttributes(audit: FairnessAudit, judged: readonly JudgedAttribute[]): object[] {
  return audit.attributes.map((attribute, index) => ({
    ...attribute,
    ...judged[index]?.numbers,
    leftOut: judged[index]?.leftOut ?? [],
  }));
}

/** Intervals of the numbers that the verdict rests on, per attribute. */
function judgedIntervals(audit: FairnessAudit): z.input<typeof Output>["intervals"] {
  if (audit.problem !== "binary") return {};
  return Object.fromEntries(
    audit.attributes.map(({ attribute, judged }) => [
      attribute,
      Object.fromEntries(
        Object.entries(judged?.intervals ?? {})
          .filter(([name]) => VERDICT_NUMBERS.has(name))
          .map(([name, { low, high }]) => [name, { low, high }]),
      ),
    ]),
  );
}

const VERDICT_NUMBERS = new Set([
  "demographicParityDifference",
  "demographicParityRatio",
  "equalOpportunityDifference",
  "equalizedOddsDifference",
]);

const plain = (attributes: FairnessFact["attributes"]): Record<string, Record<string, number>> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, numbers]) => [
      name,
      Object.fromEntries(
        Object.entries(numbers).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
      ),
    ]),
  );
