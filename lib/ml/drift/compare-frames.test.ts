import { describe, expect, it } from "vitest";
import { DATA, hasReference } from "../fixtures/shared-reference.ts";
import { filterRows, getColumn, renameColumns, type Frame } from "../frame/frame.ts";
import { frameFromRows } from "../frame/frame-rows.ts";
import { readCsv } from "../frame/read-csv.ts";
import { createRandom } from "../random.ts";
import { cellText } from "../score/column.ts";
import { compareCategories } from "./compare-columns.ts";
import { compareFrames, judge } from "./compare-frames.ts";

function sample(seed: number, shift = 0, missing = 0): Frame {
  const random = createRandom(seed);
  return frameFromRows(
    Array.from({ length: 600 }, (_, row) => ({
      amount: random.uniform() < missing ? null : random.normal() + shift,
      kind: random.uniform() < 0.5 + shift / 4 ? "a" : "b",
      flag: row % 2 === 0,
      day: "2024-01-01",
    })),
  );
}

describe("compareFrames", () => {
  it("finds nothing between two samples of the same source", () => {
    const report = compareFrames(sample(1), sample(2));
    expect(report).toMatchObject({
      verdict: "stable",
      driftShare: 0,
      counts: { stable: 3, warning: 0, drift: 0 },
    });
    expect(report.skipped).toEqual([{ column: "day", reason: "a date, which moves with time by nature" }]);
    expect(report.psiRule).toContain("deciles");
  });

  it("names the column that moved most, in both directions the same verdict", () => {
    const report = compareFrames(sample(1), sample(2, 1));
    expect(report).toMatchObject({ verdict: "drift", largestPsiColumn: "amount" });
    expect(report.columns.find(({ column }) => column === "kind")?.verdict).toBe("drift");
    expect(report.largestPsi).toBeGreaterThan(0.5);
  });

  it("notices a column that loses its values", () => {
    const amount = compareFrames(sample(1), sample(2, 0, 0.4), { columns: ["amount"] }).columns[0];
    expect(amount).toMatchObject({ verdict: "drift" });
    expect(amount!.psi).toBeLessThan(0.1);
  });

  it("skips with a reason what cannot be compared", () => {
    const reference = frameFromRows(
      Array.from({ length: 40 }, (_, row) => ({ a: row, b: "x", c: row, d: null })),
    );
    const current = frameFromRows(
      Array.from({ length: 40 }, (_, row) => ({ a: "t", b: "y", d: null, e: row })),
    );
    const reasons = Object.fromEntries(
      compareFrames(reference, current).skipped.map(({ column, reason }) => [column, reason]),
    );
    expect(reasons).toEqual({
      a: "numeric in the reference but categorical in the current data",
      c: "absent in the current data",
      d: "no value on one side",
    });
    expect(() => compareFrames(reference, current, { columns: ["nope"] })).toThrow(/no column "nope"/);
  });

  it("refuses samples that are too small for a verdict", () => {
    const small = filterRows(sample(1), (row) => row < 10);
    expect(() => compareFrames(sample(1), small)).toThrow(/current side has 10 rows/);
  });

  it("grades by the usual bands, the limits themselves included", () => {
    expect([0.0999, 0.1, 0.2499, 0.25].map((psi) => judge(psi))).toEqual([
      "stable",
      "warning",
      "warning",
      "drift",
    ]);
  });

  it("lists categories that the reference does not have", () => {
    const current = renameColumns(frameFromRows([{ x: "new" }, { x: "a" }]), { x: "kind" });
    const drift = compareCategories(getColumn(sample(1), "kind"), getColumn(current, "kind"));
    expect(drift.newCategories).toEqual(["new"]);
    expect(drift.goodnessOfFit).toBeNull();
  });
});

describe.skipIf(!hasReference)("drift of real data", () => {
  it("finds the second year of bike rentals drifted in the counts, stable in the wind", async () => {
    const { frame } = await readCsv({ path: `${DATA}/bike_hour/bike_hour.csv` });
    const year = getColumn(frame, "yr");
    const report = compareFrames(
      filterRows(frame, (row) => cellText(year, row) === "0"),
      filterRows(frame, (row) => cellText(year, row) === "1"),
      { columns: ["cnt", "windspeed"] },
    );
    expect(report.columns.map(({ verdict }) => verdict)).toEqual(["warning", "stable"]);
  });
});
