import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import { ALGORITHMS, type CrossValidation, createFrame, MEASURES } from "#lib/ml/index.ts";
import { digestOf, keepFrame, keepJson, loadFrame, numberedName } from "../engine/artifacts.ts";
import { refuseTestPart } from "../engine/refuse-test-part.ts";
import { inEngine, runTask } from "../engine/run-task.ts";
import { foldInputs, foldStrategy, parametersInput, settleTarget, targetInputs } from "./fold-request.ts";
import { learningColumns } from "./learning-columns.ts";
import { startingParameters, TrainInput } from "./train-tool.ts";

const Summary = z.strictObject({
  mean: z.number(),
  deviation: z.number().nullable(),
  standardError: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  folds: z.number().int(),
});

export const crossValidateTool = defineTool({
  name: "cross_validate",
  group: "training",
  description:
    "Estimate how well an algorithm predicts rows it has not seen, with its uncertainty, from the training part alone: in every fold preparation, engineered features and learner are fitted to the other rows. Folds keep class shares, keep groups together or follow time. Use it to choose between algorithms or settings before anything is trained for good; give the reports of several to compare_models. Returns mean, deviation, corrected standard error and 95 % interval per measure, the folds, and the digests of the report and of the out-of-fold predictions. No model is kept.",
  input: z.strictObject({
    train: digestOf("the training part"),
    ...targetInputs,
    algorithm: z.enum(ALGORITHMS).default("gradient-boosting"),
    parameters: parametersInput,
    folds: z.number().int().min(2).max(50).default(5),
    repeats: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(1)
      .describe("share the rows out anew this often; 1 with a time column"),
    ...foldInputs,
    timeColumn: TrainInput.shape.timeColumn,
    protected: TrainInput.shape.protected,
    useProtected: TrainInput.shape.useProtected,
    engineering: TrainInput.shape.engineering,
    features: TrainInput.shape.features,
  }),
  output: z.strictObject({
    report: z.string(),
    outOfFold: z
      .string()
      .describe("digest of a table: row (from 0), how often it was tested, its predictions"),
    algorithm: z.string(),
    problem: z.string(),
    primary: z.string().describe("the measure to judge by"),
    strategy: z.string(),
    summary: z.record(z.string(), Summary.nullable()),
    folds: z.array(
      z.strictObject({
        trainRows: z.number().int(),
        testRows: z.number().int(),
        value: z.number().nullable(),
      }),
    ),
    features: z.array(z.string()),
  }),
  example: { train: "sample:train", target: "defaulted", algorithm: "linear", protected: ["sex"] },
  effect: "read",
  repeat: "safe",
  parallel: true,
  timeoutMs: 3_600_000,
  async run(input, context) {
    refuseTestPart(context, { train: input.train });
    const { training, problem } = settleTarget(await loadFrame(context, input.train), input);
    const { features, time, plan } = await learningColumns(context, training, input);
    const { target, algorithm, folds, repeats, groupColumn, gap } = input;
    const strategy = foldStrategy(training, { target, problem, time, groupColumn, gap });
    const parameters = { ...startingParameters(algorithm), ...input.parameters };
    const result = await runTask(context, "cross-validate", {
      frame: training,
      target,
      algorithm,
      problem,
      ...(input.positiveClass == null ? {} : { positiveClass: input.positiveClass }),
      features: features.filter((name) => name !== groupColumn),
      ...(plan === undefined ? {} : { engineering: plan }),
      parameters,
      folds: { strategy, folds, repeats },
      seed: context.seed,
    });
    const inputs = [input.train];
    const predictions = await keepFrame(context, predictionsFrame(result), {
      name: numberedName(context, "data/out_of_fold", "parquet"),
      kind: "other",
      inputs,
    });
    const report = await keepJson(
      context,
      {
        train: input.train,
        target,
        algorithm,
        parameters,
        features,
        seed: context.seed,
        ...withoutPredictions(result),
      },
      { name: numberedName(context, "reports/cross_validation", "json"), kind: "log", inputs },
    );
    const primary = MEASURES[problem][0]!;
    return {
      ok: true,
      output: {
        report: report.sha256,
        outOfFold: predictions.sha256,
        algorithm,
        problem,
        primary,
        strategy: strategy.kind,
        summary: result.summary,
        folds: result.folds.map(({ trainRows, testRows, measures }) => ({
          trainRows,
          testRows,
          value: measures[primary] ?? null,
        })),
        features,
      },
    };
  },
});

/** The predictions lie in a table of their own. */
function withoutPredictions({ problem, classes, positiveClass, strategy, folds, summary }: CrossValidation) {
  return { problem, classes, positiveClass, strategy, folds, summary };
}

function predictionsFrame({ outOfFold, classes, problem }: CrossValidation) {
  const { outputs, tested } = outOfFold;
  const names =
    problem === "regression" ? ["predicted"] : problem === "binary" ? [classes![1]!] : (classes ?? []);
  return inEngine(() =>
    createFrame([
      { kind: "numeric", name: "row", values: Float64Array.from(tested, (_, row) => row) },
      { kind: "numeric", name: "tested", values: Float64Array.from(tested) },
      ...outputs.map((values, index) => ({
        kind: "numeric" as const, // a literal widens to string inside a mapped list
        name: problem === "regression" ? "predicted" : `probability of ${names[index]}`,
        values,
      })),
    ]),
  );
}
