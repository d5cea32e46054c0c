import { describe, expect, it } from "vitest";
import { frameFromRows } from "#lib/ml/index.ts";
import { acceptedLimit } from "./accepted-limit.ts";
import { crossedAttribute, protectedAttributes } from "./protected-attributes.ts";
import { protectedColumns, timeColumn } from "./request-columns.ts";
import { loanRows } from "./sample-tables.testing.ts";
import { createToolBench } from "./tool-bench.testing.ts";

const bandsOf = (values: readonly (number | null)[]) =>
  protectedAttributes(frameFromRows(values.map((value) => ({ value: value ?? Number.NaN }))), [
    "value",
  ])[0]?.[0]?.bands;

describe("protectedAttributes", () => {
  it("audits each column alone, and crosses them where thresholds are fitted", () => {
    const frame = frameFromRows(loanRows(200));
    expect(protectedAttributes(frame, ["sex", "age"]).map((columns) => columns.length)).toEqual([1, 1]);
    expect(crossedAttribute(frame, ["sex", "age"]).map(({ name }) => name)).toEqual(["sex", "age"]);
  });

  it("cuts an age into four bands at round numbers", () => {
    const ages = Array.from({ length: 1000 }, (_, row) => 18 + (row % 60));
    const bands = bandsOf(ages) ?? [];
    expect(bands).toHaveLength(3);
    for (const band of bands) expect(band % 5).toBe(0);
  });

  it("cuts two samples of one table at the same places", () => {
    const ages = (offset: number) => Array.from({ length: 500 }, (_, row) => 18 + ((row * 7 + offset) % 60));
    expect(bandsOf(ages(1))).toEqual(bandsOf(ages(2)));
  });

  it("takes a few numbers as groups, missing values aside", () => {
    expect(bandsOf([0, 1, 0, 1, null, 1])).toBeNull();
  });

  it("finds bands that hold rows where most values are one", () => {
    const values = Array.from({ length: 400 }, (_, row) => (row < 380 ? 0 : row));
    const bands = bandsOf(values) ?? [];
    expect(bands.length).toBeGreaterThan(0);
    for (const band of bands) {
      expect(Number.isFinite(band)).toBe(true);
      expect(values.some((value) => value >= band)).toBe(true);
      expect(values.some((value) => value < band)).toBe(true);
    }
  });

  it("keeps decimals exact", () => {
    const shares = Array.from({ length: 400 }, (_, row) => row / 400);
    for (const band of bandsOf(shares) ?? []) expect(String(band).length).toBeLessThan(6);
  });
});

describe("what a run protects", () => {
  const { run } = createToolBench({ run: { protected: ["sex"], timeColumn: "month" } }).context;

  it("can be added to and never taken from", () => {
    expect(protectedColumns({ run }, ["age", "sex"])).toEqual(["sex", "age"]);
    expect(protectedColumns({ run }, [])).toEqual(["sex"]);
    expect(protectedColumns({ run: undefined }, null)).toEqual([]);
  });

  it("comes with a time column that a call may replace", () => {
    expect(timeColumn({ run }, undefined)).toBe("month");
    expect(timeColumn({ run }, "day")).toBe("day");
    expect(timeColumn({ run: undefined }, null)).toBeUndefined();
  });

  it("keeps its limit against a milder one, and says so; by hand any limit holds", () => {
    expect(acceptedLimit({ run }, { asked: 0.3, deployment: 0.1 })).toMatchObject({ limit: 0.1 });
    expect(acceptedLimit({ run }, { asked: 0.3, deployment: 0.1 }).notes.join()).toContain("milder");
    expect(acceptedLimit({ run }, { asked: 0.05, deployment: 0.1 })).toEqual({ limit: 0.05, notes: [] });
    expect(acceptedLimit({ run: undefined }, { asked: 0.3, deployment: 0.1 })).toEqual({
      limit: 0.3,
      notes: [],
    });
    expect(acceptedLimit({ run }, { asked: null, deployment: 0.1 })).toEqual({ limit: 0.1, notes: [] });
  });
});
