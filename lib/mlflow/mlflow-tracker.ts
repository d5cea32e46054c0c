import { z } from "zod";
import { fail, FailureError, failure, ok, type Result } from "#core/contract/failure.ts";
import type {
  ExperimentTracker,
  TrackedExperiment,
  TrackedFile,
  TrackedRun,
} from "#core/contract/experiment-tracker.ts";
import type { MlflowAddress } from "./mlflow-address.ts";
import { askMlflow, MlflowRefusal, type MlflowClientOptions, type MlflowRequest } from "./mlflow-client.ts";
import { describeModel, modelFiles } from "./mlflow-model.ts";

export interface MlflowTrackerOptions {
  address: Result<MlflowAddress>;
  fetch: typeof fetch;
  wait: MlflowClientOptions["wait"];
  /** Milliseconds since 1970: MLflow wants to know when. */
  now: () => number;
  /** For one request; 10 seconds when absent. */
  timeoutMs?: number;
}

/** Logs runs to an MLflow tracking server over its REST API (2.0). */
export function createMlflowTracker(options: MlflowTrackerOptions): ExperimentTracker {
  const { address } = options;
  return {
    name: "mlflow",
    async log(experiment, { signal }) {
      if (!address.ok) return address;
      const client = { ...options, address: address.value, timeoutMs: options.timeoutMs ?? 10_000 };
      try {
        return ok(await logRun(client, { experiment, signal, now: options.now }));
      } catch (error) {
        if (error instanceof FailureError) return { ok: false, failure: error.failure };
        if (error instanceof MlflowRefusal) return refusal(error);
        if (error instanceof z.ZodError) {
          return fail(
            "tool-failed",
            "the tracking server's answer is none of MLflow's; check MLFLOW_TRACKING_URI",
          );
        }
        throw error;
      }
    },
  };
}

const Experiment = z.object({ experiment: z.object({ experiment_id: z.string() }) });
const NewExperiment = z.object({ experiment_id: z.string() });
const Info = z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string() }) });
const Run = z.object({ run: Info });
const Runs = z.object({ runs: z.array(Info).default([]) });

const KEY_TAG = "swarm.idempotency_key";
/** Limits of one log-batch request, and of a value (MLflow's REST API reference, "Log Batch"). */
const BATCH = { metrics: 1000, params: 100, value: 500, tag: 5000 };

interface Client extends MlflowClientOptions {
  address: MlflowAddress;
}

async function logRun(
  client: Client,
  about: { experiment: TrackedExperiment; signal: AbortSignal; now: () => number },
): Promise<TrackedRun> {
  const { experiment, signal, now } = about;
  const ask = (request: MlflowRequest) => askMlflow(client, request, signal);
  const post = (path: string, json: unknown) =>
    ask({ method: "POST", path: `mlflow/${path}`, json, isRepeatable: true });
  const experimentId = await findExperiment(ask, experiment.experiment ?? client.address.experiment);
  const { run_id: runId, artifact_uri: place } = await findRun(ask, { experiment, experimentId, now: now() });
  const timestamp = now();
  const keyed = (entries: Readonly<Record<string, string>>, limit: number) =>
    Object.entries(entries).map(([key, value]) => ({ key: plainKey(key), value: cut(value, limit) }));
  const params = keyed(experiment.parameters, BATCH.value);
  const metrics = experiment.metrics.map(({ key, value, step }) => ({
    key: plainKey(key),
    value,
    step,
    timestamp,
  }));
  for (let start = 0; start < params.length; start += BATCH.params) {
    await post("runs/log-batch", { run_id: runId, params: params.slice(start, start + BATCH.params) });
  }
  for (let start = 0; start < metrics.length; start += BATCH.metrics) {
    await post("runs/log-batch", { run_id: runId, metrics: metrics.slice(start, start + BATCH.metrics) });
  }
  await post("runs/log-batch", { run_id: runId, tags: keyed(experiment.tags, BATCH.tag) });
  for (const file of experiment.files) await putFile(ask, place, file);
  if (experiment.model !== null) {
    const description = describeModel(experiment.model, {
      runId,
      createdAt: new Date(timestamp),
      path: "model",
    });
    for (const file of modelFiles(description, experiment.model)) await putFile(ask, place, file);
    await post("runs/log-model", { run_id: runId, model_json: JSON.stringify(description) });
  }
  await post("runs/update", { run_id: runId, status: "FINISHED", end_time: now() });
  return { runId, experimentId, url: `${client.address.base}/#/experiments/${experimentId}/runs/${runId}` };
}

