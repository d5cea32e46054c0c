import { afterEach, describe, expect, it } from "vitest";
import { createSupervisor, type Supervisor } from "#api/boot/supervisor.ts";
import type { RunId } from "#core/contract/ids.ts";
import { loadRun } from "#core/run/load-run.ts";
import { startRun } from "#core/run/start-run.ts";
import { createToy, operator, toyRequest } from "../run/toy-runtime.ts";

const running: Supervisor[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((supervisor) => supervisor.stop()));
});

async function supervised() {
  const toy = createToy();
  const told: string[] = [];
  const driven: string[] = [];
  const supervisor = createSupervisor(toy.runtime, {
    maxConcurrent: 2,
    onError: (runId, error) =>
      told.push(`${runId}: ${error instanceof Error ? error.message : String(error)}`),
    onDriven: (_runId, outcome) => driven.push(outcome),
  });
  running.push(supervisor);
  const start = async (): Promise<RunId> => {
    const started = await startRun(toy.runtime, { request: toyRequest(), by: operator });
    if (!started.ok) throw new Error(started.failure.message);
    return started.value;
  };
  const statusOf = async (runId: RunId) => {
    const loaded = await loadRun(toy.runtime, runId);
    if (!loaded.ok) throw new Error(loaded.failure.message);
    return loaded.value.state.phase.status;
  };
  const idle = async (): Promise<void> => {
    do await new Promise((resolve) => setTimeout(resolve, 5));
    while (supervisor.active().length > 0);
  };
  return { toy, supervisor, start, statusOf, idle, told, driven };
}

describe("the supervisor", () => {
  it("drives runs that are there and runs that come", async () => {
    const { supervisor, start, statusOf, idle, driven } = await supervised();
    const before = await start();
    await supervisor.start();
    const after = await start();
    await idle();
    expect([await statusOf(before), await statusOf(after)]).toEqual(["succeeded", "succeeded"]);
    expect(driven).toEqual(["succeeded", "succeeded"]);
  });

  it("leaves a run to whoever drives it, says nothing, and takes it up when that driver is gone", async () => {
    const { toy, supervisor, start, statusOf, idle, told } = await supervised();
    const runId = await start();
    // A driver that is alive and not this supervisor's.
    const { owner } = toy.runtime;
    const other = await toy.runtime.stores.leases.acquire(runId, { owner, ttlMs: 60_000 });
    expect(other.ok).toBe(true);
    await supervisor.start();
    await idle();
    await supervisor.lookAgain();
    await idle();
    expect(await statusOf(runId)).toBe("queued");
    toy.clock.advance(61_000);
    await supervisor.lookAgain();
    await idle();
    expect(await statusOf(runId)).toBe("succeeded");
    expect(told).toEqual([]);
  });

  it("tells once of a run that nobody can drive, however often it looks", async () => {
    const { toy, supervisor, start, idle, told } = await supervised();
    const runId = await start();
    // The workflow that the run was created with is no longer there.
    const { runtime } = toy;
    const [graph] = runtime.workflows.list();
    if (graph === undefined) throw new Error("no workflow");
    Object.assign(runtime, {
      workflows: { ...runtime.workflows, get: () => ({ ...graph, hash: "f".repeat(64) }) },
    });
    await supervisor.start();
    await idle();
    await supervisor.lookAgain();
    await idle();
    expect(told).toEqual([expect.stringContaining(runId)]);
  });
});
