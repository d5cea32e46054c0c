import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cellText,
  compareCodePoints,
  formatDate,
  isMissing,
  MISSING_BOOLEAN,
  type Column,
} from "./column.ts";
import { applyLink, sigmoid } from "./margins.ts";
import { parseBoolean, parseDate, parseNumber } from "./parse-value.ts";

describe("parsing", () => {
  it("reads what numbers print and nothing that is none", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(parseNumber(String(value))).toBe(value + 0);
      }),
    );
    for (const text of ["", "1,5", "0x10", "1e", "--1", "1 2", "e5", "."])
      expect(parseNumber(text)).toBeNull();
    expect([" 7 ", "+.5", "1.", "-INF"].map((text) => parseNumber(text))).toEqual([7, 0.5, 1, -Infinity]);
  });

  it("reads the dates it writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (moment) => {
        expect(parseDate(formatDate(moment, "instant"), "year-first")?.epochMilliseconds).toBe(moment);
        const day = Math.floor(moment / 86_400_000) * 86_400_000;
        expect(parseDate(formatDate(day, "day"), "year-first")).toEqual({
          epochMilliseconds: day,
          precision: "day",
        });
      }),
    );
  });

  it("knows orders, zones and months, and refuses days that do not exist", () => {
    const at = (text: string, order: "year-first" | "month-first" | "day-first") => {
      const parsed = parseDate(text, order);
      return parsed === null ? null : new Date(parsed.epochMilliseconds).toISOString();
    };
    expect(at("1/31/2011", "month-first")).toBe("2011-01-31T00:00:00.000Z");
    expect(at("31.1.2011", "day-first")).toBe("2011-01-31T00:00:00.000Z");
    expect(at("2024-02-29T23:30:15.25+02:00", "year-first")).toBe("2024-02-29T21:30:15.250Z");
    expect(at("2024/03", "year-first")).toBe("2024-03-01T00:00:00.000Z");
    expect(at("2023-02-29", "year-first")).toBeNull();
    expect(at("2024-13-01", "year-first")).toBeNull();
    expect(at("31/1/2011", "month-first")).toBeNull();
    expect(at("20240101", "year-first")).toBeNull();
    expect(parseBoolean(" TRUE ")).toBe(true);
    expect(parseBoolean("1")).toBeNull();
  });
});

describe("cells", () => {
  it("have a text and know when they are missing", () => {
    const columns: Column[] = [
      { kind: "numeric", name: "n", values: Float64Array.of(1.5, NaN) },
      { kind: "categorical", name: "c", codes: Int32Array.of(0, -1), dictionary: ["a"] },
      { kind: "boolean", name: "b", values: Uint8Array.of(1, MISSING_BOOLEAN) },
      { kind: "date", name: "d", values: Float64Array.of(0, NaN), precision: "month", order: "year-first" },
      { kind: "text", name: "t", values: ["x", null] },
    ];
    expect(columns.map((column) => cellText(column, 0))).toEqual(["1.5", "a", "true", "1970-01", "x"]);
    expect(columns.map((column) => cellText(column, 1))).toEqual([null, null, null, null, null]);
    expect(columns.map((column) => [isMissing(column, 0), isMissing(column, 1)])).toEqual(
      columns.map(() => [false, true]),
    );
  });

  it("sort by code point, above the basic plane too", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (left, right) => {
        const a = Array.from(left, (character) => character.codePointAt(0)!);
        const b = Array.from(right, (character) => character.codePointAt(0)!);
        const at = a.findIndex((point, index) => point !== b[index]);
        const expected = at < 0 ? a.length - b.length : b[at] === undefined ? 1 : a[at]! - b[at];
        expect(Math.sign(compareCodePoints(left, right))).toBe(Math.sign(expected));
      }),
    );
    expect(compareCodePoints("\u{10000}", "\uffff")).toBe(1);
  });
});

describe("links", () => {
  it("turn margins into probabilities that add up, however large they are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 5 }),
        (margins) => {
          const outputs = applyLink(
            "softmax",
            margins.map((margin) => Float64Array.of(margin)),
          );
          expect(outputs.reduce((sum, output) => sum + output[0]!, 0)).toBeCloseTo(1, 12);
          expect(sigmoid(margins[0]!) + sigmoid(-margins[0]!)).toBeCloseTo(1, 12);
        },
      ),
    );
    expect([sigmoid(1000), sigmoid(-1000)]).toEqual([1, 0]);
  });
});
