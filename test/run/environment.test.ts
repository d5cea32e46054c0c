import { describe, expect, it } from "vitest";
import type { RunId } from "#core/contract/ids.ts";
import { foldRun } from "#core/events/fold-run.ts";
import { driveRun } from "#core/run/drive-run.ts";
import { startRun } from "#core/run/start-run.ts";
import { sampleEnvironment } from "#core/testing/sample-environment.ts";
import { createToy, operator, type Toy, toyRequest } from "./toy-runtime.ts";

const never = new AbortController().signal;

async function begin(toy: Toy): Promise<RunId> {
  const request = toyRequest({ approve: "ask", seed: 0 });
  const started = await startRun(toy.runtime, { request, by: operator });
  if (!started.ok) throw new Error(started.failure.message);
  return started.value;
}
const drive = (toy: Toy, runId: RunId) => driveRun(toy.runtime, runId, { reason: "resume", detach: never });
const eventsOf = (toy: Toy, runId: RunId) => toy.runtime.stores.log.read({ kind: "run", id: runId });

describe("what a run is made with", () => {
  it("is recorded with seed, data and request before the first step", async () => {
    const toy = createToy();
    const runId = await begin(toy);
    await drive(toy, runId);
    const events = await eventsOf(toy, runId);
    expect(events.slice(0, 4).map(({ type }) => type)).toEqual([
      "run.created",
      "run.started",
      "run.environment-recorded",
      "node.started",
    ]);
    const { sha256, record } = sampleEnvironment();
    expect(events[0]?.data).toMatchObject({
      seed: 0,
      dataSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      requestHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(events[2]?.data).toEqual({ drive: 1, sha256, environment: record });
    const started = events.find(({ type }) => type === "tool.started");
    const requested = events.find(({ type }) => type === "tool.requested");
    expect(requested?.data["inputHash"], "a call's arguments are bound before it starts").toBe(
      started?.data["inputHash"],
    );
    expect(requested?.seq).toBeLessThan(started?.seq ?? 0);
  });

  it("is recorded again by a drive with another environment, and only then", async () => {
    const toy = createToy();
    const runId = await begin(toy);
    await drive(toy, runId);
    await drive(toy.restart(), runId);
    expect(foldRun(await eventsOf(toy, runId)).environments).toHaveLength(1);
    const updated = sampleEnvironment({ packages: { status: "no-lock-file" } });
    await drive(toy.restart({ environment: updated }), runId);
    const { environments } = foldRun(await eventsOf(toy, runId));
    expect(environments).toEqual([
      { drive: 1, ...sampleEnvironment() },
      { drive: 3, ...updated },
    ]);
  });
});
