import { describe, expect, it } from "vitest";
import { frameFromRows } from "../frame/frame-rows.ts";
import { getColumn } from "../frame/frame.ts";
import { trainModel } from "../learn/train-model.ts";
import { encodeTarget } from "./encode-target.ts";

const amounts = (values: readonly (number | null)[]) =>
  getColumn(frameFromRows(values.map((y) => ({ y }))), "y");

describe("a target of amounts", () => {
  it("is refused where it is missing, infinite or too large to square, with its row and what to do", () => {
    expect(() => encodeTarget(amounts([1, null]), null)).toThrow(/row 2 is missing; drop/);
    expect(() => encodeTarget(amounts([1, Number.POSITIVE_INFINITY]), null)).toThrow(/row 2 .* correct it/);
    expect(() => encodeTarget(amounts([1, 2, -1e141]), null)).toThrow(/row 3 is -1e\+141.*power of ten/);
  });

  it("gives finite losses up to the largest amount that is taken", () => {
    const training = frameFromRows(
      Array.from({ length: 200 }, (_, x) => ({ x, y: (x % 2 === 0 ? 1 : -1) * 1e140 })),
    );
    for (const algorithm of ["gradient-boosting", "linear"] as const) {
      const { history } = trainModel({ training, target: "y", algorithm, features: ["x"], seed: 1 });
      for (const { trainingLoss } of history) expect(Number.isFinite(trainingLoss)).toBe(true);
    }
  });
});
