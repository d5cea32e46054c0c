import { z } from "zod";
import { FailureError, failure } from "#core/contract/failure.ts";
import { defineTool, type ToolContext } from "#core/contract/tool-definition.ts";
import {
  type Frame,
  getColumn,
  holdStates,
  isMissing,
  type Model,
  type PerformanceEstimate,
  type RowWindow,
  selectRows,
  type WindowPerformance,
} from "#lib/ml/index.ts";
import { digestOf, keepJson, loadFrame, loadModel, numberedName } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { requireHeldOut } from "../engine/held-out.ts";
import { protectedAttributes } from "../engine/protected-attributes.ts";
import { protectedColumns, timeColumn } from "../engine/request-columns.ts";
import { inEngine, runTask } from "../engine/run-task.ts";
import { timePeriods } from "./time-periods.ts";

/** Windows with fewer rows are estimated, but carry no change of state. */
const FEW_ROWS = 200;
/** Labelled rows that a window needs before its performance is measured. */
const LABELLED_ROWS = 30;

const number = z.number().nullable();
const Metric = z.strictObject({
  estimate: number,
  low: number,
  high: number,
  reference: number,
  isAlert: z.boolean(),
});
const Changed = z.strictObject({ value: number, promotion: number, change: number });

export const estimatePerformanceTool = defineTool({
  name: "estimate_performance",
  group: "evaluation",
  description:
    "Estimate how good a model is on rows whose outcomes are not known yet, from how it did on labelled reference rows that it was not trained on: confidence-based estimation (accuracy, precision, recall, specificity, F1, AUC; macro averages) for classes, direct loss estimation (MAE, RMSE) for amounts, per period of a time column, with bands and alert limits. Sees inputs moving to where the model is worse; cannot see outcomes changing for the same inputs. Where current rows hold the target already, performance and group fairness are measured per period too and compared with the reference, the values at promotion. Kept as performance.json.",
  input: z.strictObject({
    model: digestOf("the model"),
    reference: digestOf("labelled rows that the model was not trained on, usually the test part"),
    current: digestOf("the newer rows; the target may be absent or partly filled"),
    timeColumn: z.string().nullish().describe("the run's when absent; each period is estimated by itself"),
    protected: z
      .array(z.string())
      .default([])
      .describe("columns to audit labelled periods by, beside those that the run protects"),
    holdFor: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(2)
      .describe("periods in a row with an alert before the state changes"),
    level: z.number().gt(0.5).lt(1).default(0.95).describe("coverage of the bands"),
  }),
  output: z.strictObject({
    artifact: z.string(),
    method: z.enum(["cbpe", "dle"]),
    windows: z.array(
      z.strictObject({
        name: z.string(),
        rows: z.number().int(),
        metrics: z.record(z.string(), Metric),
        alerts: z.array(z.string()),
        state: z.enum(["as-usual", "alert"]),
        action: z.enum(["none", "change", "ask-person"]),
      }),
    ),
    measured: z
      .array(
        z.strictObject({
          name: z.string(),
          rows: z.number().int(),
          metrics: z.record(z.string(), Changed),
          fairness: z.array(
            z.strictObject({
              attribute: z.string(),
              numbers: z.record(z.string(), Changed),
              warnings: z.array(z.string()),
            }),
          ),
        }),
      )
      .describe("periods whose outcomes are known, beside the values at promotion"),
    limits: z.string().describe("what the estimate rests on and cannot see"),
    notes: z.array(z.string()),
  }),
  example: { model: "sample:model", reference: "sample:validation", current: "sample:test" },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 1_800_000,
  async run(input, context) {
    const model = await loadModel(context, input.model);
    const reference = await loadFrame(context, input.reference);
    const current = await loadFrame(context, input.current);
    const audited = protectedColumns(context, input.protected);
    checkColumns(reference, { target: model.target, protected: audited });
    await requireHeldOut(context, model, reference);
    const windows = windowsOf(current, timeColumn(context, input.timeColumn));
    const estimate = await runTask(context, "estimate-performance", {
      model,
      reference,
      current,
      options: { windows, level: input.level, seed: context.seed },
    });
    const measured = await measureLabelled(context, { model, reference, current, windows, audited });
    const states = statesOf(estimate, { referenceRows: reference.rowCount, holdFor: input.holdFor });
    const notes = notesOf(current, windows);
    const artifact = await keepJson(
      context,
      {
        request: {
          model: input.model,
          reference: input.reference,
          current: input.current,
          timeColumn: timeColumn(context, input.timeColumn) ?? null,
          protected: audited,
          level: input.level,
          holdFor: input.holdFor,
          minimumRows: FEW_ROWS,
          seed: context.seed,
        },
        ...estimate,
        states,
        measured,
        notes,
      },
      {
        name: numberedName(context, "drift/performance", "json"),
        kind: "other",
        inputs: [input.model, input.reference, input.current],
      },
    );
    return {
      ok: true,
      output: {
        artifact: artifact.sha256,
        method: estimate.method,
        windows: estimate.windows.map(({ name, rows, metrics, alerts }, index) => ({
          name,
          rows,
          metrics: Object.fromEntries(
            Object.entries(metrics).map(
              ([metric, { estimate: value, low, high, reference: known, isAlert }]) => [
                metric,
                { estimate: value, low, high, reference: known, isAlert },
              ],
            ),
          ),
          alerts: [...alerts],
          state: states[index]?.state ?? "as-usual",
          action: states[index]?.action ?? "none",
        })),
        measured: measured.map(({ name, rows, metrics, fairness }) => ({
          name,
          rows,
          metrics: { ...metrics },
          fairness: fairness.map(({ attribute, numbers, warnings }) => ({
            attribute,
            numbers: { ...numbers },
            warnings: [...warnings],
          })),
        })),
        limits: estimate.limits,
        notes,
      },
    };
  },
});

