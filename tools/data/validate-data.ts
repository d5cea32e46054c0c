import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import { suggestFeatures } from "#lib/ml/index.ts";
import { digestOf, keepJson, loadFrame, numberedName } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { protectedColumns, timeColumn } from "../engine/request-columns.ts";
import type { ValidationFact } from "../facts.ts";
import { leakFindings } from "./leak-findings.ts";
import { checkTable } from "./table-checks.ts";

export const validateData = defineTool({
  name: "validate_data",
  group: "data",
  description:
    "Check a dataset against what training needs: target present in every row, enough rows, no copied rows, no impossible values, one spelling a category, no column that gives the target away, rows that can be put in order, groups that can be audited. `ok` is false while errors stand; clean_data mends all but too few rows and missing features (pass the columns of target-leakage findings as dropColumns). Kept as reports/validation_N.json.",
  input: z.strictObject({
    dataset: digestOf("the dataset to check"),
    target: z.string().min(1),
    protected: z
      .array(z.string())
      .default([])
      .describe("columns to audit fairness by, beside those that the run protects"),
    timeColumn: z.string().nullish().describe("the run's when absent"),
  }),
  output: z.strictObject({
    artifact: z.string(),
    ok: z.boolean(),
    findings: z.array(
      z.strictObject({
        check: z.string(),
        severity: z.enum(["error", "warning"]),
        message: z.string(),
        columns: z.array(z.string()),
        rows: z.number().int().optional(),
      }),
    ),
  }),
  example: {
    dataset: "sample:dataset",
    target: "defaulted",
    protected: ["sex"],
    timeColumn: "application_month",
  },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 600_000,
  async run(input, context) {
    const frame = await loadFrame(context, input.dataset);
    const audited = protectedColumns(context, input.protected);
    const time = timeColumn(context, input.timeColumn);
    const problem = checkColumns(frame, { target: input.target, timeColumn: time, protected: audited });
    const table = {
      frame,
      problem,
      target: input.target,
      protected: audited,
      timeColumn: time,
      features: suggestFeatures(frame, input.target).features.filter(
        (name) => name !== time && !audited.includes(name),
      ),
    };
    const findings = [...(await checkTable(context, table)), ...(await leakFindings(context, table))];
    const errors = findings.filter((finding) => finding.severity === "error");
    const artifact = await keepJson(
      context,
      { dataset: input.dataset, target: input.target, ok: errors.length === 0, findings },
      {
        name: numberedName(context, "reports/validation", "json"),
        kind: "validation-report",
        inputs: [input.dataset],
      },
    );
    const leaks = errors.filter((finding) => finding.check === "target-leakage");
    const fact: ValidationFact = {
      artifact: artifact.sha256,
      ok: errors.length === 0,
      errors: errors.length,
      warnings: findings.length - errors.length,
      failed: [...new Set(errors.map((finding) => finding.check))].slice(0, 12),
      leakage: [...new Set(leaks.flatMap((finding) => finding.columns))].slice(0, 12),
    };
    return {
      ok: true,
      output: { artifact: artifact.sha256, ok: fact.ok, findings },
      facts: { validation: fact },
    };
  },
});
