import { FailureError, failure } from "#core/contract/failure.ts";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import type {
  EstimatorRows,
  FitRound,
  FittedEstimator,
  TrainingBackend,
} from "#core/contract/training-backend.ts";
import {
  assembleModel,
  type Estimator,
  type Model,
  parseEstimator,
  type PreparedTraining,
  type TaskInput,
  type TrainedModel,
} from "#lib/ml/index.ts";
import { inEngine, runTask } from "../run-task.ts";

/** A model whose estimator a backend fitted, and what its maker left beside it. */
export interface BackendTraining extends Omit<TrainedModel, "history"> {
  history: readonly FitRound[];
  backend: string;
  /** How many the fit was given; the engine's bytes do not depend on it. */
  threads: number;
  versions: Readonly<Record<string, string>>;
  nativeFiles: FittedEstimator["nativeFiles"];
  /** Between the maker's margins and the model's, relative to max(1, |margin|); null where nothing was translated. */
  largestDifference: number | null;
}

type Options = Omit<TaskInput<"prepare-training">, "kind"> & {
  algorithm: string;
  parameters: TaskInput<"train-model">["parameters"];
  seed: number;
};

/** More would only change the last bits of the libraries' sums, and calls of a run may overlap. */
export const FIT_THREADS = 1;

/**
 * The first backend that has an algorithm, with the preparation that the algorithm wants.
 * @throws FailureError of the first backend that could not say, such as missing-part with the cure, where none has it.
 */
async function findBackend(
  context: ToolContext,
  algorithm: string,
): Promise<{ backend: TrainingBackend; kind: "trees" | "linear" }> {
  let problem = failure(
    "missing-part",
    `no training backend here has ${algorithm}; install one with \`npm run setup:python\``,
  );
  let isFirst = true;
  for (const backend of context.backends) {
    const described = await backend.describe({ signal: context.signal });
    if (!described.ok) {
      if (isFirst) problem = described.failure;
      isFirst = false;
      continue;
    }
    const found = described.value.algorithms.find(({ name }) => name === algorithm);
    if (found !== undefined) return { backend, kind: found.preparation };
  }
  throw new FailureError(problem);
}

/**
 * Trains with whichever backend has the algorithm. The preparation and the model are the engine's; the backend sees
 * prepared numbers. A translated estimator has to give the margins of its maker again before it counts as fitted.
 * @throws FailureError as the backend fails; tool-failed when the translation predicts otherwise.
 */
export async function trainThroughBackend(context: ToolContext, options: Options): Promise<BackendTraining> {
  const { algorithm, parameters, seed, ...data } = options;
  const { backend, kind } = await findBackend(context, algorithm);
  const prepared = await runTask(context, "prepare-training", { ...data, kind });
  const { problem } = prepared;
  const fitted = await backend.fit(
    {
      algorithm,
      problem: problem.problem,
      classCount: problem.classes?.length ?? 1,
      training: plainRows(prepared.training),
      validation: prepared.validation === null ? null : plainRows(prepared.validation),
      parameters: parameters ?? {},
      seed,
      threads: FIT_THREADS,
    },
    {
      signal: context.signal,
      onProgress: (progress) => {
        context.progress(progress);
      },
    },
  );
  if (!fitted.ok) throw new FailureError(fitted.failure);
  const estimator = inEngine(() => parseEstimator(fitted.value.estimator, prepared.preparation));
  const largestDifference = await proveTranslation(context, { estimator, prepared, fitted: fitted.value });
  const made = Object.entries(fitted.value.versions).map(([name, version]) => `${name} ${version}`);
  const notes = [
    ...(made.length === 0 ? [] : [`Fitted by the ${backend.name} backend (${made.join(", ")}).`]),
    ...fitted.value.notes,
  ];
  const { parameters: used } = fitted.value;
  const model: Model = assembleModel(prepared, { estimator, algorithm, seed, parameters: used, notes });
  return {
    model,
    problem,
    dropped: prepared.dropped,
    notes: model.training.notes,
    history: fitted.value.history,
    backend: backend.name,
    threads: FIT_THREADS,
    versions: fitted.value.versions,
    nativeFiles: fitted.value.nativeFiles,
    largestDifference,
  };
}

function plainRows(rows: PreparedTraining["training"]): EstimatorRows {
  return {
    rowCount: rows.matrix.rowCount,
    columns: rows.matrix.columns.map(({ name, levels, values }) => ({
      name,
      levelCount: levels?.length ?? null,
      values,
    })),
    target: rows.target,
    weights: rows.weights,
  };
}

/** Largest difference between the maker's margins and those of the estimator as it came home. */
async function proveTranslation(
  context: ToolContext,
  about: { estimator: Estimator; prepared: PreparedTraining; fitted: FittedEstimator },
): Promise<number | null> {
  const { check } = about.fitted;
  if (check === null) return null;
  const rows = check.rows === "training" ? about.prepared.training : about.prepared.validation;
  if (rows === null || check.rowCount > rows.matrix.rowCount)
    throw new Error("a check of rows that were not sent");
  const matrix = {
    rowCount: check.rowCount,
    columns: rows.matrix.columns.map((column) => ({
      ...column,
      values: column.values.slice(0, check.rowCount),
    })),
  };
  const margins = await runTask(context, "estimator-margins", { estimator: about.estimator, matrix });
  let largest = margins.length === check.margins.length ? 0 : Infinity;
  for (const [output, expected] of check.margins.entries()) {
    for (const [row, value] of expected.entries()) {
      const difference =
        Math.abs(value - (margins[output]?.[row] ?? Number.NaN)) / Math.max(1, Math.abs(value));
      // Math.max passes NaN on, and NaN is no agreement.
      largest = Math.max(largest, difference);
    }
  }
  if (largest <= check.tolerance) return largest;
  throw new FailureError(
    failure(
      "tool-failed",
      `the model as it came home predicts up to ${largest} away from its maker (accepted: ${check.tolerance}), so it does not count as trained; report it with the library's version`,
      { details: { tolerance: check.tolerance } },
    ),
  );
}
