import { parentPort } from "node:worker_threads";
import { cancelledError, type Control, type Progress } from "../control.ts";
import { MlError } from "../score/ml-error.ts";
import type { JobMessage, SentError, WorkerMessage } from "./messages.ts";
import { TASKS } from "./tasks.ts";

/** The entry of a worker thread: takes one job at a time and answers with progress, then a result or an error. */

const PROGRESS_MILLISECONDS = 50;

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message, []);
}

parentPort?.on("message", (job: JobMessage) => {
  void runJob(job);
});

async function runJob(job: JobMessage): Promise<void> {
  try {
    // The pool pairs each task's name with its input type.
    const task = TASKS[job.task] as (input: unknown, control: Control) => unknown;
    send({ kind: "done", id: job.id, output: await task(job.input, jobControl(job)) });
  } catch (error) {
    send({ kind: "failed", id: job.id, error: sentError(error) });
  }
}

function jobControl({ id, cancelFlag, memoryLimitBytes }: JobMessage): Control {
  const startedAt = performance.now();
  let sentAt = -Infinity;
  return {
    ...(memoryLimitBytes === null ? {} : { memoryLimitBytes }),
    throwIfCancelled: () => {
      if (Atomics.load(cancelFlag, 0) !== 0) throw cancelledError();
    },
    report: (progress: Progress) => {
      const now = performance.now();
      if (now - sentAt < PROGRESS_MILLISECONDS && progress.done < progress.total) return;
      sentAt = now;
      const elapsedMilliseconds = now - startedAt;
      const rowsPerSecond =
        progress.rows === undefined || elapsedMilliseconds < 1
          ? null
          : (progress.rows / elapsedMilliseconds) * 1000;
      const { done, total } = progress;
      const remainingMilliseconds =
        done > 0 && total >= done ? (elapsedMilliseconds / done) * (total - done) : null;
      const timed = { ...progress, elapsedMilliseconds, rowsPerSecond, remainingMilliseconds };
      send({ kind: "progress", id, progress: timed });
    },
  };
}

function sentError(error: unknown): SentError {
  if (error instanceof MlError) {
    return { code: error.code, message: error.message, details: error.details, stack: error.stack ?? "" };
  }
  if (error instanceof RangeError && /allocation|Array buffer|Invalid array length/i.test(error.message)) {
    const message = "The work needs more memory than there is. Use fewer rows or columns.";
    return { code: "out-of-memory", message, details: {}, stack: error.stack ?? "" };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: null, message, details: {}, stack: error instanceof Error ? (error.stack ?? "") : "" };
}
