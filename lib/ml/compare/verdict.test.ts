import { describe, expect, it } from "vitest";
import { decidePairs, type PairTest } from "./verdict.ts";

const pair = (first: string, second: string, p: number, difference = 0.1): PairTest => ({
  first,
  second,
  difference,
  interval: null,
  test: "a test",
  p,
});

describe("decidePairs", () => {
  it("decides by p-values adjusted for the number of pairs", () => {
    const tests = [pair("a", "b", 0.03), pair("a", "c", 0.04), pair("b", "c", 0.5)];
    const { pairs, best } = decidePairs(tests, { level: 0.05, isLowerBetter: false });
    expect(pairs.map(({ adjustedP }) => adjustedP)).toEqual([0.09, 0.09, 0.5]);
    expect(pairs.map(({ better }) => better)).toEqual([null, null, null]);
    expect(best).toBeNull();
    const alone = decidePairs([pair("a", "b", 0.03)], { level: 0.05, isLowerBetter: false });
    expect(alone.best).toBe("a");
    expect(decidePairs([pair("a", "b", 0.03)], { level: 0.05, isLowerBetter: true }).best).toBe("b");
  });

  it("calls nothing better at the level itself, or without a difference", () => {
    const at = decidePairs([pair("a", "b", 0.05)], { level: 0.05, isLowerBetter: false });
    expect(at.best).toBeNull();
    expect(decidePairs([pair("a", "b", 0.001, 0)], { level: 0.05, isLowerBetter: false }).best).toBeNull();
  });
});
