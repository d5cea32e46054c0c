import { z } from "zod";
import { FailureError, failure } from "#core/contract/failure.ts";
import type { ToolContext, ToolOutcome } from "#core/contract/tool-definition.ts";
import {
  ALGORITHMS,
  type AlgorithmName,
  type Frame,
  type Model,
  type ParameterValue,
  type Problem,
  encodeModel,
} from "#lib/ml/index.ts";
import { LIBRARY_ALGORITHMS } from "../engine/backends/library-algorithms.ts";
import { type BackendTraining, trainThroughBackend } from "../engine/backends/train-through-backend.ts";
import { digestOf, keepJson, keepModel, loadFrame, numberedName } from "../engine/artifacts.ts";
import { primaryMetric } from "../engine/primary-metric.ts";
import { proveKeptModel } from "../engine/prove-kept-model.ts";
import { refuseTestPart } from "../engine/refuse-test-part.ts";
import { runTask } from "../engine/run-task.ts";
import { trackExperiment, type TrackingOutcome } from "../engine/track-experiment.ts";
import type { ModelFact } from "../facts.ts";
import { learningColumns } from "./learning-columns.ts";
import { ParameterInput, StackMembersInput, trainStackModel } from "./train-stack.ts";

/** What both training tools take. */
export const TrainInput = z.strictObject({
  train: digestOf("the training part"),
  validation: digestOf("the validation part, for early stopping"),
  target: z.string().min(1),
  algorithm: z
    .enum([...ALGORITHMS, "stack", ...LIBRARY_ALGORITHMS])
    .default("gradient-boosting")
    .describe(
      "the engine's own by their own names; stack is a linear model over the predictions of several (see members), the slowest and often the best; lightgbm, xgboost and sklearn-* are those libraries themselves and need the Python backend (npm run setup:python)",
    ),
  timeColumn: z
    .string()
    .nullish()
    .describe("never a feature: a model of the past would learn the date; the run's when absent"),
  protected: z
    .array(z.string())
    .nullish()
    .describe("columns for the audit only, beside those that the run protects"),
  useProtected: z
    .string()
    .min(20)
    .optional()
    .describe("the reason for which the model may learn from protected columns; without one it never does"),
  engineering: digestOf("the pipeline of engineer_features; give the raw parts beside it").optional(),
  features: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("columns to learn from; all usable ones when absent"),
  members: StackMembersInput.optional().describe(
    "for a stack: its models, each an algorithm with its parameters; boosting, a forest and a linear model when absent",
  ),
  parameters: ParameterInput.default({}).describe(
    "hyperparameters that differ from the defaults, for instance rounds, learningRate, maximalLeaves, patience for gradient-boosting, trees, minimalLeafRows, maximalDepth and maximalFeatures (sqrt, log2 or a share) for random-forest and extra-trees, maximalDepth for decision-tree, penalty for linear and lasso, penalty and l1Ratio for elastic-net, neighbours and weighting (uniform or distance) for nearest-neighbours, strategy for baseline; for a library's algorithm by the library's own names, for instance num_iterations, early_stopping_round",
  ),
});
export type TrainInput = z.output<typeof TrainInput>;

export const TrainOutput = z.strictObject({
  model: z.string(),
  report: z.string().describe("digest of the training's report, for check_convergence"),
  algorithm: z.string(),
  features: z.array(z.string()),
  trainRows: z.number().int(),
  validation: z.strictObject({ metric: z.string(), value: z.number(), baseline: z.number() }),
  notes: z.array(z.string()),
  tracking: z
    .strictObject({ runId: z.string(), url: z.string() })
    .optional()
    .describe("the run on the tracking server, where one is set and took it"),
});

/**
 * Boosting takes small steps until the validation loss has not fallen for a while: better than any fixed number of
 * rounds. Forests stop at three rows a leaf: better scores and a third of the size. A single tree stays readable.
 */
