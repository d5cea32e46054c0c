import { describe, expect, it } from "vitest";
import { applyPreparation } from "../score/apply-preparation.ts";
import { columnsFromRows } from "../score/raw-columns.ts";
import { getColumn, selectRows } from "../frame/frame.ts";
import { frameFromRows, frameToRows } from "../frame/frame-rows.ts";
import { fitPreparation } from "./fit-preparation.ts";

const rows = [
  { age: 20, city: "Rome", since: "2024-01-31", member: true, same: 1, note: null },
  { age: 40, city: "Oslo", since: "2024-02-29", member: false, same: 1, note: null },
  { age: null, city: "Rome", since: null, member: true, same: 1, note: null },
  { age: 30, city: null, since: "2024-03-01", member: null, same: 1, note: null },
];
const frame = frameFromRows(rows);
const names = ["age", "city", "since", "member", "same", "note"];

describe("fitPreparation", () => {
  it("keeps numbers and missing values for trees, and numbers the categories by code point", () => {
    const { preparation, features, dropped } = fitPreparation(frame, { target: "trees", features: names });
    const matrix = applyPreparation(preparation, frame.columns, frame.rowCount);
    const values = Object.fromEntries(matrix.columns.map((column) => [column.name, [...column.values]]));
    expect(values).toEqual({
      age: [20, 40, NaN, 30],
      city: [1, 0, 1, NaN],
      "since epoch-day": [19753, 19782, NaN, 19783],
      "since month": [1, 2, NaN, 3],
      "since day-of-month": [31, 29, NaN, 1],
      "since day-of-week": [2, 3, NaN, 4],
      member: [1, 0, 1, NaN],
    });
    expect(features.map((feature) => feature.kind)).toEqual(["numeric", "categorical", "date", "boolean"]);
    expect(dropped).toEqual([
      { column: "same", reason: "only one value" },
      { column: "note", reason: "no value" },
    ]);
  });

  it("imputes the median, standardises, and gives missing categories a level of their own for linear models", () => {
    const options = { target: "linear", features: ["age", "city"], missingIndicators: true } as const;
    const { preparation } = fitPreparation(frame, options);
    expect(preparation.encoders).toEqual([
      { kind: "numeric", name: "age", column: "age", impute: 30, center: 30, scale: Math.sqrt(50) },
      {
        kind: "missing-indicator",
        name: "age missing",
        column: "age",
        center: 0.25,
        scale: Math.sqrt(0.1875),
      },
      {
        kind: "categorical",
        name: "city",
        column: "city",
        levels: ["", "Oslo", "Rome"],
        missingLevel: 0,
        otherLevel: null,
      },
    ]);
  });

  it("groups rare levels, sends unseen ones there, and keeps the most frequent when there are too many", () => {
    const letters = frameFromRows(
      Array.from("aaabbbccd").map((letter) => ({ letter, x: letter === "a" ? 1 : 2 })),
    );
    const unseen = frameFromRows([{ letter: "z" }, { letter: "c" }]);
    const rare = fitPreparation(letters, { target: "trees", features: ["letter"], rareCount: 3 });
    expect(rare.preparation.encoders[0]).toMatchObject({ levels: ["a", "b", "(other)"], otherLevel: 2 });
    expect([...applyPreparation(rare.preparation, unseen.columns, 2).columns[0]!.values]).toEqual([2, 2]);
    const few = fitPreparation(letters, { target: "trees", features: ["letter"], maximalLevels: 3 });
    expect(few.preparation.encoders[0]).toMatchObject({ levels: ["a", "b", "(other)"] });
    const all = fitPreparation(letters, { target: "trees", features: ["letter"] });
    expect([...applyPreparation(all.preparation, unseen.columns, 2).columns[0]!.values]).toEqual([NaN, 2]);
  });

  it("learns nothing from rows it is not given: a dictionary entry without rows is no level", () => {
    const part = selectRows(frame, [0, 2, 3]);
    expect(getColumn(part, "city")).toMatchObject({ dictionary: ["Oslo", "Rome"] });
    const { preparation, features } = fitPreparation(part, { target: "trees", features: ["city"] });
    expect(preparation.encoders[0]).toMatchObject({ levels: ["Rome"] });
    expect(features[0]).toMatchObject({ categories: ["Rome"] });
  });

  it("prepares JSON rows and frames alike", () => {
    for (const target of ["trees", "linear"] as const) {
      const { preparation, features } = fitPreparation(frame, {
        target,
        features: ["age", "city", "since", "member"],
      });
      const fromFrame = applyPreparation(preparation, frame.columns, frame.rowCount);
      const columns = columnsFromRows(features, frameToRows(frame));
      expect(applyPreparation(preparation, columns, frame.rowCount)).toEqual(fromFrame);
    }
  });

  it("refuses infinities for linear models and frames without any usable feature", () => {
    const infinite = frameFromRows([{ x: Infinity }, { x: 1 }]);
    expect(() => fitPreparation(infinite, { target: "linear", features: ["x"] })).toThrow(/infinite/);
    const huge = frameFromRows([{ x: 1e300 }, { x: -1e300 }]);
    expect(() => fitPreparation(huge, { target: "linear", features: ["x"] })).toThrow(
      /too large to standardise/,
    );
    expect(() => fitPreparation(frame, { target: "trees", features: ["same"] })).toThrow(
      /No column can serve/,
    );
    expect(() => fitPreparation(frame, { target: "trees", features: ["town"] })).toThrow(/no column "town"/);
  });
});
