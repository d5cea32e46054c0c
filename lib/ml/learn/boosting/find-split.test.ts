import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boostingParameters, type BoostingParameters } from "./boosting-parameters.ts";
import { findSplit } from "./find-split.ts";
import { UNBOUNDED } from "./leaf-bounds.ts";

type Bin = readonly [gradient: number, hessian: number, count: number];

/** The best split of one feature of numbers, whose missing bin is empty. */
function splitOf(bins: readonly Bin[], parameters: Partial<BoostingParameters>) {
  const total = (index: 0 | 1 | 2) => bins.reduce((sum, bin) => sum + bin[index], 0);
  return findSplit({
    histogram: Float64Array.from([...bins, [0, 0, 0]].flat()),
    sums: { gradient: total(0), hessian: total(1), count: total(2) },
    features: [0],
    binnings: [{ isCategorical: false, binCount: bins.length, limits: new Float64Array(0), offset: 0 }],
    parameters: boostingParameters({ minimalLeafRows: 1, l2: 0, ...parameters }),
    directions: null,
    bounds: UNBOUNDED,
  });
}

describe("findSplit", () => {
  it("leaves no child less than the minimal hessian, on either side", () => {
    const bins: Bin[] = [
      [-5, 0.4, 4],
      [1, 3, 4],
      [2, 3, 4],
      [1, 0.4, 4],
    ];
    expect(splitOf(bins, { minimalLeafHessian: 0.4 })?.bin).toBe(0);
    expect(splitOf(bins, { minimalLeafHessian: 0.41 })?.bin).toBe(1);
    expect(splitOf(bins, { minimalLeafHessian: 3.5 })).toBeNull();
  });

  it("takes no rounding noise for a gain where all bins have the same mean", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1e6, noNaN: true }),
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 20 }),
        (mean, counts) => {
          const bins = counts.map((count): Bin => [mean * count, count, count]);
          expect(splitOf(bins, { minimalLeafHessian: 0 })).toBeNull();
        },
      ),
    );
  });
});
