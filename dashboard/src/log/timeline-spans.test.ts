import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordRun } from "#dashboard/testing/record-run.ts";
import { emptyReading, extendReading } from "./run-reading.ts";
import { packLines, type Span, timelineGroups } from "./timeline-spans.ts";

const recording = await recordRun();

const span = (start: number, end: number): Span => ({
  id: `${start}-${end}`,
  kind: "tool",
  label: "t",
  detail: "",
  state: "done",
  start,
  end,
  isOpen: false,
  busyFrom: start,
  turns: [],
});

describe("timelineGroups", () => {
  const { state, trace } = extendReading(emptyReading(recording.runId), recording.events);
  if (state === undefined) throw new Error("no state");
  const groups = timelineGroups(state, trace, 0);

  it("has a band for the workflow, each depth of agents and the tools", () => {
    expect(groups.map((group) => group.name)).toEqual([
      "Workflow",
      "Directors",
      "Coordinators",
      "Workers",
      "Tools",
    ]);
  });

  it("gives every span its true start and length", () => {
    const load = groups
      .at(-1)
      ?.lines.flat()
      .find((one) => one.label === "load_dataset");
    const started = recording.events.find(
      (event) => event.type === "tool.started" && event.data["tool"] === "load_dataset",
    );
    const finished = recording.events.find(
      (event) => event.type === "tool.finished" && event.data["tool"] === "load_dataset",
    );
    expect(load?.start).toBe(Date.parse(started?.at ?? ""));
    expect(load?.end).toBe(Date.parse(finished?.at ?? ""));
  });

  it("tells waiting for a person from working in a call that was asked about", () => {
    const packaged = groups
      .at(-1)
      ?.lines.flat()
      .find((one) => one.label === "package_model");
    expect((packaged?.busyFrom ?? 0) - (packaged?.start ?? 0)).toBe(3_600_000);
  });

  it("lets what is open end now, and at the run's end once that has come", () => {
    const half = extendReading(emptyReading(recording.runId), recording.events.slice(0, 40));
    if (half.state === undefined) throw new Error("no state");
    const now = Date.parse(half.state.lastEventAt) + 5000;
    const open = timelineGroups(half.state, half.trace, now)
      .flatMap((group) => group.lines.flat())
      .filter((one) => one.isOpen);
    expect(open.length).toBeGreaterThan(2);
    expect(open.every((one) => one.end === now)).toBe(true);
  });

  it("draws the model calls of an agent inside its span", () => {
    for (const one of groups.flatMap((group) => group.lines.flat()))
      for (const turn of one.turns) {
        expect(turn.start).toBeGreaterThanOrEqual(one.start);
        expect(turn.end).toBeLessThanOrEqual(one.end);
      }
  });
});

describe("packLines", () => {
  it("puts no two spans that overlap on one line and loses none", () => {
    const spans = fc
      .array(fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 200 })), { maxLength: 60 })
      .map((pairs) => pairs.map(([start, length]) => span(start, start + length)));
    fc.assert(
      fc.property(spans, (given) => {
        const lines = packLines(given);
        expect(lines.flat()).toHaveLength(given.length);
        for (const line of lines)
          for (const [index, one] of line.entries()) {
            const next = line[index + 1];
            if (next !== undefined) expect(one.end).toBeLessThanOrEqual(next.start);
          }
      }),
    );
  });

  it("needs one line where nothing overlaps, and two where two do", () => {
    expect(packLines([span(0, 5), span(5, 9), span(9, 12)])).toHaveLength(1);
    expect(packLines([span(0, 5), span(4, 9), span(9, 12)])).toHaveLength(2);
  });
});