const STATES = ["as-usual", "alert"] as const;

function statesOf(
  { windows }: PerformanceEstimate,
  { referenceRows, holdFor }: { referenceRows: number; holdFor: number },
) {
  const proposed = windows.map(({ name, rows, alerts }) => ({
    name,
    state: alerts.length > 0 ? STATES[1] : STATES[0],
    isConfident: Math.min(rows, referenceRows) >= FEW_ROWS,
  }));
  return holdStates<(typeof STATES)[number]>(proposed, { order: STATES, initial: "as-usual", holdFor });
}

function windowsOf(current: Frame, time: string | undefined): RowWindow[] {
  if (time === undefined) {
    return [{ name: "all rows", rows: Uint32Array.from({ length: current.rowCount }, (_, row) => row) }];
  }
  const column = inEngine(() => getColumn(current, time));
  if (column.kind === "date" || column.kind === "numeric") return timePeriods(column);
  throw new FailureError(
    failure(
      "invalid-input",
      `the time column ${time} is ${column.kind} in the newer data, which puts no order on rows; name a column of dates or numbers, or leave the time column out`,
      { details: { column: time } },
    ),
  );
}

/** Performance and fairness of the periods whose outcomes are known. */
async function measureLabelled(
  context: ToolContext,
  about: { model: Model; reference: Frame; current: Frame; windows: readonly RowWindow[]; audited: string[] },
): Promise<WindowPerformance[]> {
  const { model, reference, current, windows, audited } = about;
  const target = current.columns.find((column) => column.name === model.target);
  if (target === undefined) return [];
  const labelled = windows
    .map(({ name, rows }) => ({ name, rows: Array.from(rows).filter((row) => !isMissing(target, row)) }))
    .filter(({ rows }) => rows.length >= LABELLED_ROWS);
  if (labelled.length === 0) return [];
  const kept = labelled.flatMap(({ rows }) => rows);
  let start = 0;
  return runTask(context, "performance-by-window", {
    model,
    promotion: reference,
    labelled: selectRows(current, kept),
    options: {
      windows: labelled.map(({ name, rows }) => {
        const first = start;
        start += rows.length;
        return { name, rows: Uint32Array.from(rows, (_, place) => first + place) };
      }),
      attributes: protectedAttributes(reference, audited, model),
    },
  });
}

function notesOf(current: Frame, windows: readonly RowWindow[]): string[] {
  const shown = windows.reduce((sum, { rows }) => sum + rows.length, 0);
  return shown === current.rowCount
    ? []
    : [`${current.rowCount - shown} rows of the newer data lie in no period shown`];
}
