import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fail, failure, FailureError, ok, type Result } from "#core/contract/failure.ts";
import type {
  BackendDescription,
  FitEstimatorRequest,
  FittedEstimator,
  FitWatch,
  TrainingBackend,
} from "#core/contract/training-backend.ts";
import { findPython } from "./find-python.ts";
import type { Done } from "./python-wire.ts";
import { readAnswer, writeRequest } from "./request-folder.ts";
import { startWorker, type WorkerProcess, type WorkerTimeouts } from "./worker-process.ts";

const TIMEOUTS: WorkerTimeouts = { startMs: 60_000, silenceMs: 30_000 };

export interface PythonBackendOptions {
  environment: NodeJS.ProcessEnv;
  /** Swarm's own folder, in which `npm run setup:python` puts the environment. */
  root: string;
  /** Where requests are laid for the worker; made when it is needed. */
  scratch: string;
  timeouts?: Partial<WorkerTimeouts>;
}

/** The backend, and its worker's process for those who look after it; undefined while none runs. */
export interface PythonBackend extends TrainingBackend {
  processId(): number | undefined;
}

/**
 * LightGBM, XGBoost and scikit-learn in a long-lived Python process. It starts with the first call, and again after it
 * died; a call in flight then fails and says so.
 */
export function createPythonBackend(options: PythonBackendOptions): PythonBackend {
  return new Python(options);
}

class Python implements PythonBackend {
  readonly name = "python";
  readonly #options: PythonBackendOptions;
  #worker: Promise<Result<WorkerProcess>> | undefined;
  #running: WorkerProcess | undefined;
  #nextId = 1;
  #isClosed = false;

  constructor(options: PythonBackendOptions) {
    this.#options = options;
  }

  processId(): number | undefined {
    return this.#running?.isAlive() === true ? this.#running.processId : undefined;
  }

  async describe({ signal }: { signal: AbortSignal }): Promise<Result<BackendDescription>> {
    const worker = await this.#open(signal);
    if (!worker.ok) return worker;
    const { versions, algorithms } = worker.value.greeting;
    return ok({ name: this.name, versions, algorithms });
  }

  async fit(request: FitEstimatorRequest, watch: FitWatch): Promise<Result<FittedEstimator>> {
    const worker = await this.#open(watch.signal);
    if (!worker.ok) return worker;
    const known = worker.value.greeting.algorithms.map(({ name }) => name);
    if (!known.includes(request.algorithm)) {
      return fail(
        "invalid-input",
        `the Python backend has no ${request.algorithm}; it has ${known.join(", ")}`,
      );
    }
    const folder = await mkdtemp(join(this.#options.scratch, "python-fit-"));
    try {
      await writeRequest(folder, request);
      const done = await this.#ask(worker.value, { folder, request, watch });
      return ok(await readAnswer(folder, { done, versions: worker.value.greeting.versions }));
    } catch (error) {
      if (error instanceof FailureError) return { ok: false, failure: error.failure };
      throw error;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = await this.#worker;
    if (worker?.ok === true) await worker.value.close();
  }

  /** The running worker, or a new one. */
  async #open(signal: AbortSignal): Promise<Result<WorkerProcess>> {
    if (signal.aborted) return cancelled();
    if (this.#isClosed) return fail("conflict", "the Python backend is closed; open the runtime again");
    if (this.#running?.isAlive() === false) this.#worker = undefined;
    const start = (this.#worker ??= this.#start());
    const { promise, resolve } = Promise.withResolvers<Result<WorkerProcess>>();
    const stop = () => resolve(cancelled());
    signal.addEventListener("abort", stop, { once: true });
    try {
      // A start that nobody waits for any more goes on: the next call will want it.
      return await Promise.race([start, promise]);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async #start(): Promise<Result<WorkerProcess>> {
    const { environment, root, scratch, timeouts } = this.#options;
    this.#running = undefined;
    const program = findPython(environment, root);
    if (!program.ok) {
      this.#worker = undefined;
      return program;
    }
    await mkdir(scratch, { recursive: true });
    const folder = scratch;
    const started = await startWorker({
      program: program.value,
      environment,
      folder,
      timeouts: { ...TIMEOUTS, ...timeouts },
    });
    if (started.ok) this.#running = started.value;
    else this.#worker = undefined;
    return started;
  }

  /** One fit from request to last message; throws a FailureError for every other end. */
  #ask(
    worker: WorkerProcess,
    { folder, request, watch }: { folder: string; request: FitEstimatorRequest; watch: FitWatch },
  ): Promise<Done> {
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<Done>();
    const refuse = (code: Parameters<typeof failure>[0], message: string) =>
      reject(new FailureError(failure(code, message)));
    const stop = () => {
      worker.send({ id, method: "cancel" });
    };
    const deaf = worker.listen(id, (message) => {
      switch (message.event) {
        case "done":
          resolve(message);
          break;
        case "failed":
          refuse(message.code, message.message);
          break;
        case "cancelled":
          reject(new FailureError(cancelled().failure));
          break;
        case "died":
          refuse(...deathOf(request, message.signal));
          break;
        case "lost":
          refuse("tool-failed", `the Python worker was lost: ${message.reason}; call again, it starts anew`);
          break;
        case "alive": {
          const seconds = message.fits[String(id)];
          if (seconds !== undefined) {
            watch.onProgress?.({ message: `${request.algorithm} is fitting, ${Math.round(seconds)} s` });
          }
          break;
        }
        case "progress":
          watch.onProgress?.({
            message: `${request.algorithm} ${message.done}/${message.total}`,
            fraction: message.done / message.total,
            ...(message.metric === null ? {} : { metrics: { [message.metric.name]: message.metric.value } }),
          });
          break;
      }
    });
    watch.signal.addEventListener("abort", stop, { once: true });
    if (watch.signal.aborted) refuse("cancelled", cancelled().failure.message);
    else worker.send({ id, method: "fit", folder });
    return promise.finally(() => {
      deaf();
      watch.signal.removeEventListener("abort", stop);
    });
  }
}

/** A fit's process that ended without an answer: under a memory limit the libraries abort where they get none. */
function deathOf(request: FitEstimatorRequest, signal: string): [Parameters<typeof failure>[0], string] {
  if (request.memoryLimitBytes !== undefined && ["SIGABRT", "SIGSEGV"].includes(signal)) {
    return [
      "limit-exceeded",
      `${request.algorithm} ended with ${signal} under the limit of ${request.memoryLimitBytes} bytes. Use fewer rows or columns, or raise the limit.`,
    ];
  }
  return [
    "tool-failed",
    `the process that fitted ${request.algorithm} ended with ${signal}; the machine may be short of memory. Call again`,
  ];
}

function cancelled() {
  return fail("cancelled", "The fit was cancelled before it ended. Nothing was changed; start it again.");
}
