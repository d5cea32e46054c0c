import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenizeJson } from "./tokenize-json.ts";

describe("tokenizeJson", () => {
  it("changes nothing: the pieces joined are the text", () => {
    fc.assert(
      fc.property(fc.json(), (compact) => {
        const text = JSON.stringify(JSON.parse(compact), null, 2);
        expect(
          tokenizeJson(text)
            .map((token) => token.text)
            .join(""),
        ).toBe(text);
      }),
    );
  });

  it("tells keys from texts, numbers and words, also where texts look like them", () => {
    const text = JSON.stringify({ 'a "key": 1': "true 12", b: -1.5e3, c: null });
    expect(tokenizeJson(text).filter((token) => token.kind !== "plain")).toEqual([
      { kind: "key", text: String.raw`"a \"key\": 1"` },
      { kind: "string", text: '"true 12"' },
      { kind: "key", text: '"b"' },
      { kind: "number", text: "-1500" },
      { kind: "key", text: '"c"' },
      { kind: "word", text: "null" },
    ]);
  });

  it("finds digests as whole texts", () => {
    const digest = "a".repeat(64);
    expect(tokenizeJson(`{"artifact": "${digest}"}`)).toContainEqual({ kind: "string", text: `"${digest}"` });
  });
});
