import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { AppFile } from "./image/app-layer.ts";
import type { SelfCheckReply, SelfCheckRequest } from "./serving/self-check.ts";

/** Rows with the predictions that were recorded for them when the model was evaluated. */
export interface RecordedPredictions {
  rows: readonly unknown[];
  predictions: readonly { prediction: string | number; probability?: number | undefined }[];
}

/**
 * Unpacks the app into a folder, loads it from there on a worker thread, and asks it for `/health` and `/predict`.
 * Without recorded predictions one row of missing values is scored. Fails with `invalid-input` when the model does
 * not load, does not answer, or answers otherwise than was recorded.
 */
export async function checkApp(
  app: readonly AppFile[],
  options: {
    folder: string;
    name: string;
    model: string;
    recorded: RecordedPredictions | undefined;
    signal: AbortSignal;
  },
): Promise<Result<{ rows: number }>> {
  for (const file of app) {
    const path = join(options.folder, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.content);
  }
  const extension = app.some((file) => file.path === "serving/self-check.ts") ? ".ts" : ".js";
  const rows = options.recorded?.rows ?? [{}];
  const reply = await askWorker(pathToFileURL(join(options.folder, `serving/self-check${extension}`)), {
    request: { rows, name: options.name, digest: options.model },
    signal: options.signal,
  });
  if (!reply.ok) return fail("invalid-input", `The packaged model does not answer: ${reply.message}`);
  const wrong = firstDifference(reply.predictions, options.recorded?.predictions ?? []);
  if (reply.predictions.length !== rows.length || wrong !== undefined) {
    const which = wrong === undefined ? "has another number of rows" : `differs in row ${wrong}`;
    return fail("invalid-input", `What the packaged model answers ${which} from what was recorded for it.`);
  }
  return ok({ rows: rows.length });
}

async function askWorker(
  entry: URL,
  options: { request: SelfCheckRequest; signal: AbortSignal },
): Promise<SelfCheckReply> {
  options.signal.throwIfAborted();
  // Nothing of this process's flags or environment reaches the check: the image will not have them either.
  const worker = new Worker(entry, { workerData: options.request, env: {}, execArgv: [], stdin: false });
  const stop = () => void worker.terminate();
  options.signal.addEventListener("abort", stop);
  try {
    const reply = await new Promise<SelfCheckReply>((resolve) => {
      worker.once("message", resolve);
      worker.once("error", (error) => resolve({ ok: false, message: String(error) }));
      worker.once("exit", () => resolve({ ok: false, message: "it ended without an answer" }));
    });
    options.signal.throwIfAborted();
    return reply;
  } finally {
    options.signal.removeEventListener("abort", stop);
    await worker.terminate();
  }
}

/** Probabilities may differ by rounding in the last digits; classes and values may not. */
function firstDifference(
  answered: readonly unknown[],
  recorded: RecordedPredictions["predictions"],
): number | undefined {
  const index = recorded.findIndex(({ prediction, probability }, row) => {
    const given = answered[row];
    if (typeof given !== "object" || given === null || !("prediction" in given)) return true;
    if (!isClose(given.prediction, prediction)) return true;
    if (probability === undefined) return false;
    return !("probability" in given) || !isClose(given.probability, probability);
  });
  return index < 0 ? undefined : index;
}

function isClose(given: unknown, wanted: string | number): boolean {
  if (typeof given !== "number" || typeof wanted !== "number") return given === wanted;
  return Math.abs(given - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted));
}
