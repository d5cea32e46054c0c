import { describe, expect, it } from "vitest";
import { between, formatDuration } from "./duration.ts";
import { formatBytes, formatCompact, formatCount, formatMetric, formatPercent, formatUsd } from "./number.ts";
import { formatAgo, formatOffset } from "./time.ts";
import { metricName, plural, toWords } from "./words.ts";

describe("formatDuration", () => {
  it("gives at most two units, and the next unit where a value would be rounded up to it", () => {
    expect(
      [0, 999, 1000, 59_949, 59_951, 185_000, 3_599_400, 8_040_000, 280_000_000].map(formatDuration),
    ).toEqual([
      "0 ms",
      "999 ms",
      "1.0 s",
      "59.9 s",
      "1 min 00 s",
      "3 min 05 s",
      "59 min 59 s",
      "2 h 14 min",
      "3 d 6 h",
    ]);
  });

  it("shows no negative time when clocks disagree", () => {
    expect(formatDuration(-50)).toBe("0 ms");
    expect(between("2026-01-01T00:00:01.000Z", "2026-01-01T00:00:00.000Z", 0)).toBe(0);
  });
});

describe("numbers", () => {
  it("give bytes in the unit that people compare by", () => {
    expect([512, 14_200, 999_960, 3_100_000, 2_500_000_000].map(formatBytes)).toEqual([
      "512 B",
      "14.2 kB",
      "1.0 MB",
      "3.1 MB",
      "2.5 GB",
    ]);
  });

  it("give money with enough digits to differ from nothing", () => {
    expect([0, 0.00001, 0.0123, 0.45, 12].map(formatUsd)).toEqual([
      "$0.00",
      "< $0.0001",
      "$0.0123",
      "$0.45",
      "$12.00",
    ]);
  });

  it("give metrics four places where they are small", () => {
    expect([0.87431, 0, 12.3456, 123.456, 48_842, 0.000012, Number.NaN].map(formatMetric)).toEqual([
      "0.8743",
      "0",
      "12.346",
      "123.5",
      "48\u202f842",
      "1.20e-5",
      "–",
    ]);
  });

  it("group, shorten and share", () => {
    expect(formatCount(1_234_567)).toBe("1\u202f234\u202f567");
    expect([980, 12_400, 999_600, 3_100_000].map(formatCompact)).toEqual(["980", "12.4k", "1.0M", "3.1M"]);
    expect([0, 0.0059, 0.33333, 1].map(formatPercent)).toEqual(["0 %", "0.6 %", "33.3 %", "100 %"]);
  });
});

describe("times", () => {
  const now = Date.parse("2026-11-21T12:00:00.000Z");
  const ago = (ms: number): string => formatAgo(new Date(now - ms).toISOString(), now);

  it("say how long ago in one unit", () => {
    expect([5000, 240_000, 3 * 3_600_000, 50 * 3_600_000].map(ago)).toEqual([
      "just now",
      "4 min ago",
      "3 h ago",
      "2 d ago",
    ]);
    expect(ago(60 * 86_400_000)).toMatch(/^2026-09-2/);
  });

  it("count from the start of a run", () => {
    expect([0, 12_410, 185_200, 8_049_000].map(formatOffset)).toEqual([
      "+0.00 s",
      "+12.41 s",
      "+3:05.2",
      "+2:14:09",
    ]);
  });
});

describe("words", () => {
  it("come from any spelling of a name", () => {
    expect(["equalOpportunityDifference", "data_profile", "audit-report", ""].map(toWords)).toEqual([
      "Equal opportunity difference",
      "Data profile",
      "Audit report",
      "",
    ]);
    expect(["auc", "r2", "logLoss", "f1"].map(metricName)).toEqual(["AUC", "R²", "Log loss", "F1"]);
    expect([plural(1, "gate"), plural(2, "gate"), plural(0, "entry", "entries")]).toEqual([
      "1 gate",
      "2 gates",
      "0 entries",
    ]);
  });
});
