import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDriftColumns, readProfileColumns, readRanking } from "./column-detail.ts";
import { findRows } from "./find-rows.ts";
import { readGroups } from "./group-detail.ts";
import { readMetricsDetail } from "./metrics-detail.ts";

describe("findRows", () => {
  it("finds objects wherever they are and tells where", () => {
    const found = findRows({ a: [{ hit: 1 }, { b: { hit: 2 } }], c: { hit: 3 } }, (row) => "hit" in row);
    expect(found.map(({ row, path, key }) => [row.hit, path, key])).toEqual([
      [1, "a", undefined],
      [2, "a.b", "b"],
      [3, "c", "c"],
    ]);
  });

  it("does not look inside what it found", () => {
    expect(findRows({ hit: { hit: 1 } }, (row) => "hit" in row)).toHaveLength(1);
  });
});

describe("readers of recorded results", () => {
  it("take any JSON without failing", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        readMetricsDetail(body);
        readGroups(body);
        readDriftColumns(body);
        readRanking(body);
        readProfileColumns(body);
      }),
    );
  });

  it("read groups from a record by name as well", () => {
    const body = {
      attributes: { sex: { groups: { f: { selectionRate: 0.2 }, m: { selectionRate: 0.4 } } } },
    };
    expect(readGroups(body)).toEqual([
      { attribute: "sex", group: "f", values: { selectionRate: 0.2 } },
      { attribute: "sex", group: "m", values: { selectionRate: 0.4 } },
    ]);
  });
});
