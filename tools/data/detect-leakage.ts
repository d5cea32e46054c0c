import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import { digestOf, keepJson, loadFrame, numberedName } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { protectedColumns, timeColumn } from "../engine/request-columns.ts";
import { runTask } from "../engine/run-task.ts";
import type { LeakageFact } from "../facts.ts";

const LONGEST_TEXT = 300;
const MOST_COLUMNS = 20;

export const detectLeakageTool = defineTool({
  name: "detect_leakage",
  group: "data",
  description:
    "Find what gives the answer away before a model is trained. In the columns: copies of the target (renamed, recoded, scaled, as text), columns or sums of columns that predict it near-perfectly, fields filled in only after the outcome, keys and row numbers. With heldOut also what two parts share: copied or nearly equal rows, one customer or device in both, training rows newer than test rows. Proposes a split (time-ordered, grouped, stratified, random). Severity leak: act on it; suspicious: ask. Pass the columns of leaks to clean_data as dropColumns. Kept as reports/leakage_N.json.",
  input: z.strictObject({
    dataset: digestOf("the dataset, or the training part when heldOut is given"),
    target: z.string().min(1).describe("column to predict"),
    heldOut: digestOf("the test or validation part to compare with").optional(),
    timeColumn: z.string().nullish().describe("column that puts the rows in order; the run's when absent"),
    groupColumn: z.string().nullish().describe("column of the thing that rows belong to, such as a customer"),
  }),
  output: z.strictObject({
    artifact: z.string(),
    columns: z.array(z.string()).describe("columns to leave out, for clean_data's dropColumns"),
    hints: z.array(
      z.strictObject({
        kind: z.string(),
        severity: z.enum(["leak", "suspicious"]),
        columns: z.array(z.string()),
        measure: z.string(),
        value: z.number(),
        message: z.string(),
      }),
    ),
    split: z.strictObject({
      method: z.enum(["time-ordered", "grouped", "stratified", "random"]),
      column: z.string().nullable(),
      alternatives: z.array(z.string()).describe("columns that put the rows in the same order"),
      reason: z.string(),
    }),
  }),
  example: { dataset: "sample:dataset", target: "defaulted" },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 600_000,
  async run(input, context) {
    const frame = await loadFrame(context, input.dataset);
    const time = timeColumn(context, input.timeColumn);
    const group = input.groupColumn ?? undefined;
    const named = { target: input.target, timeColumn: time, others: group === undefined ? [] : [group] };
    const { problem } = checkColumns(frame, named);
    const heldOut = input.heldOut === undefined ? undefined : await loadFrame(context, input.heldOut);
    const { hints, split } = await runTask(context, "detect-leakage", {
      frame,
      options: {
        target: input.target,
        problem,
        seed: context.seed,
        ...(heldOut === undefined ? {} : { heldOut }),
        ...(time === undefined ? {} : { timeColumn: time }),
        ...(group === undefined ? {} : { groupColumn: group }),
      },
    });
    const inColumns = ["target-copy", "single-feature", "missingness", "linear-combination"];
    // What no model learns from cannot leak, and the audit and the order of the rows need it.
    const needed = new Set([...protectedColumns(context, undefined), input.target, time, group]);
    const leaks = hints.filter(({ severity, kind }) => severity === "leak" && inColumns.includes(kind));
    const columns = new Set(leaks.flatMap((hint) => hint.columns).filter((name) => !needed.has(name)));
    const body = {
      columns: [...columns],
      hints: hints.map((hint) => ({ ...hint, columns: [...hint.columns] })),
      split: { ...split, alternatives: [...split.alternatives] },
    };
    const { sha256 } = await keepJson(
      context,
      { dataset: input.dataset, heldOut: input.heldOut ?? null, target: input.target, problem, ...body },
      {
        name: numberedName(context, "reports/leakage", "json"),
        kind: "validation-report",
        inputs: [input.dataset, ...(input.heldOut === undefined ? [] : [input.heldOut])],
      },
    );
    const suspicious = hints.flatMap((hint) => hint.columns).filter((name) => !columns.has(name));
    const { method, column, reason } = split;
    const fact: LeakageFact = {
      artifact: sha256,
      dataset: input.dataset,
      columns: body.columns.slice(0, MOST_COLUMNS),
      reasons: Object.fromEntries(
        body.columns.slice(0, MOST_COLUMNS).map((name) => {
          const hint = leaks.find((leak) => leak.columns.includes(name));
          return [name, (hint?.message ?? "").slice(0, LONGEST_TEXT)];
        }),
      ),
      suspicious: [...new Set(suspicious)].slice(0, MOST_COLUMNS),
      split: {
        method,
        ...(method === "time-ordered" && column !== null ? { timeColumn: column } : {}),
        ...(method === "grouped" && column !== null ? { groupColumn: column } : {}),
        reason: reason.slice(0, LONGEST_TEXT),
      },
    };
    return { ok: true, output: { artifact: sha256, ...body }, facts: { leakage: fact } };
  },
});
