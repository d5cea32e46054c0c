import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toWindows1252 } from "./windows-1252.ts";

describe("toWindows1252", () => {
  it.each([
    ["Grüße, 5 € – “ça va”", "Grüße, 5 € – “ça va”", true],
    ["Zażółć €", "Zazólc €", false],
    ["Dvořák Đorđe", "Dvorák Dorde", false],
    ["a ≤ b → c", "a <= b -> c", false],
    ["中", "<U+4E2D>", false],
    ["🙂", "<U+1F642>", false],
    ["Ａ１", "A1", false],
    ["tab\tand\nline", "tab and line", true],
    ["\u0007", "<U+0007>", false],
    ["e\u0301", "é", true],
  ])("prints %s as %s", (text, printed, isExact) => {
    expect(toWindows1252(text)).toEqual({ text: printed, isExact });
  });

  it("gives nothing but what the standard fonts have, and gives that back unchanged", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const printed = toWindows1252(text).text;
        expect(toWindows1252(printed)).toEqual({ text: printed, isExact: true });
      }),
    );
  });
});
