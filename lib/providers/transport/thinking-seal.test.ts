import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readThinkingSeal, writeThinkingSeal } from "./thinking-seal.ts";

describe("the seal of a model's reasoning", () => {
  it("gives back what was sealed, unchanged, whatever characters it has", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }).filter((value) => value.isWellFormed()),
      fc.constantFrom("", "/", "%2F", "llama3:8b/q4", "100%"),
    );
    fc.assert(
      fc.property(
        fc.record({
          provider: text,
          model: text,
          prefix: text,
          kind: text,
          value: fc.string({ unit: "binary" }),
        }),
        (seal) => {
          expect(readThinkingSeal(writeThinkingSeal(seal))).toEqual(seal);
        },
      ),
    );
  });

  it("is none in a signature that somebody else made", () => {
    for (const foreign of ["", "abc", "a/b/c", "%/b/c/d/e"])
      expect(readThinkingSeal(foreign)).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => void readThinkingSeal(text)));
  });
});
