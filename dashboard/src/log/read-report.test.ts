import { describe, expect, it } from "vitest";
import { demoResults, metricsDocument } from "#dashboard/testing/demo-results.ts";
import { readDrawnFacts } from "./read-facts.ts";
import { readDriftReport, readGroups, readMetricsReport } from "./read-report.ts";

describe("readMetricsReport", () => {
  it("finds curves, confusion and intervals in an evaluation", () => {
    const report = readMetricsReport(metricsDocument(demoResults.metrics.before));
    expect(report.roc).toHaveLength(60);
    expect(report.calibration).toHaveLength(10);
    expect(report.precisionRecall.length).toBeGreaterThan(10);
    expect(report.confusion?.counts).toEqual([
      [2916, 200],
      [330, 538],
    ]);
    expect(report.intervals["auc"]?.[0]).toBeCloseTo(0.8641);
  });

  it("reads the matrix of several classes with their names", () => {
    const counts = [
      [5, 1],
      [0, 9],
    ];
    expect(readMetricsReport({ classes: ["cat", "dog"], metrics: { confusion: counts } }).confusion).toEqual({
      labels: ["cat", "dog"],
      counts,
    });
  });

  it("is empty for anything else", () => {
    for (const report of [undefined, null, [], "text", { metrics: { rmse: 3 } }])
      expect(readMetricsReport(report)).toEqual({
        roc: [],
        precisionRecall: [],
        calibration: [],
        confusion: undefined,
        intervals: {},
      });
  });
});

describe("readDriftReport", () => {
  it("keeps the report's own verdict of a column, because an index alone may be chance", () => {
    const [row] = readDriftReport({ columns: [{ column: "a", psi: 0.9, verdict: "stable" }] });
    expect(row).toEqual({ column: "a", psi: 0.9, verdict: "stable" });
  });

  it("orders columns by drift, lost values counting too", () => {
    const columns = [
      { column: "a", psi: 0.1, missingPsi: 0 },
      { column: "b", psi: 0.01, missingPsi: 0.4 },
    ];
    expect(readDriftReport({ columns })).toEqual([
      { column: "b", psi: 0.4 },
      { column: "a", psi: 0.1 },
    ]);
  });
});

describe("readGroups", () => {
  it("reads the groups of each audited attribute", () => {
    const audit = {
      attributes: [{ attribute: "sex", groups: demoResults.groups.sex.map((one) => ({ ...one })) }],
    };
    expect(readGroups(audit)[0]).toEqual({
      attribute: "sex",
      group: "female",
      count: 1313,
      selectionRate: 0.1291,
      accuracy: 0.8933,
    });
    expect(readGroups({ groups: [{ label: "no attribute" }] })).toEqual([]);
  });
});

describe("readDrawnFacts", () => {
  it("leaves out facts of another shape instead of failing", () => {
    const facts = readDrawnFacts({ metrics: { values: "many" }, split: 3, unknown: {} });
    expect(facts).toEqual({});
  });
});
