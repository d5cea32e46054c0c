import { type FailureCode, FailureError, failure } from "#core/contract/failure.ts";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import { MlError, type MlErrorCode, type TaskInput, type TaskName, type TaskOutput } from "#lib/ml/index.ts";

const codes: Record<MlErrorCode, FailureCode> = {
  "bad-data": "invalid-input",
  "bad-argument": "invalid-input",
  "bad-model": "invalid-input",
  cancelled: "cancelled",
  "out-of-memory": "limit-exceeded",
};

/** What of a call's context the engine needs. */
export type EngineContext = Pick<ToolContext, "compute" | "signal" | "progress">;

/**
 * Runs one of the engine's tasks on a worker thread, with progress shown and errors in the runtime's terms. Throws
 * FailureError; what the engine did not throw on purpose comes through as it is.
 */
export async function runTask<Name extends TaskName>(
  context: EngineContext,
  task: Name,
  input: TaskInput<Name>,
): Promise<TaskOutput<Name>> {
  try {
    return await context.compute.run<TaskOutput<Name>>(task, input, {
      signal: context.signal,
      onProgress: (progress) => {
        context.progress(progress);
      },
    });
  } catch (error) {
    throw asFailure(error);
  }
}

/** Runs short work on this thread with the same translation of errors. */
export function inEngine<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw asFailure(error);
  }
}

function asFailure(error: unknown): unknown {
  if (!(error instanceof MlError)) return error;
  // The engine knows of a limit, not of where a person sets it.
  const isLimit = error.code === "out-of-memory" && /limit of/.test(error.message);
  const message = isLimit ? `${error.message} SWARM_TASK_MEMORY_MB sets it.` : error.message;
  return new FailureError(failure(codes[error.code], message, { details: { ...error.details } }), {
    cause: error,
  });
}
