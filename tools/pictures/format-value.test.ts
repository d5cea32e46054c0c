import { describe, expect, it } from "vitest";
import {
  formatCount,
  formatName,
  formatNumber,
  formatSetting,
  formatShare,
  formatTime,
  formatTitle,
} from "./format-value.ts";

describe("numbers for people", () => {
  it.each([
    [0.80637, "0.8064"],
    [3.14159, "3.142"],
    [42.4242, "42.42"],
    [123.456, "123.5"],
    [1234567.8, "1,234,568"],
    [12, "12"],
    [-1234, "-1,234"],
    [0.00001, "1.00e-5"],
    [0, "0"],
    [Infinity, "infinite"],
    [NaN, "not recorded"],
  ])("print %d as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it("print settings as short as they were written, counts with their noun, shares in percent", () => {
    expect(formatSetting(0.1)).toBe("0.1");
    expect(formatSetting(0.30000000000000004)).toBe("0.3");
    expect([formatCount(1, "row"), formatCount(2000, "row")]).toEqual(["1 row", "2,000 rows"]);
    expect(formatShare(0.0086)).toBe("0.9 %");
  });
});

describe("names and times for people", () => {
  it("spell out camel case and keep abbreviations", () => {
    expect(formatName("demographicParityDifference")).toBe("demographic parity difference");
    expect(formatName("auc")).toBe("AUC");
    expect(formatName("macroAuc")).toBe("macro AUC");
    expect(formatTitle("log_loss")).toBe("Log loss");
  });

  it("print UTC times without their fraction, and anything else as it is", () => {
    expect(formatTime("2026-01-01T08:30:00.000Z")).toBe("2026-01-01 08:30:00 UTC");
    expect(formatTime("yesterday")).toBe("yesterday");
  });
});
