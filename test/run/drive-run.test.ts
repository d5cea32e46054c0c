import { describe, expect, it } from "vitest";
import type { RunId } from "#core/contract/ids.ts";
import { requestCancel } from "#core/run/cancel-run.ts";
import { type DriveOutcome, type DriveReason, driveRun } from "#core/run/drive-run.ts";
import { loadRun } from "#core/run/load-run.ts";
import { resolveGate, viewGate } from "#core/run/resolve-gate.ts";
import { runResult } from "#core/run/run-result.ts";
import { startRun } from "#core/run/start-run.ts";
import { createHumanInTheLoopSource } from "#core/policy/rule-sources.ts";
import { createToy, operator, type Toy, toyRequest } from "./toy-runtime.ts";

const never = new AbortController().signal;

async function start(toy: Toy, request = toyRequest()): Promise<RunId> {
  const started = await startRun(toy.runtime, { request, by: operator });
  if (!started.ok) throw new Error(started.failure.message);
  return started.value;
}
async function drive(toy: Toy, runId: RunId, reason: DriveReason = "resume"): Promise<DriveOutcome> {
  const driven = await driveRun(toy.runtime, runId, { reason, detach: never });
  if (!driven.ok) throw new Error(driven.failure.message);
  return driven.value;
}
async function stateOf(toy: Toy, runId: RunId) {
  const loaded = await loadRun(toy.runtime, runId);
  if (!loaded.ok) throw new Error(loaded.failure.message);
  return loaded.value.state;
}
async function typesOf(toy: Toy, runId: RunId): Promise<string[]> {
  return (await toy.runtime.stores.log.read({ kind: "run", id: runId })).map((event) => event.type);
}

