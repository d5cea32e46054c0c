import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "#core/contract/json.ts";
import { parseToolInput, returnedInput } from "./tool-input.ts";

const call = (json: string) => ({ type: "tool-call", id: "c", name: "n", ...parseToolInput(json) }) as const;

describe("the arguments of a tool call", () => {
  it.each<[string, JsonValue]>([
    ["", {}],
    [" \n", {}],
    ["{}", {}],
    ['{"a":[1,null]}', { a: [1, null] }],
    ["3", 3],
    ["null", null],
  ])("are read from %j", (text, input) => {
    expect(parseToolInput(text)).toEqual({ input });
  });

  it.each(['{"a":', "{a:1}", "yes"])("are kept as they were when they are no JSON: %s", (text) => {
    expect(parseToolInput(text)).toEqual({ input: null, malformed: text });
  });

  it("go back as an object always, and as the same one when they were one", () => {
    expect(returnedInput(call('{"a":1}'))).toEqual({ a: 1 });
    expect(returnedInput(call("{no"))).toEqual({ INVALID_JSON: "{no" });
    expect(returnedInput(call("[1]"))).toEqual({ INVALID_ARGUMENTS: [1] });
    expect(returnedInput(call("null"))).toEqual({ INVALID_ARGUMENTS: null });
  });

  it("are an object on the way back, whatever the model wrote", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const returned = returnedInput(call(text));
        expect(typeof returned === "object" && !Array.isArray(returned)).toBe(true);
      }),
    );
  });
});
