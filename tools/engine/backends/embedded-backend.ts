import type { ComputePool } from "#core/contract/compute.ts";
import { fail, FailureError, ok, type Result } from "#core/contract/failure.ts";
import type {
  BackendAlgorithm,
  EstimatorRows,
  FitEstimatorRequest,
  FittedEstimator,
  FitWatch,
  TrainingBackend,
} from "#core/contract/training-backend.ts";
import { type AlgorithmName, ALGORITHMS, BOOSTING_DEFAULTS, preparationOf } from "#lib/ml/index.ts";
import { runTask } from "../run-task.ts";

/** The engine's own learners on worker threads, behind the same port as the libraries of others. */
export function createEmbeddedBackend(compute: ComputePool): TrainingBackend {
  return {
    name: "embedded",
    describe: () =>
      Promise.resolve(
        ok({ name: "embedded", versions: {}, algorithms: ALGORITHMS.map((name) => describeAlgorithm(name)) }),
      ),
    async fit(request, watch) {
      try {
        return await fitEmbedded(compute, { request, watch });
      } catch (error) {
        if (error instanceof FailureError) return { ok: false, failure: error.failure };
        throw error;
      }
    },
    // The pool belongs to whoever made it.
    close: () => Promise.resolve(),
  };
}

function describeAlgorithm(name: AlgorithmName): BackendAlgorithm {
  const isBoosting = name === "gradient-boosting";
  return {
    name,
    problems: ["binary", "multiclass", "regression"],
    preparation: preparationOf(name),
    ...(isBoosting ? { parameters: Object.keys(BOOSTING_DEFAULTS) } : {}),
    earlyStopping: isBoosting ? "patience" : null,
  };
}

async function fitEmbedded(
  compute: ComputePool,
  { request, watch }: { request: FitEstimatorRequest; watch: FitWatch },
): Promise<Result<FittedEstimator>> {
  const algorithm = ALGORITHMS.find((name) => name === request.algorithm);
  if (algorithm === undefined) {
    return fail("invalid-input", `the engine has no ${request.algorithm}; it has ${ALGORITHMS.join(", ")}`);
  }
  const refusal = refuseRows("training", request.training) ?? refuseMemory(request);
  if (refusal !== undefined) return refusal;
  const context = {
    compute,
    signal: watch.signal,
    progress: (update: Parameters<NonNullable<FitWatch["onProgress"]>>[0]) => watch.onProgress?.(update),
  };
  const result = await runTask(context, "fit-estimator", {
    algorithm,
    problem: request.problem,
    classCount: request.classCount,
    training: labelled(request.training),
    validation: request.validation === null ? null : labelled(request.validation),
    parameters: request.parameters,
    seed: request.seed,
    threads: request.threads ?? 1,
  });
  return ok({
    estimator: result.estimator,
    parameters: result.parameters,
    versions: {},
    history: result.history.map(({ round, trainingLoss, validationLoss }) => ({
      round,
      metric: "loss",
      training: trainingLoss,
      validation: validationLoss,
    })),
    notes: result.notes,
    nativeFiles: [],
    // These estimators are nobody's translation.
    check: null,
  });
}

function labelled(rows: EstimatorRows) {
  return {
    matrix: {
      rowCount: rows.rowCount,
      columns: rows.columns.map(({ name, levelCount, values }) => ({
        name,
        source: name,
        levels: levelCount === null ? null : Array.from({ length: levelCount }, (_, level) => String(level)),
        values,
      })),
    },
    target: rows.target,
    weights: rows.weights,
  };
}

function refuseRows(part: string, rows: EstimatorRows) {
  if (rows.rowCount === 0) return fail("invalid-input", `the ${part} part has no rows; give it some`);
  if (rows.target.every((value) => Number.isFinite(value))) return undefined;
  return fail(
    "invalid-input",
    `the target of the ${part} part is missing or infinite in some rows; leave them out`,
  );
}

/** What any learner here takes at the least: a byte per cell for its bins, and four doubles per row. */
function refuseMemory({ training, memoryLimitBytes: limit, algorithm }: FitEstimatorRequest) {
  const needed = training.rowCount * (training.columns.length + 32);
  if (limit === undefined || needed <= limit) return undefined;
  return fail(
    "limit-exceeded",
    `${algorithm} needs at least ${needed} bytes for ${training.rowCount} rows, more than the limit of ${limit}. Use fewer rows or columns, or raise the limit.`,
  );
}
