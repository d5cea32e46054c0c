import { describe, expect, it } from "vitest";
import { recordRun } from "#dashboard/testing/record-run.ts";
import { describeEvent, toneOf } from "./describe-event.ts";
import { emptyReading, extendReading } from "./run-reading.ts";
import { costTable } from "./cost-table.ts";

const recording = await recordRun();
const whole = () => extendReading(emptyReading(recording.runId), recording.events);

describe("extendReading", () => {
  it("comes to the state that the runtime comes to", () => {
    const { state } = whole();
    expect(state?.phase.status).toBe("succeeded");
    expect(state?.lastSeq).toBe(recording.events.length);
    expect(state?.head).toBe(recording.events.at(-1)?.hash);
    expect(Object.keys(state?.facts ?? {})).toEqual(
      expect.arrayContaining([
        "data",
        "model",
        "metrics",
        "fairness",
        "drift",
        "explanation",
        "package",
        "audit",
      ]),
    );
    expect(state?.factHistory.get("fairness")).toHaveLength(2);
  });

  it("gives the same reading whether events come at once or one by one", () => {
    let single = emptyReading(recording.runId);
    for (const event of recording.events) single = extendReading(single, [event]);
    expect({ ...single, version: 0 }).toEqual({ ...whole(), version: 0 });
  });

  it("knows when each call was asked for, decided, started and ended", () => {
    const { state, trace } = whole();
    for (const call of state?.calls.values() ?? []) {
      const seen = trace.calls.get(call.callId);
      expect(seen?.inputs.length).toBeGreaterThan(0);
      expect(seen?.decisions.length).toBeGreaterThan(0);
      expect(seen?.attempts).toHaveLength(1);
      expect(seen?.endedAt).toBeDefined();
      expect(Date.parse(seen?.inputs[0]?.at ?? "")).toBeLessThanOrEqual(Date.parse(seen?.endedAt ?? ""));
    }
  });

  it("finds the content of every message, argument and result at the event that it names", () => {
    const { trace } = whole();
    for (const { taskSeq, turns } of trace.invocations.values()) {
      expect(recording.payloads.get(taskSeq)).toMatchObject({ json: { task: expect.any(String) } });
      for (const turn of turns)
        expect(recording.payloads.get(turn.messageSeq ?? 0)).toMatchObject({ json: { role: "assistant" } });
    }
    for (const call of trace.calls.values()) {
      expect(recording.payloads.has(call.inputs[0]?.seq ?? 0)).toBe(true);
      expect(recording.payloads.get(call.outputSeq ?? 0)).toMatchObject({
        json: { output: expect.anything() },
      });
    }
    for (const gate of trace.gates.values()) {
      expect(recording.payloads.has(gate.shownSeq)).toBe(true);
      expect(recording.payloads.get(gate.answerSeq ?? 0)).toMatchObject({ json: { comment: "looks right" } });
    }
  });

  it("knows which artifacts a call made and which edges were taken how often", () => {
    const { state, trace } = whole();
    const evaluated = [...(state?.calls.values() ?? [])].find((call) => call.tool === "evaluate_model");
    expect(trace.calls.get(evaluated?.callId ?? "")?.artifacts.map(({ name }) => name)).toEqual([
      "metrics.json",
    ]);
    expect(trace.taken.get("assess>fairness_gate")).toBe(2);
    expect(trace.taken.get("fairness_gate>mitigate")).toBe(1);
    expect(trace.taken.get("fairness_gate>fairness_waiver")).toBeUndefined();
    expect(trace.routes.map((route) => route.to)).toEqual(["mitigate", "drift_gate", "document"]);
  });

  it("keeps the waits for people as stretches with both ends", () => {
    const { trace } = whole();
    expect(trace.pauses).toHaveLength(2);
    for (const pause of trace.pauses)
      expect(Date.parse(pause.to ?? "") - Date.parse(pause.from)).toBe(3_600_000);
  });
});

describe("describeEvent", () => {
  it("has words for every event of a run, and never an id where a name is known", () => {
    const { events, state } = whole();
    for (const { event } of events) {
      const text = describeEvent(state, event);
      expect(text).not.toBe("");
      expect(text).not.toMatch(/undefined|\[object|inv_|gate_1p/);
      expect(["plain", "good", "bad", "ask"]).toContain(toneOf(event));
    }
  });
});

describe("costTable", () => {
  it("adds up to what the run counts for itself", () => {
    const { state, trace } = whole();
    if (state === undefined) throw new Error("no state");
    const { rows, total } = costTable(state, trace);
    expect(total.costUsd).toBeCloseTo(state.usage.costUsd, 9);
    expect(total.inputTokens).toBe(state.usage.inputTokens);
    expect(total.outputTokens).toBe(state.usage.outputTokens);
    expect(total.modelCalls).toBe(state.usage.modelCalls);
    expect(total.toolCalls + total.handovers).toBe(state.usage.toolCalls);
    expect(total.unpricedCalls).toBe(state.usage.unpricedCalls);
    expect(rows.map((row) => row.agent)).toContain("model_packager");
    expect(rows.map((row) => row.costUsd)).toEqual(rows.map((row) => row.costUsd).toSorted((a, b) => b - a));
  });

  it("adds up after every single event", () => {
    let reading = emptyReading(recording.runId);
    for (const event of recording.events) {
      reading = extendReading(reading, [event]);
      if (reading.state === undefined) continue;
      const { total } = costTable(reading.state, reading.trace);
      expect(total.modelCalls).toBe(reading.state.usage.modelCalls);
      expect(total.costUsd).toBeCloseTo(reading.state.usage.costUsd, 9);
    }
  });
});