const DEFAULTS: Readonly<Record<AlgorithmName, Readonly<Record<string, ParameterValue>>>> = {
  "gradient-boosting": { rounds: 600, learningRate: 0.05, patience: 40 },
  "random-forest": { trees: 200, minimalLeafRows: 3 },
  "extra-trees": { trees: 200, minimalLeafRows: 3 },
  "decision-tree": { maximalDepth: 5, minimalLeafRows: 10 },
  linear: {},
  ols: {},
  lasso: {},
  "elastic-net": {},
  "nearest-neighbours": {},
  baseline: {},
};

/** The hyperparameters that a training starts from; a library's are its own. */
export function startingParameters(algorithm: string): Readonly<Record<string, ParameterValue>> {
  const own = ALGORITHMS.find((name) => name === algorithm);
  return own === undefined ? {} : DEFAULTS[own];
}

/** Trains one model, judges it on the validation part beside a baseline, and keeps it. */
export async function train(
  input: TrainInput & { positiveClass?: string | null | undefined },
  context: ToolContext,
  { training, problem }: { training: Frame; problem: Problem },
): Promise<ToolOutcome<z.input<typeof TrainOutput>>> {
  refuseTestPart(context, { train: input.train, validation: input.validation });
  if (input.members !== undefined && input.algorithm !== "stack") {
    throw new FailureError(failure("invalid-input", 'members are for the algorithm "stack"; leave them out'));
  }
  const validation = await loadFrame(context, input.validation);
  const { features, withheld, time, plan } = await learningColumns(context, training, input);
  const positive = input.positiveClass == null ? {} : { positiveClass: input.positiveClass };
  const data = {
    training,
    validation,
    target: input.target,
    problem,
    ...positive,
    features,
    ...(plan === undefined ? {} : { engineering: plan }),
    seed: context.seed,
  };
  const trained =
    input.algorithm === "stack"
      ? await trainStackModel(context, {
          ...data,
          parameters: input.parameters,
          // Over time the combiner too learns from later rows than its members did.
          ...(time === undefined ? {} : { folds: { strategy: { kind: "time-ordered", column: time } } }),
          ...(input.members === undefined ? {} : { members: input.members }),
        })
      : await trainThroughBackend(context, {
          ...data,
          algorithm: input.algorithm,
          parameters: { ...startingParameters(input.algorithm), ...input.parameters },
        });
  const evaluation = await runTask(context, "evaluate-model", { model: trained.model, frame: validation });
  const score = primaryMetric(evaluation);
  const baseline = await baselineScore(context, { training, validation, input, trained });
  const artifact = await keepModel(context, trained.model, [input.train, input.validation]);
  await proveKeptModel(context, trained.model, { sha256: artifact.sha256, frame: validation });
  const natives = await keepNativeFiles(context, trained, artifact.sha256);
  const tracking = await trackExperiment(context, {
    model: trained.model,
    file: encodeModel(trained.model),
    digest: artifact.sha256,
    evaluations: { validation: evaluation },
    curve: trained.history,
    files: trained.nativeFiles.map(({ name, mediaType, content }) => ({
      path: `native/${name}`,
      mediaType,
      content,
    })),
    tags: { "swarm.backend": trained.backend, "swarm.features_withheld": withheld.join(", ") },
  });
  const notes = [
    ...trained.notes,
    ...trackingNotes(tracking),
    ...qualityNotes(score, baseline),
    ...usedProtected(input, withheld, features),
  ];
  const report = await keepJson(
    context,
    {
      model: artifact.sha256,
      algorithm: input.algorithm,
      parameters: trained.model.training.parameters,
      seed: trained.model.training.seed,
      threads: trained.threads,
      data: {
        train: {
          sha256: input.train,
          rows: training.rowCount,
          // Over the canonical rows of features and target: the same table from another file has the same.
          rowsSha256: trained.model.training.dataFingerprint,
        },
        validation: { sha256: input.validation, rows: validation.rowCount },
      },
      // Names the record in the run's log (run.environment-recorded), where it is in full.
      environment: (await context.environment()).sha256,
      features,
      ...(input.engineering === undefined ? {} : { engineering: input.engineering }),
      withheld: withheld.filter((name) => !features.includes(name)),
      ...(input.useProtected === undefined ? {} : { reasonForProtected: input.useProtected }),
      dropped: trained.dropped,
      notes,
      backend: trained.backend,
      versions: trained.versions,
      native: natives,
      translation: trained.largestDifference,
      // A server's own ids stand in the call's output: the same training has to give the same report.
      tracking: tracking.status,
      history: trained.history.map(
        ({ round, metric, training: trainingLoss, validation: validationLoss }) => ({
          round,
          metric,
          trainingLoss,
          validationLoss,
        }),
      ),
      validation: score,
      baseline,
    },
    { name: numberedName(context, "reports/training", "json"), kind: "log", inputs: [artifact.sha256] },
  );
  const fact: ModelFact = {
    artifact: artifact.sha256,
    algorithm: input.algorithm,
    problemType: trained.model.problem,
    features: trained.model.features.length,
    trainRows: training.rowCount,
    mitigation: "none",
    validation: score,
  };
  return {
    ok: true,
    output: {
      model: artifact.sha256,
      report: report.sha256,
      algorithm: input.algorithm,
      features: trained.model.features.map((feature) => feature.name),
      trainRows: training.rowCount,
      validation: { ...score, baseline },
      notes,
      ...(tracking.status === "logged" ? { tracking: { runId: tracking.runId, url: tracking.url } } : {}),
    },
    facts: { model: fact },
  };
}

