import type { EventView, PayloadView, PipelineRow } from "#api/contract/pipeline.ts";
import { eventView } from "#api/views/event-view.ts";
import { pipelineRow } from "#api/views/pipeline-view.ts";
import { readJsonPayload } from "#core/contract/event-log.ts";
import { RunId } from "#core/contract/ids.ts";
import type { JsonValue } from "#core/contract/json.ts";
import type { LiveUpdate } from "#core/contract/live-channel.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { loadRun } from "#core/run/load-run.ts";
import { resolveGate } from "#core/run/resolve-gate.ts";
import type { Runtime } from "#core/run/runtime.ts";
import { startRun } from "#core/run/start-run.ts";
import { createFakeClock } from "#core/testing/fake-clock.ts";
import { operator, toyRequest } from "#test/run/toy-runtime.ts";
import { createDemoRuntime } from "./demo-runtime.ts";

/** A whole run as the API tells it: for the console's tests. */
export interface Recording {
  runId: string;
  events: EventView[];
  payloads: Map<number, PayloadView>;
  live: LiveUpdate[];
  /** The run's row as the server's own table has it in the end, without what only the request says. */
  row: Omit<PipelineRow, "problem" | "dataName" | "target">;
}

export const demoRequest = {
  problem:
    "Predict who will default on a consumer credit within twelve months, so that reviewers look first at the riskiest applications.",
  target: "default",
  protected: ["sex", "age_group"],
  workflow: "governed_model",
} as const;

/** Runs the demonstration to its end under a fake clock, a person approving each gate an hour later. */
export async function recordRun(options: { untilFirstGate?: boolean } = {}): Promise<Recording> {
  const clock = createFakeClock(Date.UTC(2026, 10, 21, 8));
  const runtime = await createDemoRuntime(clock);
  const started = await startRun(runtime, {
    request: toyRequest({ ...demoRequest, protected: [...demoRequest.protected], approve: "ask" }),
    by: operator,
  });
  if (!started.ok) throw new Error(started.failure.message);
  const runId = started.value;
  const live: LiveUpdate[] = [];
  runtime.live.subscribe(runId, (update) => live.push(update));
  const detach = new AbortController().signal;
  for (;;) {
    const driven = await driveRun(runtime, runId, { reason: "resume", detach });
    if (!driven.ok) throw new Error(driven.failure.message);
    if (driven.value !== "waiting" || options.untilFirstGate === true) break;
    clock.advance(3_600_000);
    await approveOpenGates(runtime, runId);
  }
  const events = await runtime.stores.log.read({ kind: "run", id: runId });
  const payloads = new Map<number, PayloadView>();
  for (const event of events) {
    if (event.payloadRef === undefined) continue;
    const read = await readJsonPayload(runtime.stores.payloads, event.payloadRef);
    if (!read.ok) continue;
    payloads.set(event.seq, {
      state: "present",
      mediaType: event.payloadRef.mediaType,
      json: read.value as JsonValue, // written as JSON
    });
  }
  const row = await runtime.stores.projections.get("runs", runId);
  if (row === undefined) throw new Error("the run has no row");
  const { problem: _p, dataName: _d, target: _t, ...own } = await pipelineRow(runtime, row);
  return { runId, events: events.map(eventView), payloads, live, row: own };
}

async function approveOpenGates(runtime: Runtime, id: string): Promise<void> {
  const runId = RunId.parse(id);
  const loaded = await loadRun(runtime, runId);
  if (!loaded.ok) throw new Error(loaded.failure.message);
  for (const { gate } of loaded.value.state.gates.values()) {
    if (gate.state !== "open") continue;
    const { gateId, inputHash } = gate;
    const resolved = await resolveGate(runtime, {
      runId,
      gateId,
      decision: "approved",
      inputHash,
      by: operator,
      comment: "looks right",
    });
    if (!resolved.ok) throw new Error(resolved.failure.message);
  }
}
