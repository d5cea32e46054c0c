import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { residualSpread } from "./residual-spread.ts";

describe("the spread of residuals", () => {
  it("counts every row with finite numbers once in the cells and once in the bins", () => {
    const value = fc.double({ noDefaultInfinity: true, min: -1e300, max: 1e300 });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 60 }), (rows) => {
        const spread = residualSpread({
          actual: rows.map(([actual]) => actual),
          predicted: rows.map(([, predicted]) => predicted),
        });
        const finite = rows.filter(([actual, predicted]) => Number.isFinite(predicted - actual)).length;
        const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
        expect(spread.cells === null).toBe(finite === 0);
        expect(sum(spread.cells?.counts.flat() ?? [])).toBe(finite);
        expect(sum(spread.histogram?.counts ?? [])).toBe(finite);
      }),
    );
  });

  it("puts errors where numpy.histogram puts them", () => {
    // numpy.histogram([-2, -1, 0, 0, 1, 4], bins=24): edges every 0.25 from -2 to 4.
    const predicted = [8, 9, 10, 10, 11, 14];
    const { histogram } = residualSpread({ actual: predicted.map(() => 10), predicted });
    expect(histogram?.edges[1]).toBeCloseTo(-1.75, 12);
    expect(histogram?.counts.flatMap((count, bin) => (count > 0 ? [[bin, count]] : []))).toEqual([
      [0, 1],
      [4, 1],
      [8, 2],
      [12, 1],
      [23, 1],
    ]);
  });

  it("gives errors that are all alike a range, and has none without rows", () => {
    const { histogram } = residualSpread({ actual: [1, 1], predicted: [3, 3] });
    expect(histogram?.edges.at(0)).toBe(1.5);
    expect(histogram?.edges.at(-1)).toBe(2.5);
    expect(residualSpread({ actual: [], predicted: [] })).toEqual({ cells: null, histogram: null });
  });
});
