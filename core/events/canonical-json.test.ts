import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

describe("canonicalJson", () => {
  it("gives the form of RFC 8785, section 3.2.2 and 3.2.3", () => {
    const value = {
      numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '€$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("sorts members by UTF-16 code units, as the RFC's own example does", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    const names = [...canonicalJson(value).matchAll(/:"([A-Z][^"]*)"/g)].map((match) => match[1]);
    expect(names).toEqual([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, "\ud800", undefined, new Date(0), () => 1, 1n])(
    "refuses what has no canonical form: %s",
    (value) => {
      expect(() => canonicalJson({ value: [value] })).toThrow(TypeError);
    },
  );

  it("refuses integers that other readers would round, when asked to", () => {
    expect(() => canonicalJson({ value: 2 ** 53 }, "safe")).toThrow(/beyond 2\^53/);
    expect(canonicalJson({ value: 2 ** 53 - 1 }, "safe")).toBe('{"value":9007199254740991}');
  });

  it("keeps the value: parsing gives it back, whatever the order of members", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        const parsed: unknown = JSON.parse(JSON.stringify(value));
        let text: string;
        try {
          text = canonicalJson(parsed);
        } catch {
          return;
        }
        expect(JSON.parse(text)).toEqual(parsed);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});
