import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import { digestOf, keepJson, loadFrame, loadModel, numberedName } from "../engine/artifacts.ts";
import { requireHeldOut } from "../engine/held-out.ts";
import { primaryMetric } from "../engine/primary-metric.ts";
import { runTask } from "../engine/run-task.ts";
import type { MetricsFact } from "../facts.ts";
import { metricValues } from "./metric-values.ts";

export const evaluateModelTool = defineTool({
  name: "evaluate_model",
  group: "evaluation",
  description:
    "Measure a model on held-out rows: AUC, average precision, log loss, Brier, accuracy, precision, recall, F1 per class and overall, calibration and curves; RMSE, MAE, R² for amounts; bootstrap intervals. What the rows do not define is left out. The rows that the model was trained on are refused. Kept as metrics.json; the answer holds the numbers.",
  input: z.strictObject({
    model: digestOf("the model"),
    test: digestOf("the held-out part"),
    resamples: z
      .number()
      .int()
      .min(0)
      .max(2000)
      .default(200)
      .describe("bootstrap resamples for the intervals; 0 for none"),
  }),
  output: z.strictObject({
    artifact: z.string(),
    rows: z.number().int(),
    primary: z.string(),
    values: z.record(z.string(), z.number()),
    intervals: z.record(z.string(), z.strictObject({ low: z.number(), high: z.number() })),
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
    const evaluation = await runTask(context, "evaluate-model", {
      model,
      frame,
      options: input.resamples === 0 ? {} : { bootstrap: { resamples: input.resamples, seed: context.seed } },
    });
    const body = {
      model: input.model,
      data: input.test,
      rows: frame.rowCount,
      decision: model.decision,
      ...evaluation,
    };
    const about = { kind: "metrics", inputs: [input.model, input.test] } as const;
    const artifact = await keepJson(context, body, {
      ...about,
      name: numberedName(context, "metrics/metrics", "json"),
    });
    await keepJson(context, body, { ...about, name: "metrics.json" });
    const primary = primaryMetric(evaluation).metric;
    const values = metricValues(evaluation, primary);
    const fact: MetricsFact = {
      artifact: artifact.sha256,
      model: input.model,
      rows: frame.rowCount,
      primary,
      values,
    };
    const intervals = Object.entries(evaluation.intervals)
      .map(([name, { low, high }]) => [name, { low, high }] as const)
      .filter(([, { low, high }]) => Number.isFinite(low) && Number.isFinite(high));
    return {
      ok: true,
      output: {
        artifact: artifact.sha256,
        rows: frame.rowCount,
        primary,
        values,
        intervals: Object.fromEntries(intervals),
      },
      facts: { metrics: fact },
    };
  },
});
