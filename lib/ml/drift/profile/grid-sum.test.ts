import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CutIndex } from "./cut-index.ts";
import { GridSum } from "./grid-sum.ts";

describe("a sum on a grid", () => {
  it("is near the sum, and the same in any order and however it was spread over merged sums", () => {
    const value = fc.oneof(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 50 }), fc.nat(50), (values, cut) => {
        const [whole, first, second] = [new GridSum(2), new GridSum(2), new GridSum(2)];
        for (const one of values) whole.add(one);
        for (const one of values.slice(cut).toReversed()) first.add(one);
        for (const one of values.slice(0, cut)) second.add(one);
        first.merge(second);
        expect(first.value()).toBe(whole.value());
        const plain = values.reduce((sum, one) => sum + one, 0);
        expect(Math.abs(whole.value() - plain)).toBeLessThan(1e-8);
      }),
    );
  });

  it.each([0, 1e-300, 1e280])("works where the scale %d leaves no room for steps", (scale) => {
    const sum = new GridSum(scale);
    for (const one of [0.1, 0.2, 1e20, -1e20]) sum.add(one);
    expect(sum.value()).toBeCloseTo(0.3, 12);
  });
});

describe("an index of cuts", () => {
  it("finds the first cut at or above any value, as a plain search does", () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -9, max: 9 }),
    );
    fc.assert(
      fc.property(fc.array(number, { maxLength: 30 }), fc.array(number), (points, values) => {
        const cuts = Float64Array.from(new Set(points)).sort();
        const index = new CutIndex(cuts);
        for (const value of [...values, ...cuts]) {
          const expected = cuts.findIndex((cut) => cut >= value);
          expect(index.placeOf(value)).toBe(expected < 0 ? cuts.length : expected);
        }
      }),
    );
  });
});
