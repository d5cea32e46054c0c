import { describe, expect, it } from "vitest";
import { sweepGates } from "#core/ops/sweep-gates.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { loadRun } from "#core/run/load-run.ts";
import { resolveGate } from "#core/run/resolve-gate.ts";
import { startRun } from "#core/run/start-run.ts";
import { createToy, operator, toyRequest, toyWorkflow } from "./toy-runtime.ts";

const HOUR = 3_600_000;
const never = new AbortController().signal;

/** A run that waits at a checkpoint with two hours to live and one to escalation. */
async function waiting() {
  const workflow = {
    ...toyWorkflow,
    nodes: toyWorkflow.nodes.map((node) =>
      node.type === "checkpoint" ? { ...node, ttlHours: 2, escalateHours: 1 } : node,
    ),
  };
  const toy = createToy({ workflow });
  const started = await startRun(toy.runtime, { request: toyRequest({ approve: "ask" }), by: operator });
  if (!started.ok) throw new Error(started.failure.message);
  const runId = started.value;
  await driveRun(toy.runtime, runId, { reason: "resume", detach: never });
  const sweep = () => sweepGates({ ...toy.runtime.stores, clock: toy.clock });
  const gate = async () => {
    const loaded = await loadRun(toy.runtime, runId);
    if (!loaded.ok) throw new Error(loaded.failure.message);
    const record = [...loaded.value.state.gates.values()][0];
    if (record === undefined) throw new Error("no gate");
    return record.gate;
  };
  return { toy, runId, sweep, gate };
}

describe("sweepGates", () => {
  it("leaves a gate alone before its time", async () => {
    const { toy, sweep, gate } = await waiting();
    toy.clock.advance(HOUR - 1000);
    expect(await sweep()).toEqual({ escalated: [], expired: [] });
    expect((await gate()).state).toBe("open");
  });

  it("escalates once, and the gate can still be decided", async () => {
    const { toy, runId, sweep, gate } = await waiting();
    toy.clock.advance(HOUR + 1000);
    expect((await sweep()).escalated).toHaveLength(1);
    expect(await sweep()).toEqual({ escalated: [], expired: [] });
    const open = await gate();
    expect(open).toMatchObject({ state: "open", escalatedAt: expect.any(String) });
    const resolved = await resolveGate(toy.runtime, {
      runId,
      gateId: open.gateId,
      decision: "approved",
      inputHash: open.inputHash,
      by: operator,
    });
    expect(resolved.ok).toBe(true);
    toy.clock.advance(HOUR);
    expect(await sweep()).toEqual({ escalated: [], expired: [] });
  });

  it("escalates before it expires when both are due, and the run then fails naming the gate", async () => {
    const { toy, runId, sweep, gate } = await waiting();
    toy.clock.advance(3 * HOUR);
    const swept = await sweep();
    expect(swept.escalated).toEqual(swept.expired);
    const events = await toy.runtime.stores.log.read({ kind: "run", id: runId });
    expect(events.slice(-2).map((event) => event.type)).toEqual(["gate.escalated", "gate.expired"]);
    expect((await gate()).state).toBe("expired");
    const driven = await driveRun(toy.runtime, runId, { reason: "gate", detach: never });
    expect(driven).toEqual({ ok: true, value: "failed" });
    const loaded = await loadRun(toy.runtime, runId);
    expect(loaded.ok && loaded.value.state.phase).toMatchObject({ failure: { code: "gate-expired" } });
  });
});
