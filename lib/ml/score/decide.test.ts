import { describe, expect, it } from "vitest";
import { decideArgmax, decideBinary } from "./decide.ts";

describe("decisions", () => {
  it("are positive at the threshold itself", () => {
    const decided = decideBinary(Float64Array.of(0.5, 0.3, 0.7), Float64Array.of(0.5, 0.31, 0.7));
    expect(Array.from(decided)).toEqual([1, 0, 1]);
  });

  it("fall on the first of equally probable classes", () => {
    const probabilities = [Float64Array.of(0.4, 0.2), Float64Array.of(0.4, 0.4), Float64Array.of(0.2, 0.4)];
    expect(Array.from(decideArgmax(probabilities))).toEqual([0, 1]);
  });
});
