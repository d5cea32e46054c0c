import type { ComputePool } from "#core/contract/compute.ts";
import type { Control } from "#lib/ml/control.ts";
import { MlError } from "#lib/ml/index.ts";
import { TASKS, type TaskName } from "#lib/ml/threads/tasks.ts";

/** The engine's tasks run on the test's own thread: the work of a pool without starting one. */
export function createInProcessCompute(): ComputePool {
  return {
    async run<Output>(
      task: string,
      input: unknown,
      { signal }: Parameters<ComputePool["run"]>[2],
    ): Promise<Output> {
      const control: Control = {
        throwIfCancelled() {
          if (signal.aborted) throw new MlError("cancelled", "The work was cancelled.");
        },
        report: () => undefined,
      };
      control.throwIfCancelled();
      // Tools name a task and its input together, typed by the engine (run-task.ts).
      const work = TASKS[task as TaskName] as (input: unknown, control: Control) => unknown;
      return (await work(input, control)) as Output;
    },
    close: () => Promise.resolve(),
  };
}
