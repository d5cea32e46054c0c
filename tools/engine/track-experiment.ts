import { assertNever, type Failure, failureFrom } from "#core/contract/failure.ts";
import type {
  TrackedColumn,
  TrackedExperiment,
  TrackedFile,
  TrackedMetric,
} from "#core/contract/experiment-tracker.ts";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import { type Feature, type Model, modelInputs } from "#lib/ml/index.ts";

/** What is told about one model: its own record, what it scored, and how it came about. */
export interface ExperimentAbout {
  model: Model;
  file: Uint8Array;
  /** Digest of the model's file. */
  digest: string;
  /** By the part that was scored. */
  evaluations: Readonly<Record<string, { metrics: object }>>;
  curve: readonly { metric: string; round: number; training: number | null; validation: number | null }[];
  files: readonly TrackedFile[];
  experiment?: string | undefined;
  runName?: string | undefined;
  tags?: Readonly<Record<string, string>>;
}

export type TrackingOutcome =
  | { status: "off" }
  | { status: "logged"; runId: string; experimentId: string; url: string }
  | { status: "failed"; failure: Failure };

/**
 * Logs a model to the tracker, where there is one. Nothing is tried without one, and a tracker that fails is a value
 * here: what was trained stays trained.
 */
export async function trackExperiment(
  context: ToolContext,
  about: ExperimentAbout,
): Promise<TrackingOutcome> {
  const { tracker } = context;
  if (tracker === undefined) return { status: "off" };
  try {
    const logged = await tracker.log(describeExperiment(context, about), { signal: context.signal });
    return logged.ok ? { status: "logged", ...logged.value } : { status: "failed", failure: logged.failure };
  } catch (error) {
    return { status: "failed", failure: failureFrom(error, "tool-failed") };
  }
}

function describeExperiment(context: ToolContext, about: ExperimentAbout): TrackedExperiment {
  const { model, digest } = about;
  const { training } = model;
  const origin = context.run?.runId ?? context.callId;
  return {
    experiment: about.experiment ?? null,
    runName: about.runName ?? `${training.algorithm} ${origin}`,
    idempotencyKey: context.idempotencyKey,
    parameters: {
      algorithm: training.algorithm,
      seed: String(training.seed),
      trainingRows: String(training.rowCount),
      features: model.features.map(({ name }) => name).join(", "),
      ...Object.fromEntries(
        Object.entries(training.parameters).map(([name, value]) => [`parameter.${name}`, String(value)]),
      ),
    },
    metrics: [...finalMetrics(about), ...curveMetrics(about)],
    tags: {
      "swarm.model": digest,
      "swarm.data": training.dataFingerprint,
      "swarm.target": model.target,
      "swarm.problem": model.problem,
      ...(context.run === undefined ? {} : { "swarm.run": context.run.runId }),
      ...about.tags,
    },
    files: about.files,
    model: { inputs: modelInputs(model).map(inputColumn), outputs: outputColumns(model), file: about.file },
  };
}

/** The single numbers of each evaluation; a metric that is undefined here is left out, for 0 would be a lie. */
function finalMetrics({ evaluations }: ExperimentAbout): TrackedMetric[] {
  return Object.entries(evaluations).flatMap(([part, { metrics }]) =>
    Object.entries(metrics).flatMap(([name, value]) =>
      typeof value === "number" && Number.isFinite(value) ? [{ key: `${part}_${name}`, value, step: 0 }] : [],
    ),
  );
}

function curveMetrics({ curve }: ExperimentAbout): TrackedMetric[] {
  return curve.flatMap(({ metric, round, training, validation }) => [
    ...(training === null ? [] : [{ key: `training_${metric}_by_round`, value: training, step: round }]),
    ...(validation === null
      ? []
      : [{ key: `validation_${metric}_by_round`, value: validation, step: round }]),
  ]);
}

function inputColumn(feature: Feature): TrackedColumn {
  const { name } = feature;
  switch (feature.kind) {
    case "numeric":
      return { name, type: "number", isRequired: false };
    case "boolean":
      return { name, type: "boolean", isRequired: false };
    case "date":
      return { name, type: "date", isRequired: false };
    case "categorical":
      return { name, type: "text", isRequired: false };
    default:
      return assertNever(feature, "inputColumn");
  }
}

function outputColumns({ classes }: Model): TrackedColumn[] {
  if (classes === null) return [{ name: "prediction", type: "number", isRequired: true }];
  return [
    { name: "prediction", type: "text", isRequired: true },
    ...classes.map(
      (label): TrackedColumn => ({ name: `probability ${label}`, type: "number", isRequired: true }),
    ),
  ];
}
