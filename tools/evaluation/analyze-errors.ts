import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import { digestOf, keepJson, loadFrame, loadModel, numberedName } from "../engine/artifacts.ts";
import { requireHeldOut } from "../engine/held-out.ts";
import { runTask } from "../engine/run-task.ts";
import type { ErrorsFact } from "../facts.ts";

/** Rows that are worth an explanation each. */
const WORTH_EXPLAINING = 3;
const LONGEST_TEXT = 300;

const Detail = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("decisions"),
    decisions: z.array(z.strictObject({ actual: z.string(), predicted: z.string(), rows: z.number().int() })),
  }),
  z.strictObject({ kind: z.literal("amounts"), meanError: z.number() }),
]);

const WorstRow = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("class"),
    row: z.number().int(),
    actual: z.string(),
    predicted: z.string(),
    probabilityOfActual: z.number(),
  }),
  z.strictObject({
    kind: z.literal("amount"),
    row: z.number().int(),
    actual: z.number(),
    predicted: z.number(),
  }),
]);

export const analyzeErrorsTool = defineTool({
  name: "analyze_errors",
  group: "evaluation",
  description:
    "Find where a model fails on held-out rows: values and bands of columns, and pairs of them, in which it errs more than on the rest beyond chance (false finds held at 5 %), with how many rows, how much worse, and which mistakes; and the rows it was most wrong about. Columns the model does not use may be named too, protected ones among them. Use it after evaluate_model to say what to mend. Rows count from 0.",
  input: z.strictObject({
    model: digestOf("the model"),
    test: digestOf("the held-out part"),
    columns: z
      .array(z.string())
      .min(1)
      .optional()
      .describe("columns to slice by; all but the target when absent"),
    loss: z
      .enum(["error", "logLoss", "absoluteError", "squaredError"])
      .optional()
      .describe(
        "what counts as failing: error (wrong decision) or logLoss for classes, absoluteError or squaredError for amounts",
      ),
    depth: z
      .union([z.literal(1), z.literal(2)])
      .default(2)
      .describe("1: single columns; 2: pairs as well"),
    bands: z.number().int().min(2).max(20).default(4).describe("bands for numbers and dates"),
    minimalRows: z
      .number()
      .int()
      .min(2)
      .optional()
      .describe("smaller slices are not looked at; 30 or one row in 200 when absent"),
    most: z.number().int().min(1).max(100).default(10).describe("slices and rows in the answer"),
  }),
  output: z.strictObject({
    report: z.string(),
    rows: z.number().int(),
    loss: z.string(),
    meanLoss: z.number(),
    found: z.number().int(),
    tested: z.number().int(),
    slices: z.array(
      z.strictObject({
        conditions: z.array(z.strictObject({ column: z.string(), value: z.string() })),
        rows: z.number().int(),
        mean: z.number().describe("mean loss in the slice"),
        rest: z.number().describe("mean loss outside"),
        effect: z.number().nullable().describe("difference in standard deviations"),
        p: z.number(),
        adjustedP: z.number().describe("by Benjamini and Hochberg, for all slices looked at"),
        excess: z
          .number()
          .describe("loss above what the rest's mean would give: what mending the slice would save"),
        detail: Detail,
      }),
    ),
    worstRows: z.array(WorstRow),
    notes: z.array(z.string()),
  }),
  example: { model: "sample:model", test: "sample:test" },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 1_800_000,
  async run(input, context) {
    const model = await loadModel(context, input.model);
    const frame = await loadFrame(context, input.test);
    await requireHeldOut(context, model, frame);
    const { columns, loss, depth, bands, minimalRows, most } = input;
    const analysis = await runTask(context, "analyze-errors", {
      model,
      frame,
      options: {
        depth,
        bands,
        most,
        ...(columns === undefined ? {} : { columns }),
        ...(loss === undefined ? {} : { loss }),
        ...(minimalRows === undefined ? {} : { minimalRows }),
      },
    });
    const report = await keepJson(
      context,
      { model: input.model, data: input.test, ...analysis },
      {
        name: numberedName(context, "reports/errors", "json"),
        kind: "metrics",
        inputs: [input.model, input.test],
      },
    );
    const { rows, meanLoss, found, tested, slices, worstRows, skipped } = analysis;
    const [first] = slices;
    const fact: ErrorsFact = {
      artifact: report.sha256,
      model: input.model,
      rows,
      loss: analysis.loss,
      meanLoss,
      found,
      tested,
      ...(first === undefined
        ? {}
        : {
            worst: {
              where: first.conditions
                .map(({ column, value }) => `${column} = ${value}`)
                .join(", ")
                .slice(0, LONGEST_TEXT),
              rows: first.rows,
              mean: first.mean,
              rest: first.rest,
            },
          }),
      worstRows: worstRows.slice(0, WORTH_EXPLAINING).map(({ row }) => row),
    };
    return {
      ok: true,
      facts: { errors: fact },
      output: {
        report: report.sha256,
        rows,
        loss: analysis.loss,
        meanLoss,
        found,
        tested,
        slices: slices.map(({ conditions, detail, ...numbers }) => ({
          ...numbers,
          conditions: [...conditions],
          detail: detail.kind === "amounts" ? detail : { ...detail, decisions: [...detail.decisions] },
        })),
        worstRows: [...worstRows],
        notes: [
          ...(found === 0
            ? [
                `None of ${tested} slices with at least ${analysis.minimalRows} rows is worse than chance explains.`,
              ]
            : []),
          ...skipped.map(({ column, reason }) => `${column} was left out: ${reason}.`),
        ],
      },
    };
  },
});
