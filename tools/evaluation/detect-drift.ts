import { z } from "zod";
import { failure } from "#core/contract/failure.ts";
import { defineTool } from "#core/contract/tool-definition.ts";
import { acceptedLimit } from "../engine/accepted-limit.ts";
import { digestOf, keepJson } from "../engine/artifacts.ts";
import { timeColumn } from "../engine/request-columns.ts";
import type { DriftFact } from "../facts.ts";
import { driftBody } from "./drift-body.ts";
import type { DriftRequest } from "./drift-request.ts";
import { ALPHA } from "./drift-rule.ts";
import { makeDriftReport } from "./make-drift-report.ts";
import { multivariateSummary } from "./multivariate-summary.ts";

const Word = z.enum(["stable", "moderate", "major"]);

/** On fewer rows only large shifts are significant, and the report says so. */
const FEW_ROWS = 200;
/** Columns, findings and features named in the answer; the report has all. */
const MOST_COLUMNS = 30;

export const detectDrift = defineTool({
  name: "detect_drift",
  group: "evaluation",
  description:
    "Compare newer data with older, column by column: population stability index, Kolmogorov-Smirnov, chi-squared, Wasserstein and more, missing values included. A column has drifted when its index is over the limit and its test is significant (Bonferroni, alpha 0.01), so small samples do not cry wolf. The older data is a part (`reference`) or a profile that build_reference_profile kept (`profile`). With a model, its outputs are compared too. With `multivariate`, relations between columns are checked by a domain classifier and by PCA reconstruction, beside the verdict. With a time column the newest period decides, a timeline is given, and `state` changes only after a verdict held for `holdFor` periods; otherwise the whole of the current part decides. Kept as drift.json with all it was made from, so that recompute_drift can repeat it.",
  input: z.strictObject({
    reference: digestOf("the older data, usually the training part; or give profile").nullish(),
    profile: digestOf("a reference profile, instead of reference").nullish(),
    current: digestOf("the newer data"),
    target: z
      .string()
      .min(1)
      .describe("compared too, where the newer data has it: its distribution may move as well"),
    model: digestOf("a model whose outputs on both sides are compared; a profile brings its own").nullish(),
    timeColumn: z.string().nullish().describe("the run's when absent"),
    limit: z
      .number()
      .positive()
      .optional()
      .describe("largest accepted index; the deployment's when absent, and never milder than it in a run"),
    multivariate: z.boolean().default(false).describe("check relations between columns too"),
    holdFor: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(2)
      .describe("periods in a row that a verdict must hold before the state changes"),
  }),
  output: z.strictObject({
    artifact: z.string(),
    verdict: Word,
    passed: z.boolean(),
    limit: z.number(),
    comparedPeriod: z.string().nullable(),
    columns: z.array(
      z.strictObject({
        column: z.string(),
        psi: z.number(),
        missingPsi: z.number(),
        countedPsi: z.number().describe("the index that is backed by a significant test, else 0"),
        pValue: z.number(),
        adjustedP: z.number().describe("p adjusted for all tests (Benjamini-Hochberg)"),
        verdict: Word,
      }),
    ),
    skipped: z.array(z.strictObject({ column: z.string(), reason: z.string() })),
    findings: z
      .array(
        z.strictObject({
          column: z.string(),
          kind: z.string(),
          rows: z.number().int(),
          message: z.string(),
        }),
      )
      .describe("what a profile rules out: new categories, numbers out of range, columns that came or went"),
    multivariate: z
      .strictObject({
        isDrifted: z.boolean(),
        auc: z.number().nullable().describe("of telling newer from older rows; 0.5 when nothing does"),
        p: z.number().nullable(),
        features: z.array(z.string()).describe("those that tell the sides apart most"),
        reconstructionError: z.number().nullable(),
        reconstructionLimits: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
        notes: z.array(z.string()),
      })
      .nullable(),
    timeline: z.array(
      z.strictObject({
        period: z.string(),
        rows: z.number().int(),
        verdict: Word,
        largestPsi: z.number(),
        largestPsiColumn: z.string().nullable().describe("null when no column moved significantly"),
      }),
    ),
    state: z
      .strictObject({
        state: Word,
        action: z.enum(["none", "change", "ask-person"]),
        heldFor: z.number().int(),
      })
      .nullable()
      .describe("after the newest period; null without periods"),
    notes: z.array(z.string()),
  }),
  example: { reference: "sample:dataset", current: "sample:later-dataset", target: "defaulted" },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 1_800_000,
  async run(input, context) {
    const baseline = baselineOf(input);
    if (baseline === null) return { ok: false, failure: failure("invalid-input", ONE_BASELINE) };
    const { limit, notes: limitNotes } = acceptedLimit(context, {
      asked: input.limit,
      deployment: context.settings.driftLimit,
    });
    const request: DriftRequest = {
      baseline,
      current: input.current,
      target: input.target,
      timeColumn: timeColumn(context, input.timeColumn) ?? null,
      limit,
      alpha: ALPHA,
      holdFor: input.holdFor,
      minimumRows: FEW_ROWS,
      isMultivariate: input.multivariate,
      seed: context.seed,
    };
    const report = await makeDriftReport(context, request);
    const { verdict, compared, states, timeline, comparedPeriod } = report;
    const notes = [...limitNotes, ...report.notes];
    const used =
      baseline.kind === "profile"
        ? [baseline.profile]
        : [baseline.reference, ...(baseline.model === null ? [] : [baseline.model])];
    const artifact = await keepJson(context, driftBody(request, report, limitNotes), {
      name: "drift.json",
      kind: "drift",
      inputs: [...used, input.current],
    });
    const fact: DriftFact = {
      artifact: artifact.sha256,
      passed: verdict.passed,
      verdict: verdict.verdict,
      limit,
      maxPsi: verdict.maxPsi,
      column: verdict.column,
      driftedColumns: verdict.columns
        .filter(({ isDrifted }) => isDrifted)
        .map(({ column }) => column)
        .slice(0, 20),
      columns: verdict.columns.length,
    };
    const last = states.at(-1);
    return {
      ok: true,
      output: {
        artifact: artifact.sha256,
        verdict: verdict.verdict,
        passed: verdict.passed,
        limit,
        comparedPeriod,
        columns: verdict.columns.slice(0, MOST_COLUMNS).map((column) => ({
          column: column.column,
          psi: column.psi,
          missingPsi: column.missingPsi,
          countedPsi: column.countedPsi,
          pValue: column.test.p,
          adjustedP: column.test.adjustedP,
          verdict: column.verdict,
        })),
        skipped: compared.skipped,
        findings: report.findings.slice(0, MOST_COLUMNS).map((finding) => ({ ...finding })),
        multivariate: report.multivariate === null ? null : multivariateSummary(report.multivariate),
        timeline,
        state: last === undefined ? null : { state: last.state, action: last.action, heldFor: last.heldFor },
        notes,
      },
      facts: { drift: fact },
    };
  },
});

const ONE_BASELINE =
  "give what the newer data is compared with, once: reference (the digest of older rows) or profile (the digest that build_reference_profile returned); a model goes with reference, as a profile brings its own";

/** Null when the call names no baseline, or two. */
function baselineOf(input: {
  reference?: string | null | undefined;
  profile?: string | null | undefined;
  model?: string | null | undefined;
}): DriftRequest["baseline"] | null {
  const { reference, profile, model } = input;
  if (reference != null && profile == null) return { kind: "rows", reference, model: model ?? null };
  return reference == null && profile != null && model == null ? { kind: "profile", profile } : null;
}
