import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExactSum } from "./exact-sum.ts";

const finite = fc.double({ min: -1e200, max: 1e200, noNaN: true });

function sumOf(values: readonly number[]): number {
  const sum = new ExactSum();
  for (const value of values) sum.add(value);
  return sum.value();
}

describe("an exact sum", () => {
  // Values from Python's math.fsum, which rounds the exact sum once.
  it.each([
    [[1e100, 1, -1e100], 1],
    [[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], 1],
    [[1, 2 ** -53, 2 ** -106], 1 + 2 ** -52],
    [[1, 2 ** -53], 1],
    [[1e16, 1, 1e-16], 10_000_000_000_000_002],
    [[], 0],
  ])("of %j is %d", (values, expected) => {
    expect(sumOf(values)).toBe(expected);
  });

  it("depends neither on the order of the numbers nor on how they are spread over merged sums", () => {
    fc.assert(
      fc.property(fc.array(finite, { maxLength: 40 }), fc.nat(40), (values, cut) => {
        const whole = sumOf(values);
        const [first, second] = [new ExactSum(), new ExactSum()];
        for (const value of values.slice(0, cut)) first.add(value);
        for (const value of values.slice(cut).toReversed()) second.add(value);
        second.merge(first);
        expect(second.value()).toBe(whole);
        expect(sumOf(values.toReversed())).toBe(whole);
      }),
    );
  });

  it("is undefined, not infinite, once a number was too large", () => {
    const sum = new ExactSum();
    sum.add(1e300);
    sum.add(1);
    const other = new ExactSum();
    other.merge(sum);
    expect(other.value()).toBeNaN();
  });
});
