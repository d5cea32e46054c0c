import { describe, expect, it } from "vitest";
import { nextSorting, sortRows } from "./sort-rows.ts";

describe("sortRows", () => {
  it("orders numbers by size, texts with their numbers by size, and puts what has no value last", () => {
    const rows = [{ v: 10 }, { v: null }, { v: 9 }, { v: undefined }];
    expect(sortRows(rows, (row) => row.v, "ascending").map((row) => row.v)).toEqual([9, 10, null, undefined]);
    expect(sortRows(rows, (row) => row.v, "descending").map((row) => row.v)).toEqual([
      10,
      9,
      null,
      undefined,
    ]);
    expect(sortRows(["run 10", "run 9"], (row) => row, "ascending")).toEqual(["run 9", "run 10"]);
  });

  it("keeps the given order where values are equal", () => {
    const rows = [
      { id: 1, v: "a" },
      { id: 2, v: "a" },
    ];
    expect(sortRows(rows, (row) => row.v, "descending").map((row) => row.id)).toEqual([1, 2]);
  });
});

describe("nextSorting", () => {
  it("goes from ascending over descending back to the given order", () => {
    const first = nextSorting(undefined, "cost");
    const second = nextSorting(first, "cost");
    expect([first?.direction, second?.direction, nextSorting(second, "cost")]).toEqual([
      "ascending",
      "descending",
      undefined,
    ]);
    expect(nextSorting(second, "name")).toEqual({ column: "name", direction: "ascending" });
  });
});
