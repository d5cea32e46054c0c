import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import type { Actor } from "#core/contract/actor.ts";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import { RunId, Sha256 } from "#core/contract/ids.ts";
import { hashOfJson, sha256 } from "#core/events/hash.ts";
import { startRun } from "#core/run/start-run.ts";
import type { StartedPipeline, StartPipeline, StartPipelineForm } from "../contract/pipeline.ts";
import { startedView } from "../views/pipeline-view.ts";
import type { OpenedRuntime } from "./open-runtime.ts";
import { servedDataPath } from "./served-data-path.ts";
import { prepareRequest, type StartOptions } from "./start-request.ts";

/** A request to start a run: as JSON about data that is there, or as a form with the data in it. */
export type StartBody =
  | { kind: "json"; body: z.output<typeof StartPipeline> }
  | { kind: "form"; body: StartPipelineForm };

export type StartAnswer =
  | { kind: "started"; view: StartedPipeline; isReplay: boolean }
  /** The key belongs to another request. */
  | { kind: "key-reused" }
  /** The first request with this key is being worked on. */
  | { kind: "in-progress" };

export type StartPipelineCommand = (wanted: {
  start: StartBody;
  by: Actor;
  idempotencyKey: string | undefined;
}) => Promise<Result<StartAnswer>>;

/**
 * Starts runs, each idempotency key at most one: its record is committed with `run.created`, so that a repeat gets the
 * first answer, after a restart and in another process too. A refused request leaves no record; the key stays free.
 */
export function createStartPipeline(opened: OpenedRuntime): StartPipelineCommand {
  const { runtime } = opened;
  const inProgress = new Set<string>();

  const start = async (
    start: StartBody,
    by: Actor,
    record?: { principal: string; key: string; requestHash: Sha256 },
  ): Promise<Result<StartedPipeline>> => {
    const request = await requestFrom(opened, start);
    if (!request.ok) return request;
    const runId = RunId.parse(runtime.ids.next("run"));
    const view = startedView(runId, "queued");
    const started = await startRun(runtime, {
      request: request.value,
      by,
      runId,
      ...(record === undefined ? {} : { idempotency: { ...record, response: { ...view } } }),
    });
    return started.ok ? ok(view) : started;
  };

  return async ({ start: wanted, by, idempotencyKey: key }) => {
    if (key === undefined) {
      const view = await start(wanted, by);
      return view.ok ? ok({ kind: "started", view: view.value, isReplay: false }) : view;
    }
    const principal = `${by.kind}:${by.id}`;
    const place = `${principal} ${key}`;
    if (inProgress.has(place)) return ok({ kind: "in-progress" });
    inProgress.add(place);
    try {
      const requestHash = await hashOfStart(wanted);
      const earlier = async (): Promise<StartAnswer | undefined> => {
        const found = await runtime.stores.log.findIdempotency(principal, key);
        if (found === undefined) return undefined;
        if (found.requestHash !== requestHash) return { kind: "key-reused" };
        const view = found.response as StartedPipeline; // written below, with the run
        return { kind: "started", view, isReplay: true };
      };
      const before = await earlier();
      if (before !== undefined) return ok(before);
      const view = await start(wanted, by, { principal, key, requestHash });
      if (view.ok) return ok({ kind: "started", view: view.value, isReplay: false });
      // Another process may have been first with this key.
      const meanwhile = view.failure.code === "conflict" ? await earlier() : undefined;
      return meanwhile === undefined ? view : ok(meanwhile);
    } finally {
      inProgress.delete(place);
    }
  };
}

async function hashOfStart(start: StartBody): Promise<Sha256> {
  if (start.kind === "json") return hashOfJson({ to: "POST /pipelines", body: start.body });
  const { data, ...fields } = start.body;
  const digest = sha256(new Uint8Array(await data.arrayBuffer()));
  return hashOfJson({ to: "POST /pipelines", body: fields, data: { name: data.name, sha256: digest } });
}

async function requestFrom(opened: OpenedRuntime, start: StartBody) {
  if (start.kind === "json") {
    const { dataset, datasetPath, problemStatement, ...rest } = start.body;
    const data = await namedData(opened, { dataset, datasetPath });
    if (!data.ok) return data;
    return prepareRequest(opened, { ...rest, problem: problemStatement, data: data.value });
  }
  const { data, problemStatement, ...rest } = start.body;
  // A folder of its own, so that the file can keep its name.
  const folder = join(opened.home.scratch, opened.runtime.ids.next("call"));
  try {
    await mkdir(folder);
    const path = join(folder, fileName(data.name));
    await writeFile(path, new Uint8Array(await data.arrayBuffer()));
    return await prepareRequest(opened, { ...rest, problem: problemStatement, data: { path } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function namedData(
  opened: OpenedRuntime,
  { dataset, datasetPath }: Pick<z.output<typeof StartPipeline>, "dataset" | "datasetPath">,
): Promise<Result<StartOptions["data"]>> {
  if (dataset !== undefined && datasetPath === undefined) {
    const digest = Sha256.safeParse(dataset.sha256);
    const { artifacts } = opened.stores;
    if (!digest.success || !(await artifacts.has(digest.data))) {
      return fail(
        "not-found",
        `no data with the digest ${dataset.sha256} was uploaded; send it to POST /api/v1/datasets first`,
      );
    }
    const { size } = await stat(await artifacts.path(digest.data));
    return ok({ sha256: digest.data, name: dataset.name, bytes: size });
  }
  if (datasetPath !== undefined && dataset === undefined) {
    const path = await servedDataPath(datasetPath, opened.environment);
    return path.ok ? ok({ path: path.value }) : path;
  }
  return fail(
    "invalid-input",
    "give either `dataset` (from an upload) or `datasetPath`, or send a form with the file as `data`",
  );
}

/** The last part of a client's file name with nothing in it that a file system could take for more than a name. */
export function fileName(given: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? "";
  const plain = last.replaceAll(/[^\p{L}\p{N}._ -]/gu, "_").replace(/^\.+/, "");
  const cut = plain.length > 100 ? plain.slice(-100) : plain;
  return cut === "" ? "data.csv" : cut;
}
