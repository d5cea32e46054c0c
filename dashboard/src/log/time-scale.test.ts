import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTimeScale, ticksOf } from "./time-scale.ts";

describe("createTimeScale", () => {
  it("places time evenly where nothing is folded", () => {
    const scale = createTimeScale({ from: 1000, to: 3000, folded: [] });
    expect([1000, 1500, 3000].map(scale.place)).toEqual([0, 0.25, 1]);
    expect(scale.folds).toEqual([]);
    expect(scale.shownMs).toBe(2000);
  });

  it("shows a long wait as a narrow gap and the rest at true proportion", () => {
    const scale = createTimeScale({ from: 0, to: 3_602_000, folded: [{ from: 1000, to: 3_601_000 }] });
    expect(scale.place(500)).toBeCloseTo(0.2427, 3);
    expect(scale.place(3_601_500) - scale.place(3_601_000)).toBeCloseTo(scale.place(500), 6);
    expect(scale.folds).toHaveLength(1);
    expect(scale.folds[0]?.milliseconds).toBe(3_600_000);
  });

  it("leaves a wait alone that is shorter than its gap would be", () => {
    expect(createTimeScale({ from: 0, to: 10_000, folded: [{ from: 10, to: 20 }] }).folds).toEqual([]);
  });

  it("never goes backwards, from 0 at the start to 1 at the end", () => {
    const cuts = fc
      .array(fc.integer({ min: 0, max: 10_000 }), { minLength: 2, maxLength: 12 })
      .map((edges) => edges.toSorted((left, right) => left - right))
      .map((edges) =>
        edges.flatMap((edge, index) => {
          const next = edges[index + 1];
          return index % 2 === 0 && next !== undefined ? [{ from: edge, to: next }] : [];
        }),
      );
    fc.assert(
      fc.property(cuts, fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 2 }), (folded, times) => {
        const scale = createTimeScale({ from: 0, to: 10_000, folded });
        const places = times.toSorted((left, right) => left - right).map(scale.place);
        for (const [index, place] of places.entries()) {
          expect(place).toBeGreaterThanOrEqual((places[index - 1] ?? 0) - 1e-12);
          expect(place).toBeLessThanOrEqual(1 + 1e-12);
        }
        expect(scale.place(0)).toBeCloseTo(0, 12);
        expect(scale.place(10_000)).toBeCloseTo(1, 9);
      }),
    );
  });
});

describe("ticksOf", () => {
  it("steps in round lengths, about as many as asked for", () => {
    expect(ticksOf(640, 8)).toEqual([0, 100, 200, 300, 400, 500, 600]);
    expect(ticksOf(60_000, 8)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 10 }), (span) => {
        expect(ticksOf(span, 8).length).toBeLessThanOrEqual(9);
      }),
    );
  });
});