type Ask = (request: MlflowRequest) => Promise<unknown>;

/** The experiment's id by its name; made when it does not exist, by whoever comes first. */
async function findExperiment(ask: Ask, name: string): Promise<string> {
  const byName = async () => {
    const path = "mlflow/experiments/get-by-name";
    const found = await ask({ method: "GET", path, query: { experiment_name: name }, isRepeatable: true });
    return Experiment.parse(found).experiment.experiment_id;
  };
  try {
    return await byName();
  } catch (error) {
    if (!(error instanceof MlflowRefusal) || error.code !== "RESOURCE_DOES_NOT_EXIST") throw error;
  }
  try {
    const path = "mlflow/experiments/create";
    const made = await ask({ method: "POST", path, json: { name }, isRepeatable: false });
    return NewExperiment.parse(made).experiment_id;
  } catch (error) {
    if (error instanceof MlflowRefusal && error.code === "RESOURCE_ALREADY_EXISTS") return byName();
    throw error;
  }
}

/**
 * The run of this call: an earlier attempt's, or a new one. Making one is never sent twice blindly: after an end that
 * is unknown, the run is looked for first.
 */
async function findRun(
  ask: Ask,
  about: { experiment: TrackedExperiment; experimentId: string; now: number },
): Promise<z.infer<typeof Info>["info"]> {
  const { experiment, experimentId, now } = about;
  const key = experiment.idempotencyKey.replaceAll(/[^\w.:-]/g, "_");
  const search = async () => {
    const json = { experiment_ids: [experimentId], filter: `tags.\`${KEY_TAG}\` = '${key}'`, max_results: 1 };
    const found = await ask({ method: "POST", path: "mlflow/runs/search", json, isRepeatable: true });
    return Runs.parse(found).runs[0]?.info;
  };
  const earlier = await search();
  if (earlier !== undefined) return earlier;
  const json = {
    experiment_id: experimentId,
    run_name: experiment.runName,
    start_time: now,
    tags: [{ key: KEY_TAG, value: key }],
  };
  try {
    const made = await ask({ method: "POST", path: "mlflow/runs/create", json, isRepeatable: false });
    return Run.parse(made).run.info;
  } catch (error) {
    if (error instanceof MlflowRefusal && error.status < 500) throw error;
    const begun = await search();
    if (begun === undefined) throw error;
    return begun;
  }
}

/** Uploads through the server's artifact proxy; other places would need keys of a storage that Swarm does not hold. */
async function putFile(ask: Ask, place: string, file: TrackedFile): Promise<void> {
  const proxied = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(place)?.[1];
  if (proxied === undefined) {
    throw new FailureError(
      failure(
        "invalid-input",
        "the tracking server keeps artifacts where only its own clients can write; start it with --artifacts-destination and make a new experiment",
      ),
    );
  }
  const path = `${proxied}/${file.path}`.split("/").map(encodeURIComponent).join("/");
  const bytes = { content: file.content, mediaType: file.mediaType };
  await ask({ method: "PUT", path: `mlflow-artifacts/artifacts/${path}`, bytes, isRepeatable: true });
}

/** MLflow's keys: word characters, dashes, periods, spaces, colons and slashes. */
const plainKey = (key: string): string => key.replaceAll(/[^\w\-. :/]/g, "_").slice(0, 250);

const cut = (value: string, limit: number): string =>
  value.length <= limit ? value : `${value.slice(0, limit - 1)}…`;

function refusal(error: MlflowRefusal): { ok: false; failure: ReturnType<typeof failure> } {
  const said = error.message === "" ? "" : `: ${error.message}`;
  if (error.status === 401 || error.status === 403) {
    return fail(
      "tool-failed",
      `the tracking server refused the credentials (${error.status}); set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD`,
    );
  }
  return fail("tool-failed", `the tracking server answered ${error.status} ${error.code}${said}`, {
    retryable: error.status >= 500,
  });
}
