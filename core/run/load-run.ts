import type { Event } from "#core/contract/event.ts";
import { readJsonPayload } from "#core/contract/event-log.ts";
import { fail, ok, type Result } from "#core/contract/failure.ts";
import type { RunId } from "#core/contract/ids.ts";
import { RunRequest } from "#core/contract/run-request.ts";
import { foldRun } from "#core/events/fold-run.ts";
import type { RunState } from "#core/events/run-state.ts";
import type { Runtime } from "./runtime.ts";

export interface LoadedRun {
  state: RunState;
  request: RunRequest;
  events: Event[];
}

/** Reads and folds a run. Failures: `not-found`; `payload-erased` when its request is gone. */
export async function loadRun(runtime: Pick<Runtime, "stores">, runId: RunId): Promise<Result<LoadedRun>> {
  const events = await runtime.stores.log.read({ kind: "run", id: runId });
  if (events.length === 0) {
    return fail("not-found", `there is no run ${runId}; list the runs with: swarm runs list`, {
      details: { runId },
    });
  }
  const state = foldRun(events);
  const request = await readJsonPayload(runtime.stores.payloads, state.requestRef);
  if (!request.ok) return request;
  return ok({ state, events, request: RunRequest.parse(request.value) });
}
