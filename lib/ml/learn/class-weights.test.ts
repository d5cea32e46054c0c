import { describe, expect, it } from "vitest";
import { classWeighted } from "./class-weights.ts";

describe("classWeighted", () => {
  it("gives the classes equal weight in all, as many as there are, and rows their mean weight 1", () => {
    const rows = { classes: ["a", "b", "c"], target: Float64Array.of(0, 0, 0, 0, 1, 2) };
    const weights = classWeighted(rows, null, "balanced");
    // compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 0, 1, 2]), scikit-learn.
    expect(Array.from(weights ?? [])).toEqual([0.5, 0.5, 0.5, 0.5, 2, 2]);
  });

  it("multiplies with the weights of rows", () => {
    const rows = { classes: ["a", "b"], target: Float64Array.of(0, 1) };
    expect(Array.from(classWeighted(rows, Float64Array.of(3, 5), { b: 2 }) ?? [])).toEqual([3, 10]);
  });
});
