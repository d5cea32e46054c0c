import { describe, expect, it } from "vitest";
import { categoricalColumn } from "../frame/column-from-texts.ts";
import { createFrame } from "../frame/frame.ts";
import { splitRows } from "./split-rows.ts";

describe("a stratified split of many small classes", () => {
  it("has parts as large as asked for, what rounding takes from one class being given by the next", () => {
    const labels = Array.from({ length: 150 }, (_, row) => `class ${row % 50}`);
    const frame = createFrame([categoricalColumn("label", labels)]);
    const split = splitRows(frame, {
      strategy: { kind: "stratified", column: "label" },
      shares: { train: 0.6, validation: 0.2, test: 0.2 },
      seed: 0,
    });
    expect(Math.abs(split.validation.length - 30)).toBeLessThanOrEqual(1);
    expect(Math.abs(split.test.length - 30)).toBeLessThanOrEqual(1);
  });
});
