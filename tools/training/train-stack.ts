import { z } from "zod";
import type { ToolContext } from "#core/contract/tool-definition.ts";
import { FailureError, failure } from "#core/contract/failure.ts";
import { ALGORITHMS, type ParameterValue, type TaskInput } from "#lib/ml/index.ts";
import { type BackendTraining, FIT_THREADS } from "../engine/backends/train-through-backend.ts";
import { runTask } from "../engine/run-task.ts";

export const ParameterInput = z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]));

/** The models of a stack, as a call names them. */
export const StackMembersInput = z
  .array(z.strictObject({ algorithm: z.enum(ALGORITHMS), parameters: ParameterInput.default({}) }))
  .min(1)
  .max(10);

type StackOptions = Omit<TaskInput<"train-stack">, "penalty"> & {
  parameters: Readonly<Record<string, ParameterValue>>;
};

/**
 * Trains a stack of the engine's own learners.
 * @throws FailureError invalid-input for parameters that a stack does not have.
 */
export async function trainStackModel(
  context: ToolContext,
  { parameters, ...options }: StackOptions,
): Promise<BackendTraining> {
  const { penalty, ...unknown } = parameters;
  const names = Object.keys(unknown);
  if (names.length > 0 || (penalty !== undefined && typeof penalty !== "number")) {
    throw new FailureError(
      failure(
        "invalid-input",
        `a stack has the one hyperparameter penalty, a number${names.length === 0 ? "" : `, not ${names.join(", ")}`}; give those of its models in members`,
      ),
    );
  }
  const trained = await runTask(context, "train-stack", {
    ...options,
    ...(penalty === undefined ? {} : { penalty }),
  });
  return {
    ...trained,
    history: [],
    backend: "embedded",
    threads: FIT_THREADS,
    versions: {},
    nativeFiles: [],
    largestDifference: null,
  };
}
