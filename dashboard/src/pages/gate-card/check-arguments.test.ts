import { describe, expect, it } from "vitest";
import { checkArguments } from "./check-arguments.ts";

const schema = {
  type: "object",
  properties: { text: { type: "string", minLength: 1 }, limit: { type: "number", maximum: 1 } },
  required: ["text"],
  additionalProperties: false,
};

describe("checkArguments", () => {
  it("takes what fits the schema", () => {
    expect(checkArguments('{"text": "hi", "limit": 0.5}', schema)).toEqual({
      ok: true,
      value: { text: "hi", limit: 0.5 },
    });
  });

  it("says what is wrong and where", () => {
    const message = (text: string): string => {
      const checked = checkArguments(text, schema);
      return checked.ok ? "" : checked.message;
    };
    expect(message('{"text": ')).toContain("Not valid JSON");
    expect(message('{"text": 3}')).toContain("text:");
    expect(message('{"text": "hi", "limit": 2}')).toContain("limit:");
    expect(message('{"text": "hi", "other": 1}')).toContain("other");
    expect(message("{}")).toContain("text:");
  });

  it("leaves the judgement to the server where there is no schema, or one it cannot read", () => {
    expect(checkArguments("[1]", undefined)).toEqual({ ok: true, value: [1] });
    expect(checkArguments("[1]", { type: "no such type" })).toEqual({ ok: true, value: [1] });
  });
});
