import { describe, expect, it } from "vitest";
import type { PipelineRow } from "#api/contract/pipeline.ts";
import { recordRun } from "#dashboard/testing/record-run.ts";
import { evolveGateRow } from "./evolve-gate-row.ts";
import { evolveRunRow } from "./evolve-run-row.ts";

const recording = await recordRun();
const [created, ...later] = recording.events;
if (created === undefined) throw new Error("an empty recording");

const fresh: PipelineRow = {
  runId: recording.runId,
  status: "queued",
  workflow: "governed_model",
  problem: "p",
  dataName: "d",
  target: "t",
  node: null,
  openGates: 0,
  createdBy: "ada",
  createdAt: created.at,
  startedAt: null,
  endedAt: null,
  failure: null,
  toolCalls: 0,
  modelCalls: 0,
  costUsd: 0,
  artifacts: 0,
  events: 1,
};

function evolved(count: number): PipelineRow {
  let row = fresh;
  for (const event of later.slice(0, count)) {
    const change = evolveRunRow(row, event);
    if (change.kind !== "row") throw new Error(`event ${event.seq} gave ${change.kind}`);
    row = change.row;
  }
  return row;
}

describe("evolveRunRow", () => {
  it("brings a row to what the server's own table says at the end", () => {
    // The same numbers as lib/stores keeps them for this run, row `runs` of the memory store.
    expect(evolved(later.length)).toMatchObject({
      ...recording.row,
      problem: "p",
      dataName: "d",
      target: "t",
    });
  });

  it("counts open gates up and down", () => {
    const opened = later.findIndex((event) => event.type === "gate.opened");
    expect(evolved(opened + 1).openGates).toBe(1);
    const resolved = later.findIndex((event) => event.type === "gate.resolved");
    expect(evolved(resolved + 1).openGates).toBe(0);
    expect(evolved(resolved).status).toBe("waiting");
  });

  it("passes over what the row has counted already", () => {
    const row = evolved(20);
    for (const event of later.slice(0, 20)) expect(evolveRunRow(row, event)).toEqual({ kind: "same" });
  });

  it("does not guess when it has missed something", () => {
    const event = later[5];
    if (event === undefined) throw new Error("too short");
    expect(evolveRunRow(fresh, event)).toEqual({ kind: "unknown" });
  });
});

describe("evolveGateRow", () => {
  const gateEvents = recording.events.filter((event) => event.type.startsWith("gate."));

  it("follows a gate from its opening to its decision", () => {
    const [opened, resolved] = gateEvents;
    if (opened === undefined || resolved === undefined) throw new Error("no gate");
    const open = evolveGateRow(undefined, { runId: recording.runId, event: opened });
    expect(open).toMatchObject({ state: "open", kind: "deploy", subject: "deploy_gate", decision: null });
    const decided = evolveGateRow(open, { runId: recording.runId, event: resolved });
    expect(decided).toMatchObject({ state: "resolved", decision: "approved", resolvedBy: "ada" });
    expect(evolveGateRow(decided, { runId: recording.runId, event: opened })).toEqual(decided);
  });

  it("says nothing of a gate that it does not know", () => {
    const [, resolved] = gateEvents;
    if (resolved === undefined) throw new Error("no gate");
    expect(evolveGateRow(undefined, { runId: recording.runId, event: resolved })).toBeUndefined();
  });
});
