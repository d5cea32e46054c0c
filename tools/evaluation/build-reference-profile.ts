import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import { suggestFeatures } from "#lib/ml/index.ts";
import { digestOf, keepJson, loadFrame, loadModel, numberedName } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { timeColumn } from "../engine/request-columns.ts";
import { runTask } from "../engine/run-task.ts";
import type { ReferenceFact } from "../facts.ts";
import { withModelOutputs } from "./model-outputs.ts";
import type { StoredProfile } from "./stored-profile.ts";

/** A fact lists no more; the profile holds all. */
const MOST_OUTPUTS = 40;

export const buildReferenceProfileTool = defineTool({
  name: "build_reference_profile",
  group: "evaluation",
  description:
    "Profile a dataset once, so that later data can be compared with it by detect_drift without keeping its rows at hand: per column counts, missing values, decile bins, a distribution at up to `resolution` points (exact for columns with fewer distinct values), categories. With a model, the distribution of its outputs on these rows is profiled too. Kept as a small JSON profile; the answer holds its digest.",
  input: z.strictObject({
    dataset: digestOf("the rows that later ones are compared with, usually the training part"),
    target: z.string().min(1).nullish().describe("compared too; identifier columns are then left out"),
    timeColumn: z.string().nullish().describe("left out of the comparison; the run's when absent"),
    model: digestOf("a model whose outputs are profiled too").nullish(),
    resolution: z
      .number()
      .int()
      .min(10)
      .max(1_000_000)
      .default(1000)
      .describe("points at which the distribution of numbers is kept"),
  }),
  output: z.strictObject({
    artifact: z.string().describe("digest of the profile; give it to detect_drift as `profile`"),
    rows: z.number().int(),
    columns: z.array(z.strictObject({ name: z.string(), kind: z.string(), isExact: z.boolean() })),
    outputs: z.array(z.string()),
    bytes: z.number().int(),
  }),
  example: { dataset: "sample:dataset", target: "defaulted" },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 1_800_000,
  async run(input, context) {
    const dataset = await loadFrame(context, input.dataset);
    const time = timeColumn(context, input.timeColumn);
    const target = input.target ?? null;
    if (target !== null) checkColumns(dataset, { target });
    const features =
      target === null
        ? dataset.columns.map((column) => column.name)
        : [...suggestFeatures(dataset, target).features, target];
    const { frame, outputs } =
      input.model == null
        ? { frame: dataset, outputs: [] }
        : await withModelOutputs(context, await loadModel(context, input.model), dataset);
    const profile = await runTask(context, "build-reference-profile", {
      frame,
      options: { resolution: input.resolution },
    });
    const compared = [...features.filter((name) => name !== time), ...outputs];
    const body = {
      dataset: input.dataset,
      model: input.model ?? null,
      target,
      compared,
      outputs,
      profile,
    } satisfies Record<keyof StoredProfile, unknown>;
    const artifact = await keepJson(context, body, {
      name: numberedName(context, "drift/reference-profile", "json"),
      kind: "other",
      inputs: [input.dataset, ...(input.model == null ? [] : [input.model])],
    });
    const judged = new Set(compared);
    const fact: ReferenceFact = {
      artifact: artifact.sha256,
      dataset: input.dataset,
      model: input.model ?? null,
      rows: dataset.rowCount,
      columns: compared.length - outputs.length,
      outputs: outputs.slice(0, MOST_OUTPUTS),
    };
    return {
      ok: true,
      facts: { reference: fact },
      output: {
        artifact: artifact.sha256,
        rows: dataset.rowCount,
        columns: profile.columns
          .filter((column) => judged.has(column.name))
          .map((column) => ({
            name: column.name,
            kind: column.kind,
            isExact: column.kind !== "numeric" || column.between.every((count) => count === 0),
          })),
        outputs,
        bytes: artifact.bytes,
      },
    };
  },
});
