import { basename } from "node:path";
import { FailureError, fail, ok, type Result } from "#core/contract/failure.ts";
import { nearestName } from "#core/registry/nearest-name.ts";
import { RunRequest } from "#core/contract/run-request.ts";
import { RunLimits } from "#core/contract/workflow.ts";
import { isoTime } from "#core/contract/clock.ts";
import { RunId, type Sha256 } from "#core/contract/ids.ts";
import type { OpenedRuntime } from "./open-runtime.ts";
import { inspectData } from "./inspect-data.ts";

/** What an operator gives, from the command line or the API, before it is checked. */
export interface StartOptions {
  problem: string;
  data: { path: string } | { sha256: Sha256; name: string; bytes: number };
  target: string;
  protected: string[];
  timeColumn?: string | undefined;
  workflow?: string | undefined;
  provider?: string | undefined;
  model?: string | undefined;
  approve: "ask" | "auto";
  seed?: number | undefined;
  budgetUsd?: number | undefined;
  /** Instead of a drawn one. */
  runId?: string | undefined;
}

const DEFAULT_WORKFLOW = "governed_model";

/**
 * Checks everything that can be checked before a run exists (the workflow, the provider, the whole file, the target,
 * the named columns) and copies the data in. A failure leaves no run and no half-written file behind.
 */
export async function prepareRequest(
  opened: OpenedRuntime,
  options: StartOptions,
): Promise<Result<RunRequest>> {
  const { runtime, deployment } = opened;
  const workflowId = options.workflow ?? DEFAULT_WORKFLOW;
  const graph = runtime.workflows.get(workflowId);
  if (graph === undefined) return unknown("workflow", workflowId, runtime.workflows.names());
  const provider = checkProvider(opened, options.provider ?? runtime.models.provider);
  if (!provider.ok) return provider;
  const free = await checkRunId(opened, options.runId);
  if (!free.ok) return free;
  if (options.problem.trim() === "") {
    return fail(
      "invalid-input",
      "the problem statement is empty; say in a sentence what shall be predicted and why",
    );
  }
  const epoch = documentTime(opened.environment["SOURCE_DATE_EPOCH"]);
  if (!epoch.ok) return epoch;
  try {
    const { data: source } = options;
    // Looked at where it lies first: what is refused leaves nothing behind.
    const inspected = await inspectData(opened, {
      path: "path" in source ? source.path : await runtime.stores.artifacts.path(source.sha256),
      name: "path" in source ? basename(source.path) : source.name,
      target: options.target,
      protected: options.protected,
      timeColumn: options.timeColumn,
    });
    if (!inspected.ok) return inspected;
    const data = "path" in source ? await importData(opened, source.path) : source;
    const request = RunRequest.safeParse({
      problem: options.problem,
      data,
      target: options.target,
      protected: options.protected,
      ...(options.timeColumn === undefined ? {} : { timeColumn: options.timeColumn }),
      workflow: workflowId,
      approve: options.approve,
      seed: options.seed ?? Math.floor(runtime.random() * 2 ** 31),
      ...(options.provider === undefined ? {} : { provider: options.provider }),
      ...(options.model === undefined ? {} : { model: options.model }),
      limits: RunLimits.parse({
        ...deployment.limits,
        ...graph.workflow.limits,
        ...(options.budgetUsd === undefined ? {} : { maxCostUsd: options.budgetUsd }),
      }),
      ...(epoch.value === undefined ? {} : { documentTime: epoch.value }),
    });
    if (!request.success) {
      const issue = request.error.issues[0];
      return fail(
        "invalid-input",
        `${issue?.path.join(".") ?? "request"}: ${issue?.message ?? "is not valid"}`,
      );
    }
    return ok(request.data);
  } catch (error) {
    if (error instanceof FailureError) return { ok: false, failure: error.failure };
    throw error;
  }
}

/** A run whose agents could ask nobody would only fail later, with its data copied in already. */
function checkProvider({ runtime }: OpenedRuntime, id: string): Result<undefined> {
  const provider = runtime.providers.get(id);
  if (provider === undefined) return unknown("provider", id, runtime.providers.names());
  const { usable, detail } = provider.availability();
  return usable
    ? ok(undefined)
    : fail(
        "missing-part",
        `provider ${id}: ${detail}, or take another with --provider (playbook needs no key)`,
      );
}

async function checkRunId({ runtime }: OpenedRuntime, text: string | undefined): Promise<Result<undefined>> {
  if (text === undefined) return ok(undefined);
  const id = RunId.safeParse(text);
  if (!id.success) {
    return fail(
      "invalid-input",
      `${JSON.stringify(text)} is no run id; it looks like run_ and 6 to 40 letters or digits`,
    );
  }
  if ((await runtime.stores.log.streamHead({ kind: "run", id: id.data })).seq === 0) return ok(undefined);
  return fail(
    "conflict",
    `run ${id.data} exists already; choose another id or look at it with: swarm runs show ${id.data}`,
  );
}

function unknown(noun: string, name: string, known: readonly string[]): ReturnType<typeof fail> {
  const nearest = nearestName(name, known);
  return fail(
    "invalid-input",
    `there is no ${noun} ${name}${nearest === undefined ? "" : `; did you mean ${nearest}?`}${nearest === undefined ? ". " : " "}Known: ${known.join(", ")}`,
  );
}

async function importData(opened: OpenedRuntime, path: string) {
  const { sha256, bytes } = await opened.runtime.importFile(path);
  return { sha256, bytes, name: basename(path) };
}

/** SOURCE_DATE_EPOCH: seconds since 1970, as reproducible builds define it. */
function documentTime(text: string | undefined): Result<string | undefined> {
  if (text === undefined || text === "") return ok(undefined);
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > 253_402_300_799) {
    return fail(
      "invalid-input",
      `SOURCE_DATE_EPOCH is ${JSON.stringify(text)}; it must be whole seconds since 1970`,
    );
  }
  return ok(isoTime(seconds * 1000));
}
