import type { Progress } from "../control.ts";
import type { MlErrorCode } from "../score/ml-error.ts";
import type { TaskName } from "./tasks.ts";

/** Progress as a worker reports it: with rate and remaining time, which need a clock. */
export interface TimedProgress extends Progress {
  readonly elapsedMilliseconds: number;
  readonly rowsPerSecond: number | null;
  /** Time that the rest takes at the pace so far; null before there is a pace. */
  readonly remainingMilliseconds: number | null;
}

/** To a worker: do this. `cancelFlag` is shared memory; the work stops when it is not 0. */
export interface JobMessage {
  readonly id: number;
  readonly task: TaskName;
  readonly input: unknown;
  readonly cancelFlag: Int32Array;
  readonly memoryLimitBytes: number | null;
}

/** An error in a form that survives the way between threads. */
export interface SentError {
  /** Null for errors that are not MlError, which are bugs. */
  readonly code: MlErrorCode | null;
  readonly message: string;
  readonly details: Readonly<Record<string, string | number>>;
  readonly stack: string;
}

/** From a worker. */
export type WorkerMessage =
  | { readonly kind: "progress"; readonly id: number; readonly progress: TimedProgress }
  | { readonly kind: "done"; readonly id: number; readonly output: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly error: SentError };
