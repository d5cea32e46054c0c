import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import type { GateRow } from "#api/contract/gates.ts";
import type { PipelineRow } from "#api/contract/pipeline.ts";
import { recordRun } from "#dashboard/testing/record-run.ts";
import type { GatePage, RunPage } from "../api/client.ts";
import { applyLogEvent, bringGatesUpToDate, bringRunsUpToDate } from "./up-to-date.ts";

const recording = await recordRun();
const events = recording.events.map((event) => ({ runId: recording.runId, event }));

const row: PipelineRow = {
  ...recording.row,
  problem: "p",
  dataName: "d",
  target: "t",
  status: "queued",
  events: 1,
};
const page = (items: PipelineRow[]): RunPage => ({ items, total: items.length, limit: 50, offset: 0 });
const gates = (items: GateRow[]): GatePage => ({ items, total: items.length, limit: 100, offset: 0 });
const all = ["runs", { status: "", page: 0 }];
const running = ["runs", { status: "running", page: 0 }];

function lists() {
  const queries = new QueryClient();
  const fresh: PipelineRow = {
    ...row,
    node: null,
    openGates: 0,
    modelCalls: 0,
    toolCalls: 0,
    costUsd: 0,
    artifacts: 0,
  };
  queries.setQueryData(all, page([fresh]));
  queries.setQueryData(running, page([]));
  queries.setQueryData(["gates", "open"], gates([]));
  queries.setQueryData(["gates", "all"], gates([]));
  return queries;
}
const isStale = (queries: QueryClient, key: readonly unknown[]): boolean =>
  queries.getQueryState(key)?.isInvalidated === true;

describe("applyLogEvent", () => {
  it("keeps the list of runs current without asking the server", () => {
    const queries = lists();
    for (const event of events) applyLogEvent(queries, event);
    expect(queries.getQueryData<RunPage>(all)?.items[0]).toMatchObject({
      status: "succeeded",
      events: recording.events.length,
    });
    expect(isStale(queries, all)).toBe(false);
  });

  it("asks for a filtered list again when a run comes to belong on it, and takes it off when it no longer does", () => {
    const queries = lists();
    for (const event of events.slice(0, 2)) applyLogEvent(queries, event);
    expect(isStale(queries, running)).toBe(true);
    queries.setQueryData(running, page([{ ...row, status: "running", events: recording.events.length - 1 }]));
    const last = events.at(-1);
    if (last !== undefined) applyLogEvent(queries, last);
    expect(queries.getQueryData<RunPage>(running)).toMatchObject({ items: [], total: 0 });
  });

  it("asks for the list again when a run begins, and when an event is missing", () => {
    const queries = lists();
    queries.setQueryData(all, page([]));
    const [first] = events;
    if (first !== undefined) applyLogEvent(queries, first);
    expect(isStale(queries, all)).toBe(true);
    const other = lists();
    const fifth = events[4];
    if (fifth !== undefined) applyLogEvent(other, fifth);
    expect(isStale(other, all)).toBe(true);
  });

  it("puts gates on the queue when they open and takes them off when they are decided", () => {
    const queries = lists();
    const opened = events.findIndex(({ event }) => event.type === "gate.opened");
    for (const event of events.slice(0, opened + 1)) applyLogEvent(queries, event);
    expect(queries.getQueryData<GatePage>(["gates", "open"])).toMatchObject({ total: 1 });
    for (const event of events.slice(opened + 1)) applyLogEvent(queries, event);
    expect(queries.getQueryData<GatePage>(["gates", "open"])).toMatchObject({ total: 0, items: [] });
    expect(queries.getQueryData<GatePage>(["gates", "all"])?.items.map((gate) => gate.decision)).toEqual([
      "approved",
      "approved",
    ]);
  });

  it("asks again when a gate is decided that it has never seen", () => {
    const queries = lists();
    const resolved = events.find(({ event }) => event.type === "gate.resolved");
    if (resolved !== undefined) applyLogEvent(queries, resolved);
    expect(isStale(queries, ["gates", "all"])).toBe(true);
    expect(isStale(queries, ["gates", "open"])).toBe(false);
  });
});

describe("bringRunsUpToDate and bringGatesUpToDate", () => {
  it("take in what happened while a list was on its way, whatever it had seen already", () => {
    const old: PipelineRow = { ...recording.row, problem: "p", dataName: "d", target: "t" };
    expect(bringRunsUpToDate(page([old]), events).items).toEqual([old]);
    const late = bringGatesUpToDate(gates([]), "open", events);
    expect(late).toMatchObject({ items: [], total: 0 });
    expect(bringGatesUpToDate(gates([]), "all", events).total).toBe(2);
  });
});
