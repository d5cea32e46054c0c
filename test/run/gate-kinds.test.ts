import { describe, expect, it } from "vitest";
import { GateKind } from "#core/contract/gate.ts";
import { Workflow } from "#core/contract/workflow.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { loadRun } from "#core/run/load-run.ts";
import { resolveGate } from "#core/run/resolve-gate.ts";
import { startRun } from "#core/run/start-run.ts";
import { createToy, operator, toyRequest } from "./toy-runtime.ts";

const detach = new AbortController().signal;

describe("a gate of kind", () => {
  it.each(GateKind.options)("%s pauses the run until it is approved", async (kind) => {
    const workflow = Workflow.parse({
      id: "toy",
      version: "1.0.0",
      description: "One checkpoint, then work.",
      nodes: [
        { id: "look", type: "checkpoint", gate: kind, reason: "Look first." },
        { id: "work", type: "stage", agent: "chief", objective: "Measure.", expects: ["measured"] },
      ],
    });
    const { runtime, world } = createToy({ workflow });
    const started = await startRun(runtime, { request: toyRequest({ approve: "ask" }), by: operator });
    if (!started.ok) throw new Error(started.failure.message);
    const runId = started.value;
    expect(await driveRun(runtime, runId, { reason: "resume", detach })).toMatchObject({ value: "waiting" });
    const loaded = await loadRun(runtime, runId);
    const [record] = loaded.ok ? [...loaded.value.state.gates.values()] : [];
    expect(record?.gate).toMatchObject({
      kind,
      state: "open",
      subject: { kind: "checkpoint", nodeId: "look" },
    });
    expect(world.letters).toEqual([]);
    if (record === undefined) return;
    const { gateId, inputHash } = record.gate;
    await resolveGate(runtime, { runId, gateId, decision: "approved", inputHash, by: operator, comment: "" });
    expect(await driveRun(runtime, runId, { reason: "resume", detach })).toMatchObject({
      value: "succeeded",
    });
    expect(world.letters).toHaveLength(1);
  });
});
