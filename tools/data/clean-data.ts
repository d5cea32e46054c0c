import { z } from "zod";
import { failure } from "#core/contract/failure.ts";
import { defineTool, type ToolContext } from "#core/contract/tool-definition.ts";
import { cellText, columnLength, type Frame, getColumn } from "#lib/ml/index.ts";
import { digestOf, keepFrame, keepJson, loadFrame } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { protectedColumns, timeColumn } from "../engine/request-columns.ts";
import { type CleanFact, DataFact } from "../facts.ts";
import { cleanFrame } from "./clean-frame.ts";
import { dataFact } from "./data-fact.ts";

/** Cleaning that takes more than this part of the rows away is worth a person's look. */
const MANY_ROWS = 0.1;

export const cleanData = defineTool({
  name: "clean_data",
  group: "data",
  description:
    "Mend a dataset by recorded steps: drop the named columns, remove rows without target or time, set impossible values to missing, give each category one spelling, remove copied rows. Missing values stay: filling them is fitted on training rows later. Cleaning a cleaned dataset changes nothing. Returns the cleaned dataset's digest; the steps are kept as reports/cleaning.json.",
  input: z.strictObject({
    dataset: digestOf("the dataset to mend"),
    target: z.string().min(1),
    protected: z.array(z.string()).default([]).describe("columns that must stay for the audit"),
    timeColumn: z.string().nullish().describe("the run's when absent"),
    dropColumns: z
      .array(z.string())
      .default([])
      .describe("columns that give the target away or may not be used"),
    dropReasons: z
      .record(z.string(), z.string().max(1000))
      .default({})
      .describe("why, by column; kept with the step"),
    positiveClass: z
      .string()
      .nullish()
      .describe("class whose probability is predicted; the loaded dataset's when absent"),
  }),
  output: z.strictObject({
    dataset: z.string(),
    artifact: z.string(),
    rows: z.number().int(),
    columns: z.number().int(),
    steps: z.array(
      z.strictObject({
        step: z.string(),
        columns: z.array(z.string()),
        rows: z.number().int().optional(),
        cells: z.number().int().optional(),
        reason: z.string(),
      }),
    ),
    notes: z.array(z.string()),
  }),
  example: {
    dataset: "sample:dataset",
    target: "defaulted",
    protected: ["sex"],
    timeColumn: "application_month",
  },
  effect: "read",
  repeat: "safe",
  parallel: false,
  timeoutMs: 600_000,
  async run(input, context) {
    const before = await loadFrame(context, input.dataset);
    const time = timeColumn(context, input.timeColumn);
    const audited = protectedColumns(context, input.protected);
    checkColumns(before, {
      target: input.target,
      timeColumn: time,
      protected: audited,
      others: input.dropColumns,
    });
    const needed = input.dropColumns.find(
      (name) => name === input.target || name === time || audited.includes(name),
    );
    if (needed !== undefined) {
      return {
        ok: false,
        failure: failure(
          "invalid-input",
          `${needed} is the target, the time column or protected and may not be dropped; a protected column is needed for the audit and is no feature anyway`,
          { details: { column: needed } },
        ),
      };
    }
    const { frame, steps, renamedLabels } = await cleanFrame(context, before, {
      target: input.target,
      timeColumn: time,
      dropColumns: input.dropColumns,
      dropReasons: input.dropReasons,
    });
    if (frame.rowCount === 0) {
      return {
        ok: false,
        failure: failure(
          "invalid-input",
          `no row would be left: ${steps.map(({ step, rows }) => `${step} ${rows ?? 0}`).join(", ")} of ${before.rowCount} rows. Give a table whose target is filled in`,
        ),
      };
    }
    const known = knownData(context);
    const stated = input.positiveClass ?? (known.target === input.target ? known.positiveClass : undefined);
    const positiveClass = stated === undefined ? undefined : (renamedLabels.get(stated) ?? stated);
    const isThere = positiveClass !== undefined && hasLabel(frame, input.target, positiveClass);
    // A class that the table never had is the caller's mistake; one that lost its last row is told about.
    const problem = checkColumns(frame, {
      target: input.target,
      ...(isThere || input.positiveClass != null ? { positiveClass } : {}),
    });
    const artifact = await keepFrame(context, frame, {
      name: "data/cleaned.parquet",
      kind: "dataset",
      inputs: [input.dataset],
    });
    const rowsRemoved = before.rowCount - frame.rowCount;
    const notes =
      rowsRemoved > MANY_ROWS * before.rowCount
        ? [
            `${rowsRemoved} of ${before.rowCount} rows went; look whether what stays still stands for what the model is to judge`,
          ]
        : [];
    const report = await keepJson(
      context,
      {
        from: input.dataset,
        to: artifact.sha256,
        rowsBefore: before.rowCount,
        rowsAfter: frame.rowCount,
        steps,
        notes,
      },
      { name: "reports/cleaning.json", kind: "preparation-report", inputs: [input.dataset, artifact.sha256] },
    );
    const fact: CleanFact = {
      artifact: report.sha256,
      rowsRemoved,
      columnsRemoved: before.columns
        .map((column) => column.name)
        .filter((name) => !frame.columns.some((column) => column.name === name))
        .slice(0, 20),
      cellsChanged: steps.reduce((sum, step) => sum + (step.cells ?? 0), 0),
    };
    return {
      ok: true,
      output: {
        dataset: artifact.sha256,
        artifact: report.sha256,
        rows: frame.rowCount,
        columns: frame.columns.length,
        steps,
        notes,
      },
      facts: {
        clean: fact,
        data: dataFact({
          dataset: artifact.sha256,
          name: known.name ?? "cleaned.parquet",
          frame,
          target: input.target,
          problem,
        }),
      },
    };
  },
});

/** What the run's `data` fact says; empty outside a run. */
function knownData({ run }: ToolContext): Partial<DataFact> {
  const parsed = DataFact.safeParse(run?.facts["data"]);
  return parsed.success ? parsed.data : {};
}

function hasLabel(frame: Frame, target: string, label: string): boolean {
  const column = getColumn(frame, target);
  for (let row = 0; row < columnLength(column); row += 1) if (cellText(column, row) === label) return true;
  return false;
}