/** The main metric on rows that the model did not learn from. */
export async function scoreOf(
  context: ToolContext,
  model: Model,
  frame: Frame,
): Promise<{ metric: string; value: number }> {
  return primaryMetric(await runTask(context, "evaluate-model", { model, frame }));
}

/** What predicting the most common outcome scores on the same rows. */
async function baselineScore(
  context: ToolContext,
  about: { training: Frame; validation: Frame; input: TrainInput; trained: { model: Model } },
): Promise<number> {
  const { model } = about.trained;
  const dummy = await runTask(context, "train-model", {
    training: about.training,
    target: about.input.target,
    algorithm: "baseline",
    problem: model.problem,
    ...(model.positiveClass === null ? {} : { positiveClass: model.positiveClass }),
    features: model.features.slice(0, 1).map((feature) => feature.name),
    seed: context.seed,
  });
  return (await scoreOf(context, dummy.model, about.validation)).value;
}

/** Keeps what the maker of the estimator wrote in its own format beside the model. */
async function keepNativeFiles(
  context: ToolContext,
  { nativeFiles }: BackendTraining,
  model: string,
): Promise<string[]> {
  const digests: string[] = [];
  for (const { name, mediaType, content } of nativeFiles) {
    const kept = await context.artifacts.put({
      name: numberedName(context, "models/native", name),
      kind: "model",
      mediaType,
      content,
      inputs: [model],
    });
    digests.push(kept.sha256);
  }
  return digests;
}

/** A tracker that failed has to be seen, though the training counts. */
function trackingNotes(tracking: TrackingOutcome): string[] {
  return tracking.status === "failed"
    ? [`The experiment was not logged: ${tracking.failure.message}. The model is trained and kept.`]
    : [];
}

/** A model that does not beat the baseline has learnt nothing, and its user must know. */
function qualityNotes(score: { metric: string; value: number }, baseline: number): string[] {
  const isBetter = score.metric === "rmse" ? score.value < baseline : score.value > baseline;
  return isBetter
    ? []
    : [
        `On the validation part the model's ${score.metric} of ${score.value.toFixed(4)} is no better than the baseline's ${baseline.toFixed(4)}: it has learnt nothing that helps.`,
      ];
}

function usedProtected(
  input: TrainInput,
  withheld: readonly string[],
  features: readonly string[],
): string[] {
  const used = withheld.filter((name) => features.includes(name));
  return used.length === 0 || input.useProtected === undefined
    ? []
    : [
        `The model learns from the protected columns ${used.join(", ")}; stated reason: ${input.useProtected}`,
      ];
}
