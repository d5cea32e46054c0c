import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Span, SpanGroup } from "../../../log/timeline-spans.ts";
import { neighbourOf } from "./neighbour.ts";
import { clampWindow, wholeWindow, zoomWindow } from "./time-window.ts";

const span = (id: string, start: number, end: number): Span => ({
  id,
  kind: "tool",
  label: id,
  detail: "",
  state: "done",
  start,
  end,
  isOpen: false,
  busyFrom: start,
  turns: [],
});

describe("zoomWindow", () => {
  it("keeps the place under the pointer where it is", () => {
    const zoomed = zoomWindow(wholeWindow, 0.5, 0.25);
    expect(zoomed).toEqual({ from: 0.125, to: 0.625 });
  });

  it("never shows what lies outside of the run", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, fc.double({ min: 0.01, max: 20, noNaN: true }), share, (from, factor, at) => {
        const view = clampWindow({ from, to: from + 0.3 });
        const zoomed = zoomWindow(view, factor, view.from + at * (view.to - view.from));
        expect(zoomed.from).toBeGreaterThanOrEqual(0);
        expect(zoomed.to).toBeLessThanOrEqual(1 + 1e-9);
        expect(zoomed.to).toBeGreaterThan(zoomed.from);
      }),
    );
  });
});

describe("neighbourOf", () => {
  const groups: SpanGroup[] = [
    { name: "a", lines: [[span("a1", 0, 10), span("a2", 20, 30)]] },
    { name: "b", lines: [[span("b1", 1, 3), span("b2", 21, 22)], [span("b3", 25, 40)]] },
  ];
  const go = (id: string, direction: "left" | "right" | "up" | "down") =>
    neighbourOf(groups, id, direction)?.id;

  it("goes along a line and to the nearest in time on the next", () => {
    expect([go("a1", "right"), go("a2", "left"), go("a2", "down"), go("b2", "down"), go("b3", "up")]).toEqual(
      ["a2", "a1", "b2", "b3", "b2"],
    );
  });

  it("stays where nothing is", () => {
    expect([go("a1", "left"), go("a1", "up"), go("b3", "down")]).toEqual([undefined, undefined, undefined]);
    expect(go("unknown", "right")).toBe("a1");
  });
});
