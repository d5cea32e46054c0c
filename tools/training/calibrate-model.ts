import { z } from "zod";
import { defineTool, type ToolContext } from "#core/contract/tool-definition.ts";
import type { Model } from "#lib/ml/index.ts";
import { digestOf, keepJson, keepModel, loadFrame, loadModel, numberedName } from "../engine/artifacts.ts";
import { checkColumns } from "../engine/check-columns.ts";
import { proveKeptModel } from "../engine/prove-kept-model.ts";
import { refuseTestPart } from "../engine/refuse-test-part.ts";
import { runTask } from "../engine/run-task.ts";
import { type CalibrationFact, ModelFact } from "../facts.ts";
import { scoreOf } from "./train-tool.ts";

const Method = z.enum(["temperature", "platt", "isotonic"]);
const Quality = z.strictObject({
  logLoss: z.number(),
  brier: z.number(),
  calibrationError: z.number().describe("expected calibration error over equal-width bins"),
  bins: z.number().int(),
});

export const calibrateModelTool = defineTool({
  name: "calibrate_model",
  group: "training",
  description:
    "Calibrate a classifier, so that its probabilities come true as often as they say, on held-out rows (the validation part; the rows it was trained on and the test part are refused). `temperature` has one parameter and is safe on few rows, `platt` two, `isotonic` is free and wants 1000 rows or more (with fewer, `auto` does not try it); `auto` takes the least cross-fitted log loss and leaves the model as it is where none lowers it. Returns the model's digest, and log loss, Brier score and calibration error before and, cross-fitted, after. The threshold stays as it is and then reads calibrated probabilities. A model with one threshold per group is refused: calibrate before mitigating.",
  input: z.strictObject({
    model: digestOf("the model to calibrate"),
    calibration: digestOf("the held-out rows to calibrate on, usually the validation part"),
    method: z.enum(["auto", ...Method.options]).default("auto"),
    folds: z.number().int().min(2).max(20).default(5).describe("parts for the cross-fitted numbers"),
  }),
  output: z.strictObject({
    model: z.string(),
    method: z
      .enum(["none", ...Method.options])
      .describe("none: no method was better than the model as it is, which stays"),
    rows: z.number().int(),
    folds: z.number().int(),
    before: Quality,
    after: Quality.describe("cross-fitted: each row calibrated by what was fitted to the other parts"),
    attempts: z.array(
      z.strictObject({
        method: Method,
        quality: Quality.nullable(),
        refusal: z.string().nullable().describe("why the method could not be fitted to these rows"),
      }),
    ),
    changedDecisions: z.number().int().describe("rows that the calibrated model decides otherwise"),
    notes: z.array(z.string()),
  }),
  example: { model: "sample:model", calibration: "sample:validation" },
  effect: "read",
  repeat: "safe",
  parallel: false,
  timeoutMs: 1_800_000,
  async run(input, context) {
    refuseTestPart(context, { calibration: input.calibration });
    const model = await loadModel(context, input.model);
    const frame = await loadFrame(context, input.calibration);
    checkColumns(frame, { target: model.target });
    const result = await runTask(context, "calibrate-model", {
      model,
      frame,
      options: { method: input.method, folds: input.folds, seed: context.seed },
    });
    const isKept = result.method === "none";
    const digest = isKept
      ? input.model
      : (await keepModel(context, result.model, [input.model, input.calibration])).sha256;
    if (!isKept) await proveKeptModel(context, result.model, { sha256: digest, frame });
    const output = {
      model: digest,
      method: result.method,
      rows: result.rows,
      folds: result.folds,
      before: result.before,
      after: result.after,
      attempts: result.attempts.map((one) => ({
        method: one.method,
        quality: "quality" in one ? one.quality : null,
        refusal: "refusal" in one ? one.refusal : null,
      })),
      changedDecisions: result.changedDecisions,
      notes: [...result.notes],
    };
    const report = await keepJson(
      context,
      { ...output, from: input.model, data: input.calibration, decision: result.model.decision },
      {
        name: numberedName(context, "reports/calibration", "json"),
        kind: "log",
        inputs: [input.model, input.calibration],
      },
    );
    const validation = await scoreOf(context, result.model, frame);
    return {
      ok: true,
      output,
      facts: {
        model: modelFact(context, { digest, from: input.model, model: result.model, validation }),
        calibration: {
          artifact: report.sha256,
          model: digest,
          method: result.method,
          before: qualityOf(result.before),
          after: qualityOf(result.after),
        } satisfies CalibrationFact,
      },
    };
  },
});

const qualityOf = ({ logLoss, calibrationError }: CalibrationFact["before"]) => ({
  logLoss,
  calibrationError,
});

/** What the run knows of the model stays; only the digest and the number on these rows are new. */
function modelFact(
  { run }: ToolContext,
  about: { digest: string; from: string; model: Model; validation: ModelFact["validation"] },
): ModelFact {
  const { digest, from, model, validation } = about;
  const known = ModelFact.safeParse(run?.facts["model"]);
  if (known.success && known.data.artifact === from) {
    return { ...known.data, artifact: digest, validation };
  }
  return {
    artifact: digest,
    algorithm: model.training.algorithm,
    problemType: model.problem,
    features: model.features.length,
    trainRows: model.training.rowCount,
    mitigation: "none",
    validation,
  };
}
