import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import { classifyProblem, findTargetCandidates, type ProblemClassification } from "#lib/ml/index.ts";
import { digestOf, loadFrame } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { timeColumn } from "../engine/request-columns.ts";
import { inEngine } from "../engine/run-task.ts";
import { type ProblemFact, ProblemType } from "../facts.ts";

export const classifyProblemTool = defineTool({
  name: "classify_problem",
  group: "data",
  description:
    "Say what kind of problem a target makes: binary, multiclass or regression, imbalanced or not, ordered in time or not, with confidence, the reason, another possible reading, the split and the metric that fit. Without a target it lists the columns that are likeliest meant to be predicted, for a person to confirm.",
  input: z.strictObject({
    dataset: digestOf("the dataset"),
    target: z.string().min(1).nullish().describe("column to predict; candidates are listed when absent"),
    positiveClass: z.string().nullish(),
    timeColumn: z.string().nullish().describe("the run's when absent"),
    groupColumn: z.string().nullish(),
  }),
  output: z.strictObject({
    problem: z
      .strictObject({
        target: z.string(),
        problemType: ProblemType,
        confidence: z.number().describe("0 to 1, the rule's own certainty"),
        reason: z.string(),
        alternative: z.strictObject({ problemType: ProblemType, reason: z.string() }).nullable(),
        classes: z.array(z.strictObject({ label: z.string(), rows: z.number().int() })).nullable(),
        positiveClass: z.string().nullable(),
        positiveReason: z.string().nullable(),
        isImbalanced: z.boolean(),
        isTimeOrdered: z.boolean(),
        missingTargets: z.number().int(),
        split: z.strictObject({ method: z.string(), column: z.string().nullable(), reason: z.string() }),
        metric: z.strictObject({ primary: z.string(), others: z.array(z.string()), reason: z.string() }),
      })
      .nullable()
      .describe("null when no target was named"),
    candidates: z
      .array(
        z.strictObject({
          column: z.string(),
          problemType: ProblemType,
          confidence: z.number(),
          reason: z.string(),
        }),
      )
      .describe("possible targets, likeliest first; empty when a target was named"),
  }),
  example: { dataset: "sample:dataset", target: "defaulted" },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 300_000,
  async run(input, context) {
    const frame = await loadFrame(context, input.dataset);
    if (input.target == null) {
      const candidates = inEngine(() => findTargetCandidates(frame)).map(({ problem, ...candidate }) => ({
        ...candidate,
        problemType: problem,
      }));
      return { ok: true, output: { problem: null, candidates } };
    }
    const time = timeColumn(context, input.timeColumn);
    const group = input.groupColumn ?? undefined;
    const { target, positiveClass } = input;
    checkColumns(frame, {
      target,
      positiveClass,
      timeColumn: time,
      others: group === undefined ? [] : [group],
    });
    const found = inEngine(() =>
      classifyProblem(frame, {
        target,
        ...(positiveClass == null ? {} : { positiveClass }),
        ...(time === undefined ? {} : { timeColumn: time }),
        ...(group === undefined ? {} : { groupColumn: group }),
      }),
    );
    return {
      ok: true,
      output: { problem: described(found), candidates: [] },
      facts: { problem: problemFact(found) },
    };
  },
});

/** Longer sentences are cut; the answer holds them whole. */
const LONGEST_TEXT = 300;

function problemFact({ target, choice, confidence, alternative }: ProblemClassification): ProblemFact {
  return {
    target,
    problemType: choice.problem,
    confidence,
    reason: choice.reason.slice(0, LONGEST_TEXT),
    ...(alternative === null
      ? {}
      : {
          alternative: {
            problemType: alternative.problem,
            reason: alternative.reason.slice(0, LONGEST_TEXT),
          },
        }),
  };
}

function described(found: ProblemClassification) {
  const { choice, alternative, split, metric } = found;
  return {
    target: found.target,
    problemType: choice.problem,
    confidence: found.confidence,
    reason: choice.reason,
    alternative: alternative && { problemType: alternative.problem, reason: alternative.reason },
    classes:
      choice.classes?.map((label, index) => ({ label, rows: choice.classCounts?.[index] ?? 0 })) ?? null,
    positiveClass: choice.positiveClass,
    positiveReason: choice.positiveReason,
    isImbalanced: found.balance?.isImbalanced ?? false,
    isTimeOrdered: found.isTimeOrdered,
    missingTargets: choice.missing,
    split: { method: split.method, column: split.column, reason: split.reason },
    metric: { ...metric, others: [...metric.others] },
  };
}
