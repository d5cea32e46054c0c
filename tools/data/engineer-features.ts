import { createHash } from "node:crypto";
import { z } from "zod";
import { FailureError, failure } from "#core/contract/failure.ts";
import { defineTool } from "#core/contract/tool-definition.ts";
import {
  fingerprintRows,
  getColumn,
  INVERTIBLE,
  PERIODS,
  rawSourcesOf,
  sourcesOf,
  suggestFeatures,
  suggestPlan,
} from "#lib/ml/index.ts";
import { digestOf, keepFrame, keepJson, loadFrame } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { protectedColumns, timeColumn } from "../engine/request-columns.ts";
import { inEngine, runTask } from "../engine/run-task.ts";
import { EngineeringStepInput } from "./engineering-steps.ts";
import { PIPELINE_FORMAT, planOf } from "./feature-pipeline.ts";

const PARTS = ["train", "validation", "test"] as const;

export const engineerFeatures = defineTool({
  name: "engineer_features",
  group: "data",
  description:
    'Make new columns by steps that are fitted on the training part alone: parts of dates, cycles (sin/cos), log, square root, Yeo-Johnson, bins, ratio/product/difference/sum of two columns, frequency of values, smoothed target means (out of fold), grouping of rare categories, crossing of two categories. A step may read what an earlier one made; the target is never a source. Returns the digest of a pipeline: pass it as `engineering` to train_classifier or train_regressor WITH THE RAW parts, and the model makes the columns itself wherever it scores, so that requests send raw rows. The engineered parts are kept too, to look at. Without steps, common ones are chosen. Example of steps: [{"kind":"cyclic","column":"hr","period":24},{"kind":"ratio","left":"debt","right":"income"}].',
  input: z.strictObject({
    train: digestOf("the training part"),
    validation: digestOf("the validation part").optional(),
    test: digestOf("the test part").optional(),
    target: z.string().min(1),
    positiveClass: z.string().nullish(),
    steps: z.array(EngineeringStepInput).min(1).max(200).optional(),
    timeColumn: z
      .string()
      .nullish()
      .describe("of it only seasons (month, hour, …) may be used; the run's when absent"),
    protected: z
      .array(z.string())
      .nullish()
      .describe("columns for the audit only, never sources, beside those that the run protects"),
  }),
  output: z.strictObject({
    pipeline: z.string().describe("digest for `engineering` of the training tools"),
    fingerprint: z
      .string()
      .describe("SHA-256 over the fitted steps: the same steps fitted on the same rows share it"),
    train: z.string(),
    validation: z.string().nullable(),
    test: z.string().nullable(),
    columns: z.array(
      z.strictObject({
        name: z.string(),
        kind: z.string(),
        step: z.string(),
        sources: z.array(z.string()),
        raw: z.array(z.string()).describe("raw columns behind it"),
        invertible: z.enum(["alone", "with the second source", "no"]),
      }),
    ),
    notes: z.array(z.string()),
  }),
  example: {
    train: "sample:train",
    validation: "sample:validation",
    target: "defaulted",
    protected: ["sex"],
  },
  effect: "read",
  repeat: "safe",
  parallel: false,
  timeoutMs: 1_800_000,
  async run(input, context) {
    const training = await loadFrame(context, input.train);
    const withheld = protectedColumns(context, input.protected);
    const time = timeColumn(context, input.timeColumn);
    const { classes } = checkColumns(training, {
      target: input.target,
      positiveClass: input.positiveClass,
      timeColumn: time,
      protected: withheld,
    });
    const offered = suggestFeatures(training, input.target).features.filter(
      (name) => !withheld.includes(name),
    );
    const steps =
      input.steps ?? suggestPlan(training, offered).map((step) => EngineeringStepInput.parse(step));
    refuseSources(steps, { withheld, time });
    if (steps.length === 0) {
      return {
        ok: false,
        failure: failure(
          "invalid-input",
          "no column asks for a common step; name steps of your own, or train without engineering",
        ),
      };
    }
    const plan = planOf(steps, context.seed);
    const others = await Promise.all(
      [input.validation, input.test].flatMap((digest) =>
        digest === undefined ? [] : [loadFrame(context, digest)],
      ),
    );
    const made = await runTask(context, "engineer-parts", {
      training,
      others,
      options: { plan, target: input.target, classes },
    });
    const { engineering } = made;
    const frames = [made.training, ...made.others];
    const digests = new Map<string, string>();
    for (const part of PARTS) {
      const source = input[part];
      const frame = source === undefined ? undefined : frames.shift();
      if (source === undefined || frame === undefined) continue;
      const kept = await keepFrame(context, frame, {
        name: `data/engineered_${part}.parquet`,
        kind: "dataset",
        inputs: [source],
      });
      digests.set(part, kept.sha256);
    }
    const columns = engineering.steps.flatMap((step) =>
      step.outputs.map((name) => ({
        name,
        kind: getColumn(made.training, name).kind,
        step: step.kind,
        sources: [...step.sources],
        raw: rawSourcesOf(engineering, name),
        invertible: INVERTIBLE[step.kind],
      })),
    );
    const fingerprint = createHash("sha256").update(JSON.stringify(engineering)).digest("hex");
    const raw = [...new Set(columns.flatMap((column) => column.raw))];
    const pipeline = await keepJson(
      context,
      {
        format: PIPELINE_FORMAT,
        target: input.target,
        plan,
        fingerprint,
        fittedOn: { part: input.train, rows: training.rowCount, fingerprint: fingerprintRows(training) },
        inputs: raw.map((name) => ({ name, kind: getColumn(training, name).kind })),
        outputs: columns,
        engineering,
      },
      { name: "pipeline/features.json", kind: "preparation-report", inputs: [input.train] },
    );
    return {
      ok: true,
      output: {
        pipeline: pipeline.sha256,
        fingerprint,
        train: digests.get("train") ?? "",
        validation: digests.get("validation") ?? null,
        test: digests.get("test") ?? null,
        columns,
        notes: notesOf(steps, input.steps === undefined),
      },
    };
  },
});

/**
 * Protected columns may not come in by a side door, and of the time only what comes round again may be learnt.
 * @throws FailureError invalid-input
 */
function refuseSources(
  steps: readonly EngineeringStepInput[],
  { withheld, time }: { withheld: readonly string[]; time: string | undefined },
): void {
  for (const step of steps) {
    const sources = inEngine(() => sourcesOf(planOf([step], 0).steps[0]!));
    const kept = sources.find((name) => withheld.includes(name));
    if (kept !== undefined)
      throw refusal(`${kept} is protected and may not be the source of a feature`, kept);
    const isSeason = "part" in step && step.part !== undefined && PERIODS[step.part] !== null;
    if (time !== undefined && sources.includes(time) && !isSeason) {
      throw refusal(
        `${time} is the time column: a model of the past would learn the date; use only a part that comes round again, such as month or hour`,
        time,
      );
    }
  }
}

const refusal = (message: string, column: string): FailureError =>
  new FailureError(failure("invalid-input", message, { details: { column } }));

function notesOf(steps: readonly EngineeringStepInput[], areChosen: boolean): string[] {
  const notes: string[] = [];
  if (areChosen)
    notes.push(
      "The steps were chosen by rule from the columns' shape; whether they help, only validation tells.",
    );
  if (steps.some(({ kind }) => kind === "target-mean")) {
    notes.push(
      "Target means of training rows are taken out of fold, so that no row sees its own target; those of other rows use all training rows.",
    );
  }
  return notes;
}
