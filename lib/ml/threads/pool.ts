import { Worker } from "node:worker_threads";
import { cancelledError } from "../control.ts";
import { requireInRange } from "../parameter-range.ts";
import { MlError } from "../score/ml-error.ts";
import type { JobMessage, SentError, TimedProgress, WorkerMessage } from "./messages.ts";
import type { TaskInput, TaskName, TaskOutput } from "./tasks.ts";

export interface PoolOptions {
  /** Number of worker threads; they start when first needed. */
  readonly size: number;
  /** Heap limit of each worker. Columns lie outside the heap and do not count. */
  readonly heapMegabytes?: number;
  /** What one task may take outside the heap beside its input; the task fails as out-of-memory before it takes more. */
  readonly memoryMegabytes?: number;
}

export interface RunOptions {
  /** Aborting it stops the work within 200 ms; the promise rejects with MlError cancelled. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TimedProgress) => void;
}

/** Worker threads that run the engine's long work, one task per thread at a time. */
export interface Pool {
  readonly size: number;
  /**
   * Runs a task; waits for a free worker when all are busy.
   * @throws MlError as the task does; cancelled; out-of-memory when a worker runs out of it.
   */
  run<Name extends TaskName>(
    task: Name,
    input: TaskInput<Name>,
    options?: RunOptions,
  ): Promise<TaskOutput<Name>>;
  /** Stops all workers; running and waiting tasks are cancelled, later ones refused. */
  close(): Promise<void>;
}

/** A worker that has not heeded the flag by then is stopped from outside. */
const GRACE_MILLISECONDS = 120;

/** Makes a pool. Idle workers do not keep the process alive. */
export function createPool(options: PoolOptions): Pool {
  requireInRange("size", options.size, { from: 1, to: 256, isInteger: true });
  return new WorkerPool(options);
}

interface Job {
  readonly id: number;
  readonly task: TaskName;
  readonly input: unknown;
  readonly cancelFlag: Int32Array;
  readonly onProgress: ((progress: TimedProgress) => void) | undefined;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Seat {
  readonly worker: Worker;
  job: Job | null;
}

class WorkerPool implements Pool {
  readonly size: number;
  readonly #heapMegabytes: number | undefined;
  readonly #memoryLimitBytes: number | null;
  readonly #seats: Seat[] = [];
  readonly #waiting: Job[] = [];
  #nextId = 1;
  #isClosed = false;

  constructor({ size, heapMegabytes, memoryMegabytes }: PoolOptions) {
    this.size = size;
    this.#memoryLimitBytes = memoryMegabytes === undefined ? null : memoryMegabytes * 1e6;
    this.#heapMegabytes = heapMegabytes;
  }

  async run<Name extends TaskName>(
    task: Name,
    input: TaskInput<Name>,
    { signal, onProgress }: RunOptions = {},
  ): Promise<TaskOutput<Name>> {
    if (this.#isClosed) throw new MlError("bad-argument", "The pool is closed. Make a new one.");
    if (signal?.aborted) throw cancelledError();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const cancelFlag = new Int32Array(new SharedArrayBuffer(4));
    const job: Job = { id: this.#nextId++, task, input, cancelFlag, onProgress, resolve, reject };
    let graceTimer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      graceTimer = this.#cancel(job);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      this.#waiting.push(job);
      this.#dispatch();
      // The worker answers a task with that task's output.
      return (await promise) as TaskOutput<Name>;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      clearTimeout(graceTimer);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#waiting.splice(0)) job.reject(cancelledError());
    const seats = this.#seats.splice(0);
    for (const seat of seats) {
      seat.job?.reject(cancelledError());
      seat.job = null;
    }
    await Promise.all(seats.map((seat) => seat.worker.terminate()));
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const seat = this.#seats.find(({ job }) => job === null) ?? this.#openSeat();
      if (seat === null) return;
      const job = this.#waiting.shift()!;
      seat.job = job;
      seat.worker.ref();
      const { id, task, input, cancelFlag } = job;
      try {
        const memoryLimitBytes = this.#memoryLimitBytes;
        seat.worker.postMessage({ id, task, input, cancelFlag, memoryLimitBytes } satisfies JobMessage, []);
      } catch (cause) {
        this.#release(seat);
        job.reject(
          new MlError("bad-argument", `The input of ${task} cannot be sent to a worker.`, { cause }),
        );
      }
    }
  }

  #openSeat(): Seat | null {
    if (this.#seats.length >= this.size) return null;
    // The compiled package has the same files as .js.
    const entry = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
    const limits =
      this.#heapMegabytes === undefined
        ? {}
        : { resourceLimits: { maxOldGenerationSizeMb: this.#heapMegabytes } };
    // Flags about the main script (--eval, --input-type, --test, ...) would stop a worker from starting.
    const execArgv = process.execArgv.filter((flag) => flag.startsWith("--experimental-"));
    const seat: Seat = { worker: new Worker(entry, { name: "swarm-ml", execArgv, ...limits }), job: null };
    seat.worker.on("message", (message: WorkerMessage) => this.#receive(seat, message));
    seat.worker.on("error", (error) => this.#lose(seat, workerError(error)));
    seat.worker.on("exit", () => this.#lose(seat, new Error("A worker thread ended unexpectedly.")));
    this.#seats.push(seat);
    return seat;
  }

  #receive(seat: Seat, message: WorkerMessage): void {
    const { job } = seat;
    if (job === null || job.id !== message.id) return;
    if (message.kind === "progress") {
      job.onProgress?.(message.progress);
      return;
    }
    this.#release(seat);
    if (message.kind === "done") job.resolve(message.output);
    else job.reject(receivedError(message.error));
    this.#dispatch();
  }

  #release(seat: Seat): void {
    seat.job = null;
    seat.worker.unref();
  }

  /** A worker that died: its job fails, a new worker takes its place when needed. */
  #lose(seat: Seat, error: Error): void {
    const place = this.#seats.indexOf(seat);
    if (place >= 0) this.#seats.splice(place, 1);
    const { job } = seat;
    seat.job = null;
    job?.reject(error);
    if (!this.#isClosed) this.#dispatch();
  }

  /** Asks the worker to stop, or takes the job out of the queue; returns the timer that stops it by force. */
  #cancel(job: Job): NodeJS.Timeout | undefined {
    const place = this.#waiting.indexOf(job);
    if (place >= 0) {
      this.#waiting.splice(place, 1);
      job.reject(cancelledError());
      return undefined;
    }
    Atomics.store(job.cancelFlag, 0, 1);
    return setTimeout(() => {
      const seat = this.#seats.find((candidate) => candidate.job === job);
      if (seat === undefined) return;
      this.#lose(seat, cancelledError());
      void seat.worker.terminate();
    }, GRACE_MILLISECONDS);
  }
}

function receivedError(sent: SentError): Error {
  if (sent.code === null) {
    const error = new Error(sent.message);
    error.stack = sent.stack;
    return error;
  }
  return new MlError(sent.code, sent.message, { details: sent.details });
}

function workerError(error: unknown): Error {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ERR_WORKER_OUT_OF_MEMORY") {
    return new MlError(
      "out-of-memory",
      "The worker ran out of memory. Use fewer rows or columns, or give the pool a larger heap.",
      { cause: error },
    );
  }
  return error instanceof Error ? error : new Error(String(error));
}
