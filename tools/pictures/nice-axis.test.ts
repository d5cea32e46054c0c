import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { niceAxis } from "./nice-axis.ts";

describe("niceAxis", () => {
  it("covers both values with few marks at multiples of its step", () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(value, value, (first, second) => {
        fc.pre(Math.abs(first - second) > 1e-6);
        const [smallest, largest] = [Math.min(first, second), Math.max(first, second)];
        const axis = niceAxis(smallest, largest);
        const slack = axis.step * 1e-6;
        expect(axis.min).toBeLessThanOrEqual(smallest + slack);
        expect(axis.max).toBeGreaterThanOrEqual(largest - slack);
        const marks = (axis.max - axis.min) / axis.step;
        expect(Math.abs(marks - Math.round(marks))).toBeLessThan(1e-6);
        expect(marks).toBeGreaterThanOrEqual(2);
        expect(marks).toBeLessThanOrEqual(8);
      }),
    );
  });

  it("has room even when nothing varies", () => {
    expect(niceAxis(0, 0)).toEqual({ min: 0, max: 1, step: 0.2 });
  });
});
