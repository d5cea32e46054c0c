import { describe, expect, it } from "vitest";
import { createRandom, shuffledIndices } from "./random.ts";

describe("random numbers", () => {
  it("repeat themselves for a seed, 0 and fractions included, and differ between seeds", () => {
    const first = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 5 }, () => random.uniform());
    };
    const seeds = [0, 1, -1, 0.5, 2 ** 40, 12345];
    for (const seed of seeds) expect(first(seed)).toEqual(first(seed));
    expect(first(-0)).toEqual(first(0));
    expect(new Set(seeds.map((seed) => first(seed).join())).size).toBe(seeds.length);
  });

  it("are spread as they should be", () => {
    const random = createRandom(42);
    const uniform = Array.from({ length: 20_000 }, () => random.uniform());
    const normal = Array.from({ length: 20_000 }, () => random.normal());
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(mean(uniform.map((value) => (value - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map((value) => value ** 2))).toBeCloseTo(1, 1);
    expect(Array.from(shuffledIndices(50, random)).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, i) => i),
    );
  });
});
