import { describe, expect, it } from "vitest";
import { calibrationCurve } from "./curves.ts";
import { quantileOfSorted } from "./quantile.ts";

describe("a calibration curve", () => {
  it("counts rows of probability 1 in the last bin, and those at a limit in the bin above it", () => {
    const points = calibrationCurve({ labels: [1, 1, 0, 1], probability: Float64Array.of(1, 0.95, 0, 0.5) });
    expect(points.map(({ from, rowCount }) => [from, rowCount])).toEqual([
      [0, 1],
      [0.5, 1],
      [0.9, 2],
    ]);
  });
});

describe("a quantile", () => {
  it("has numpy's bits, which reckon from the nearer neighbour", () => {
    const sorted = [0.1, 0.35, 0.7, 1.3, 2.9];
    // numpy.quantile(sorted, q), numpy 2.4.6.
    const expected = [0.15, 0.25, 0.94, 1.06, 2.2600000000000002, 2.836];
    expect([0.05, 0.15, 0.6, 0.65, 0.9, 0.99].map((share) => quantileOfSorted(sorted, share))).toEqual(
      expected,
    );
  });
});
