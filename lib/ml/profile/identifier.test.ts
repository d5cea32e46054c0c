import { describe, expect, it } from "vitest";
import { frameFromRows } from "../frame/frame-rows.ts";
import type { Column } from "../score/column.ts";
import { isIdentifierLike } from "./identifier.ts";

const columnOf = (values: readonly unknown[]): Column =>
  frameFromRows(values.map((value) => ({ value }))).columns[0]!;

/** Whole numbers without order, each once, spread so widely. */
const spread = (count: number, step: number) =>
  Array.from({ length: count }, (_, row) => step * ((row * 7) % count));

describe("isIdentifierLike", () => {
  it("takes different whole numbers for a key when they lie within twice the rows, not when they lie wider", () => {
    expect(isIdentifierLike(columnOf(spread(101, 3)))).toBe(false);
    expect(isIdentifierLike(columnOf(spread(101, 1)))).toBe(true);
    expect(isIdentifierLike(columnOf(spread(101, 10)))).toBe(false);
    expect(isIdentifierLike(columnOf(Array.from({ length: 101 }, (_, row) => row * 1000)))).toBe(true);
  });

  it("takes different texts for a key when more than half of the rows have one", () => {
    const texts = (present: number) =>
      columnOf(Array.from({ length: 100 }, (_, row) => (row < present ? `key ${row}` : null)));
    expect(isIdentifierLike(texts(60))).toBe(true);
    expect(isIdentifierLike(texts(50))).toBe(false);
  });
});