describe("driveRun", () => {
  it("drives a run through stages, router and checkpoint to its end", async () => {
    const toy = createToy();
    const runId = await start(toy);
    expect(await drive(toy, runId)).toBe("succeeded");
    const state = await stateOf(toy, runId);
    expect(state.visits.map(({ nodeId, status }) => `${nodeId}:${status}`)).toEqual([
      "work:finished",
      "long_enough:finished",
      "look:finished",
      "again:finished",
    ]);
    expect([...state.invocations.values()].map(({ agent, depth }) => `${depth}:${agent}`)).toEqual([
      "0:chief",
      "1:lead",
      "2:hand",
      "0:chief",
      "1:lead",
      "2:hand",
    ]);
    expect(toy.world.letters).toHaveLength(2);
    expect(runResult(state, { workDir: "/w", now: toy.clock.now() })).toMatchObject({
      status: "succeeded",
      gates: [{ kind: "manual", state: "approved" }],
      artifacts: [{ kind: "metrics", path: "/w/measure.json" }],
    });
  });

  it("records, for each call, intent before and result after, and decides before it starts", async () => {
    const toy = createToy();
    const runId = await start(toy);
    await drive(toy, runId);
    const events = await toy.runtime.stores.log.read({ kind: "run", id: runId });
    const first = events.find(
      (event) => event.type === "tool.requested" && event.data["tool"] === "write_note",
    );
    const callId = first?.data["callId"];
    const steps = events.filter((event) => event.data["callId"] === callId).map((event) => event.type);
    expect(steps).toEqual(["tool.requested", "permission.decided", "tool.started", "tool.finished"]);
  });

  it("pauses at a gate without a driver, and goes on at the same step in another process", async () => {
    const toy = createToy();
    const runId = await start(toy, toyRequest({ approve: "ask" }));
    expect(await drive(toy, runId)).toBe("waiting");
    const lettersBefore = toy.world.letters.length;
    const state = await stateOf(toy, runId);
    expect(state.phase.status).toBe("waiting");
    const gateId = [...state.gates.keys()][0];
    if (gateId === undefined) throw new Error("no gate");

    const later = toy.restart();
    later.clock.advance(48 * 3600 * 1000);
    const viewed = await viewGate(later.runtime, runId, gateId);
    if (!viewed.ok) throw new Error(viewed.failure.message);
    expect(viewed.value.shown).toMatchObject({ facts: { measured: { length: 5 } } });
    const resolved = await resolveGate(later.runtime, {
      runId,
      gateId,
      decision: "approved",
      inputHash: viewed.value.gate.inputHash,
      by: operator,
      comment: "fine",
    });
    expect(resolved).toMatchObject({ ok: true, value: { state: "resolved", decision: "approved" } });
    expect(await drive(later, runId, "gate")).toBe("succeeded");
    expect(toy.world.letters.length).toBe(lettersBefore + 1);
  });

  it("ends as failed, naming the person, when a checkpoint is rejected", async () => {
    const toy = createToy();
    const runId = await start(toy, toyRequest({ approve: "ask" }));
    await drive(toy, runId);
    const gate = [...(await stateOf(toy, runId)).gates.values()][0]?.gate;
    if (gate === undefined) throw new Error("no gate");
    await resolveGate(toy.runtime, {
      runId,
      gateId: gate.gateId,
      decision: "rejected",
      inputHash: gate.inputHash,
      by: operator,
    });
    expect(await drive(toy, runId)).toBe("failed");
    expect((await stateOf(toy, runId)).phase).toMatchObject({
      failure: { code: "gate-rejected", message: expect.stringContaining("ada") },
    });
  });

  it("refuses an approval for an input other than the one shown, and decides nothing", async () => {
    const toy = createToy();
    const runId = await start(toy, toyRequest({ approve: "ask" }));
    await drive(toy, runId);
    const gate = [...(await stateOf(toy, runId)).gates.values()][0]?.gate;
    if (gate === undefined) throw new Error("no gate");
    const refused = await resolveGate(toy.runtime, {
      runId,
      gateId: gate.gateId,
      decision: "approved",
      inputHash: "0".repeat(64),
      by: operator,
    });
    expect(refused).toMatchObject({ ok: false, failure: { code: "gate-input-changed" } });
    expect((await stateOf(toy, runId)).gates.get(gate.gateId)?.gate.state).toBe("open");
  });

  it("refuses an approval by somebody below the gate's role, and a second decision", async () => {
    const toy = createToy();
    const runId = await start(toy, toyRequest({ approve: "ask" }));
    await drive(toy, runId);
    const gate = [...(await stateOf(toy, runId)).gates.values()][0]?.gate;
    if (gate === undefined) throw new Error("no gate");
    const decide = (role: "viewer" | "operator") =>
      resolveGate(toy.runtime, {
        runId,
        gateId: gate.gateId,
        decision: "approved",
        inputHash: gate.inputHash,
        by: { kind: "user", id: "bob", role },
      });
    expect(await decide("viewer")).toMatchObject({ failure: { code: "forbidden" } });
    expect(await decide("operator")).toMatchObject({ ok: true });
    expect(await decide("operator")).toMatchObject({ failure: { code: "conflict" } });
  });

  it("executes only approved arguments: an edit is approved for exactly what it says", async () => {
    const asks = createHumanInTheLoopSource([
      { tool: "send_letter", gate: "security", reason: "letters leave the house" },
    ]);
    const toy = createToy({ sources: [asks] });
    const runId = await start(toy, toyRequest({ approve: "ask", problem: "hi" }));
    expect(await drive(toy, runId)).toBe("waiting");
    expect(toy.world.letters).toEqual([]);
    const gate = [...(await stateOf(toy, runId)).gates.values()][0]?.gate;
    if (gate === undefined) throw new Error("no gate");
    expect(gate.kind).toBe("security");
    await resolveGate(toy.runtime, {
      runId,
      gateId: gate.gateId,
      decision: "edited",
      inputHash: gate.inputHash,
      by: operator,
      input: { text: "a kinder letter" },
    });
    // The short problem takes the other way and comes to the same gate in the second stage.
    expect(await drive(toy, runId, "gate")).toBe("waiting");
    expect(toy.world.letters).toEqual(["a kinder letter"]);
    const second = [...(await stateOf(toy, runId)).gates.values()].find(
      (one) => one.gate.state === "open",
    )?.gate;
    if (second === undefined) throw new Error("no second gate");
    await resolveGate(toy.runtime, {
      runId,
      gateId: second.gateId,
      decision: "rejected",
      inputHash: second.inputHash,
      by: operator,
      comment: "one is enough",
    });
    expect(await drive(toy, runId, "gate")).toBe("succeeded");
    expect(toy.world.letters).toHaveLength(1);
    const refused = (await stateOf(toy, runId)).calls.values().find((call) => call.end?.kind === "refused");
    expect(refused?.end).toMatchObject({
      by: "gate",
      failure: { message: expect.stringContaining("one is enough") },
    });
  });

  it("shows a denial to the agent as a result it can act on, with the rule that denied", async () => {
    const toy = createToy({
      sources: [
        {
          source: "operator-policy",
          rulesFor: () => [
            {
              id: "no-notes",
              source: "operator-policy",
              behaviour: "deny",
              priority: 50,
              invariant: false,
              reason: "no notes today",
              tool: "write_note",
            },
          ],
        },
      ],
    });
    const runId = await start(toy);
    expect(await drive(toy, runId)).toBe("succeeded");
    expect(toy.world.notes.size).toBe(0);
    // The worker's playbook skips the letter after a refused note.
    expect(toy.world.letters).toEqual([]);
    const { rows } = await toy.runtime.stores.projections.list("permission_denials", {
      where: { run_id: runId },
    });
    expect(rows[0]).toMatchObject({
      tool: "write_note",
      agent: "hand",
      source: "operator-policy",
      rule: "no-notes",
    });
  });

  it("stops before the next call when a cap is reached, naming it", async () => {
    const toy = createToy();
    const runId = await start(toy, toyRequest({ limits: { maxToolCalls: 4 } }));
    expect(await drive(toy, runId)).toBe("failed");
    expect((await stateOf(toy, runId)).phase).toMatchObject({
      failure: { code: "limit-exceeded", details: { limit: "maxToolCalls", used: 4, max: 4 } },
    });
    expect(toy.world.letters).toEqual([]);
    expect(await typesOf(toy, runId)).toContain("limit.reached");
  });

  it("ends as cancelled when asked while waiting, withdraws the gate and keeps what was made", async () => {
    const toy = createToy();
    const runId = await start(toy, toyRequest({ approve: "ask" }));
    await drive(toy, runId);
    expect(await requestCancel(toy.runtime, { runId, by: operator, reason: "enough" })).toEqual({
      ok: true,
      value: "requested",
    });
    expect(await drive(toy, runId)).toBe("cancelled");
    const state = await stateOf(toy, runId);
    expect([...state.gates.values()][0]?.gate.state).toBe("withdrawn");
    expect(state.artifacts.size).toBe(1);
    expect(await requestCancel(toy.runtime, { runId, by: operator, reason: "again" })).toMatchObject({
      failure: { code: "conflict" },
    });
  });

  it("refuses a handover below the allowed depth as a result that the agent can act on", async () => {
    const toy = createToy();
    const runId = await start(toy, toyRequest({ limits: { maxDepth: 1 } }));
    await drive(toy, runId);
    const refused = [...(await stateOf(toy, runId)).calls.values()].find(
      (call) => call.tool === "transfer_to_hand",
    );
    expect(refused?.end).toMatchObject({
      kind: "refused",
      by: "limit",
      failure: { code: "limit-exceeded", details: { limit: "maxDepth" } },
    });
  });

  it("gives the caller of a handover the delegate's summary and everything its tree established", async () => {
    const toy = createToy();
    const runId = await start(toy);
    await drive(toy, runId);
    const handover = [...(await stateOf(toy, runId)).calls.values()].find(
      (call) => call.tool === "transfer_to_lead",
    );
    if (handover?.end?.kind !== "finished") throw new Error("the handover should have finished");
    const read = await toy.runtime.stores.payloads.read(handover.end.outputRef);
    const shown: unknown = read.ok ? JSON.parse(new TextDecoder().decode(read.value)) : undefined;
    expect(shown).toMatchObject({
      output: { agent: "lead", outcome: "done", summary: expect.stringContaining("all done") },
      facts: { measured: { length: 5 }, note: { text: "note: hello" }, letter: { text: "letter: hello" } },
    });
  });

  it("has one driver: a second one is refused while the first lives", async () => {
    const toy = createToy();
    const runId = await start(toy);
    const lease = await toy.runtime.stores.leases.acquire(runId, { owner: toy.runtime.owner, ttlMs: 60_000 });
    expect(lease.ok).toBe(true);
    const other = { ...toy.runtime, owner: "somebody else" };
    expect(await driveRun(other, runId, { reason: "resume", detach: never })).toMatchObject({
      failure: { code: "conflict" },
    });
  });

  it("refuses to go on with another workflow than the one the run began with", async () => {
    const toy = createToy();
    const runId = await start(toy, toyRequest({ approve: "ask" }));
    await drive(toy, runId);
    const changed = toy.restart({
      workflow: { ...(toy.runtime.workflows.get("toy")?.workflow ?? ({} as never)), description: "changed" },
    });
    expect(await driveRun(changed.runtime, runId, { reason: "resume", detach: never })).toMatchObject({
      failure: { code: "stale-precondition", message: expect.stringContaining("toy") },
    });
  });
});
