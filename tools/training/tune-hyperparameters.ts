import { z } from "zod";
import { defineTool } from "#core/contract/tool-definition.ts";
import { ALGORITHMS, type SearchSpace, type Trial } from "#lib/ml/index.ts";
import { digestOf, keepJson, loadFrame, numberedName } from "../engine/artifacts.ts";
import { refuseTestPart } from "../engine/refuse-test-part.ts";
import { runTask } from "../engine/run-task.ts";
import { foldInputs, foldStrategy, parametersInput, settleTarget, targetInputs } from "./fold-request.ts";
import { learningColumns } from "./learning-columns.ts";
import { startingParameters, train, TrainInput, TrainOutput } from "./train-tool.ts";

const ParameterValue = z.union([z.number(), z.string(), z.boolean(), z.null()]);
const Scale = z.enum(["linear", "log"]).default("linear");

const SpaceInput = z
  .record(
    z.string(),
    z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("number"), from: z.number(), to: z.number(), scale: Scale }),
      z.strictObject({ kind: z.literal("integer"), from: z.number(), to: z.number(), scale: Scale }),
      z.strictObject({ kind: z.literal("choice"), values: z.array(ParameterValue).min(1) }),
    ]),
  )
  .describe(
    'what to search, by hyperparameter; the algorithm\'s own space when absent. For instance {"learningRate":{"kind":"number","from":0.01,"to":0.3,"scale":"log"},"maximalLeaves":{"kind":"integer","from":4,"to":64,"scale":"log"}}',
  );

/** Trials shown in the answer; the report has all. */
const MOST_SHOWN = 50;

export const tuneHyperparameters = defineTool({
  name: "tune_hyperparameters",
  group: "training",
  description:
    "Search for an algorithm's best hyperparameters by cross-validation inside the training part, then train with them on all of it and keep the model, judged on the validation part as train_classifier does. Methods: tpe (learns from earlier trials), random, halving (many trials with few rounds or rows, the better third goes on). Trial 0 are the parameters as given. The same seed gives the same trials unless the time ends the search. Returns the best parameters, the trials, and the tuned model's digest; the test part is refused.",
  input: z.strictObject({
    train: digestOf("the training part"),
    validation: digestOf("the validation part, for early stopping and for judging the tuned model"),
    ...targetInputs,
    algorithm: z.enum(ALGORITHMS).default("gradient-boosting"),
    parameters: parametersInput,
    space: SpaceInput.optional(),
    method: z.enum(["tpe", "random", "halving"]).default("tpe"),
    trials: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .default(20)
      .describe("points to try beside the given ones; for halving: how many start"),
    maximalSeconds: z.number().positive().default(1800).describe("no trial starts after this time"),
    measure: z
      .string()
      .optional()
      .describe(
        "what to make best: auc, averagePrecision, logLoss, brier, accuracy, balancedAccuracy, f1; macroAuc, logLoss, accuracy, macroF1; rmse, mae, r2",
      ),
    folds: z.number().int().min(2).max(50).default(3),
    ...foldInputs,
    timeColumn: TrainInput.shape.timeColumn,
    protected: TrainInput.shape.protected,
    useProtected: TrainInput.shape.useProtected,
    engineering: TrainInput.shape.engineering,
    features: TrainInput.shape.features,
  }),
  output: TrainOutput.extend({
    tuning: z.strictObject({
      report: z.string(),
      method: z.string(),
      measure: z.string(),
      direction: z.enum(["higher", "lower"]).describe("which values of the measure are better"),
      best: z.strictObject({
        trial: z.number().int(),
        parameters: z.record(z.string(), ParameterValue),
        mean: z.number(),
        low: z.number().nullable(),
        high: z.number().nullable(),
      }),
      trials: z.array(
        z.strictObject({
          number: z.number().int(),
          parameters: z.record(z.string(), ParameterValue),
          share: z.number().describe("part of the rounds or rows, for halving"),
          score: z.number().nullable().describe("mean over the folds; null when it failed"),
          reason: z.string().nullable().describe("why it failed"),
        }),
      ),
      stop: z.enum(["trials", "seconds", "exhausted"]),
    }),
  }),
  example: {
    train: "sample:train",
    validation: "sample:validation",
    target: "defaulted",
    algorithm: "linear",
    trials: 5,
    protected: ["sex"],
  },
  effect: "read",
  repeat: "safe",
  parallel: false,
  timeoutMs: 7_200_000,
  async run(input, context) {
    refuseTestPart(context, { train: input.train, validation: input.validation });
    const settled = settleTarget(await loadFrame(context, input.train), input);
    const { training, problem } = settled;
    const { features, time, plan } = await learningColumns(context, training, input);
    const { target, algorithm, folds, groupColumn, gap, method, trials, maximalSeconds } = input;
    const learnt = features.filter((name) => name !== groupColumn);
    const tuning = await runTask(context, "tune-model", {
      frame: training,
      target,
      algorithm,
      problem,
      ...(input.positiveClass == null ? {} : { positiveClass: input.positiveClass }),
      features: learnt,
      ...(plan === undefined ? {} : { engineering: plan }),
      parameters: { ...startingParameters(algorithm), ...input.parameters },
      // The schema's union is the engine's.
      ...(input.space === undefined ? {} : { space: input.space satisfies SearchSpace }),
      folds: { strategy: foldStrategy(training, { target, problem, time, groupColumn, gap }), folds },
      method,
      trials,
      maximalSeconds,
      ...(input.measure === undefined ? {} : { measure: input.measure }),
      seed: context.seed,
    });
    const report = await keepJson(
      context,
      { train: input.train, target, algorithm, features: learnt, seed: context.seed, ...tuning },
      { name: numberedName(context, "reports/tuning", "json"), kind: "log", inputs: [input.train] },
    );
    const { best, measure, direction, stop } = tuning;
    const trained = await train(
      {
        train: input.train,
        validation: input.validation,
        target,
        algorithm,
        parameters: { ...best.parameters },
        features: learnt,
        positiveClass: input.positiveClass,
        timeColumn: input.timeColumn,
        protected: input.protected,
        ...(input.useProtected === undefined ? {} : { useProtected: input.useProtected }),
        ...(input.engineering === undefined ? {} : { engineering: input.engineering }),
      },
      context,
      settled,
    );
    if (!trained.ok) return trained;
    const { mean, low, high } = best.summary;
    return {
      ...trained,
      output: {
        ...trained.output,
        notes: [...trained.output.notes, ...tuning.notes],
        tuning: {
          report: report.sha256,
          method,
          measure,
          direction,
          best: { trial: best.trial, parameters: { ...best.parameters }, mean, low, high },
          trials: tuning.trials.slice(0, MOST_SHOWN).map(shownTrial),
          stop,
        },
      },
    };
  },
});

function shownTrial(trial: Trial) {
  const { number, parameters, share } = trial;
  return {
    number,
    parameters: { ...parameters },
    share,
    score: trial.status === "complete" ? trial.score : null,
    reason: trial.status === "failed" ? trial.reason : null,
  };
}
