import { z } from "zod";
import { failure } from "#core/contract/failure.ts";
import { defineTool } from "#core/contract/tool-definition.ts";
import { digestOf, loadModel } from "../engine/artifacts.ts";
import { trackExperiment } from "../engine/track-experiment.ts";

/** What is read of a kept evaluation. */
const KeptMetrics = z.object({ model: z.string(), metrics: z.record(z.string(), z.unknown()) });

export const logExperiment = defineTool({
  name: "log_experiment",
  group: "tracking",
  description:
    "Log a model to the experiment tracker of this deployment (MLflow at MLFLOW_TRACKING_URI): its hyperparameters, the metrics of an evaluation, files, tags, and the model with its signature. Every training is logged by itself where a tracker is set; use this for a model that was evaluated or mitigated later. Returns the tracker's run and a link. Data rows are never sent; names of columns and categories are, inside the model.",
  input: z.strictObject({
    model: digestOf("the model"),
    metrics: digestOf("an evaluation of this model, as evaluate_model kept it").optional(),
    experiment: z.string().min(1).max(200).optional().describe("the tracker's default when absent"),
    runName: z.string().min(1).max(200).optional(),
    tags: z.record(z.string().min(1).max(200), z.string().max(2000)).default({}),
    files: z
      .array(
        z.strictObject({
          artifact: digestOf("a report, card or chart"),
          path: z
            .string()
            .max(200)
            .regex(/^(?!.*\.\.)[\w][\w.-]*(\/[\w][\w.-]*)*$/)
            .describe("where it lies among the run's artifacts, for instance reports/card.md"),
        }),
      )
      .max(20)
      .default([]),
  }),
  output: z.strictObject({
    runId: z.string(),
    experimentId: z.string(),
    url: z.string(),
    loggedMetrics: z.array(z.string()),
  }),
  example: { model: "sample:model", metrics: "sample:metrics" },
  effect: "external",
  repeat: "keyed",
  parallel: true,
  timeoutMs: 300_000,
  async run(input, context) {
    if (context.tracker === undefined) {
      return {
        ok: false,
        failure: failure(
          "missing-part",
          "no experiment tracker is set, so nothing was sent; name an MLflow server in MLFLOW_TRACKING_URI",
        ),
      };
    }
    const model = await loadModel(context, input.model);
    const metrics: Record<string, unknown> = {};
    if (input.metrics !== undefined) {
      const kept = KeptMetrics.safeParse(await context.artifacts.readJson(input.metrics));
      if (!kept.success || kept.data.model !== input.model) {
        return {
          ok: false,
          failure: failure(
            "invalid-input",
            "metrics is no evaluation of this model; give the artifact that evaluate_model returned for it",
          ),
        };
      }
      Object.assign(metrics, kept.data.metrics);
    }
    const files = [];
    for (const { artifact, path } of input.files) {
      files.push({
        path,
        mediaType: "application/octet-stream",
        content: await context.artifacts.read(artifact),
      });
    }
    const tracked = await trackExperiment(context, {
      model,
      file: await context.artifacts.read(input.model),
      digest: input.model,
      evaluations: { test: { metrics } },
      curve: [],
      files,
      experiment: input.experiment,
      runName: input.runName,
      tags: input.tags,
    });
    if (tracked.status === "failed") return { ok: false, failure: tracked.failure };
    if (tracked.status === "off") throw new Error("a tracker that was there is gone");
    const { runId, experimentId, url } = tracked;
    const loggedMetrics = Object.entries(metrics)
      .filter(([, value]) => typeof value === "number" && Number.isFinite(value))
      .map(([name]) => `test_${name}`);
    return { ok: true, output: { runId, experimentId, url, loggedMetrics } };
  },
});
