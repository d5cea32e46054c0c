import type { ComputePool } from "#core/contract/compute.ts";
import { createPool, type TaskInput, type TaskName, type TimedProgress } from "#lib/ml/index.ts";

/** The engine's worker threads behind the runtime's port. */
export function createComputePool(options: { size: number; memoryMegabytes?: number }): ComputePool {
  const pool = createPool(options);
  return {
    async run<Output>(
      task: string,
      input: unknown,
      options: Parameters<ComputePool["run"]>[2],
    ): Promise<Output> {
      const { signal, onProgress } = options;
      // Tools name a task and its input together, typed by the engine (tools/engine/run-task.ts).
      const output = await pool.run(task as TaskName, input as TaskInput<TaskName>, {
        signal,
        ...(onProgress === undefined
          ? {}
          : {
              onProgress: (progress: TimedProgress) => {
                onProgress(inWords(progress));
              },
            }),
      });
      return output as Output;
    },
    close: () => pool.close(),
  };
}

/** Less than this is not worth a word. */
const SHORT_MILLISECONDS = 2000;

function inWords({ stage, done, total, rowsPerSecond, remainingMilliseconds, metric }: TimedProgress) {
  const rate = rowsPerSecond === null ? "" : `, ${Math.round(rowsPerSecond)} rows/s`;
  const isLong = remainingMilliseconds !== null && remainingMilliseconds >= SHORT_MILLISECONDS;
  const left = isLong ? `, about ${Math.round(remainingMilliseconds / 1000)} s left` : "";
  return {
    message: `${stage} ${done}/${total}${rate}${left}`,
    ...(total > 0 ? { fraction: done / total } : {}),
    ...(metric === undefined ? {} : { metrics: { [metric.name]: metric.value } }),
  };
}
