import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holdStates } from "./hold-states.ts";

const order = ["stable", "moderate", "major"] as const;
type Word = (typeof order)[number];

const run = (words: readonly Word[], holdFor: number, unsure: readonly number[] = []) =>
  holdStates(
    words.map((state, index) => ({ name: String(index), state, isConfident: !unsure.includes(index) })),
    { order, initial: "stable", holdFor },
  );
const statesOf = (words: readonly Word[], holdFor: number) => run(words, holdFor).map(({ state }) => state);

describe("a held state", () => {
  it("changes only after the condition held over the configured number of windows", () => {
    expect(statesOf(["major", "stable", "major", "major", "stable", "stable"], 2)).toEqual([
      "stable",
      "stable",
      "stable",
      "major",
      "major",
      "stable",
    ]);
  });

  it("rises to the mildest and falls to the worst of the windows that held", () => {
    expect(statesOf(["moderate", "major"], 2).at(-1)).toBe("moderate");
    expect(statesOf(["major", "major", "stable", "moderate"], 2).at(-1)).toBe("moderate");
  });

  it("asks a person, and stays, when a window cannot carry the decision", () => {
    const held = run(["major", "major", "major"], 2, [1]);
    expect(held.map(({ action }) => action)).toEqual(["none", "ask-person", "ask-person"]);
    expect(held.every(({ state }) => state === "stable")).toBe(true);
    expect(run(["major", "major", "major", "major"], 2, [1]).at(-1)).toMatchObject({
      action: "change",
      state: "major",
    });
  });

  it("follows every window when one is enough, and never changes in fewer windows than configured", () => {
    const words = fc.array(fc.constantFrom(...order), { maxLength: 30 });
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 5 }), (proposed, holdFor) => {
        expect(statesOf(proposed, 1)).toEqual(proposed);
        const changes = run(proposed, holdFor).flatMap(({ action }, index) =>
          action === "change" ? [index] : [],
        );
        for (const [place, index] of changes.entries()) {
          expect(index - (changes[place - 1] ?? -1)).toBeGreaterThanOrEqual(holdFor);
        }
      }),
    );
  });
});
