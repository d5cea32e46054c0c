import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { answerRequest } from "./routes.ts";
import { loadServedModel } from "./served-model.ts";

/** What the packager asks: rows to score, and the answers that were recorded for them, if any were. */
export interface SelfCheckRequest {
  rows: readonly unknown[];
  name: string;
  digest: string;
}

export type SelfCheckReply =
  | { ok: true; health: unknown; predictions: unknown[] }
  | { ok: false; message: string };

/**
 * Runs on a worker thread out of the packaged files: loads the model as the server does and answers `/health` and
 * `/predict` without a socket. Loading from the packaged folder shows that nothing outside of it is needed.
 */
function selfCheck(request: SelfCheckRequest): SelfCheckReply {
  try {
    const file = readFileSync(new URL("../model.json", import.meta.url));
    const model = loadServedModel(file, request);
    const routes = { model, maxRows: 100_000, isReady: () => true, printMetrics: () => "" };
    const ask = (method: string, path: string, body: string) => {
      const bytes = new TextEncoder().encode(body);
      const answer = answerRequest({ method, path, headers: {}, body: bytes }, routes);
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.body.trim()}`);
      return JSON.parse(answer.body) as { predictions?: unknown[] }; // both routes answer with objects
    };
    const health = ask("GET", "/health", "");
    const { predictions = [] } = ask("POST", "/predict", JSON.stringify({ rows: request.rows }));
    return { ok: true, health, predictions };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

// The packager is the only one who starts this file, and this is the shape that it sends.
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort?.postMessage(selfCheck(workerData as SelfCheckRequest));
