import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FailureError } from "#core/contract/failure.ts";
import type { ProviderEvent } from "#core/contract/provider.ts";
import { createChatAnswer } from "./chat-answer.ts";

const chunk = (delta: object, finish_reason: string | null = null) => ({
  model: "llama-1",
  choices: [{ delta, finish_reason }],
});

function assemble(...pieces: unknown[]): ProviderEvent[] {
  const answer = createChatAnswer({ provider: "vllm", model: "llama", requestText: () => "x".repeat(40) });
  return [...pieces.flatMap((piece) => answer.accept(piece)), answer.end()];
}

const calls = (...tool_calls: object[]) => chunk({ tool_calls });
const named = (name: string, json = "", more: object = {}) => ({
  function: { name, arguments: json },
  ...more,
});

describe("createChatAnswer", () => {
  it.each(["reasoning_content", "reasoning"])("shows reasoning that a gateway gives as %s", (member) => {
    const events = assemble(chunk({ [member]: "hm" }), chunk({ content: "yes" }), chunk({}, "stop"));
    expect(events.map(({ type }) => type)).toEqual(["started", "thinking-delta", "text-delta", "finished"]);
    expect(events.at(-1)).toMatchObject({
      message: {
        content: [
          { type: "thinking", text: "hm" },
          { type: "text", text: "yes" },
        ],
      },
    });
  });

  it.each<[string, object[], [string, unknown][]]>([
    [
      "whole in one chunk, without indexes",
      [calls(named("a", "{}", { id: "x" }), named("b", '{"n":1}', { id: "y" }))],
      [
        ["x", {}],
        ["y", { n: 1 }],
      ],
    ],
    [
      "one after the other, without indexes",
      [calls(named("a", "{}", { id: "x" })), calls(named("b", "{}", { id: "y" }))],
      [
        ["x", {}],
        ["y", {}],
      ],
    ],
    [
      "without ids",
      [calls(named("a", "{}", { index: 0 })), calls(named("b", "{}", { index: 1 }))],
      [
        ["call_1", {}],
        ["call_2", {}],
      ],
    ],
    [
      "under one and the same id",
      [calls(named("a", "{}", { index: 0, id: "x" })), calls(named("b", "{}", { index: 1, id: "x" }))],
      [
        ["x", {}],
        ["call_2", {}],
      ],
    ],
    [
      "in pieces that repeat the id instead of an index",
      [calls(named("a", '{"n"', { id: "x" })), calls({ id: "x", function: { arguments: ":1}" } })],
      [["x", { n: 1 }]],
    ],
    [
      "in pieces with neither id nor index",
      [calls(named("a", '{"n"', { id: "x" })), calls({ function: { arguments: ":1}" } })],
      [["x", { n: 1 }]],
    ],
  ])("reads calls that a gateway gives %s", (_, pieces, expected) => {
    const last = assemble(...pieces, chunk({}, "stop")).at(-1);
    expect(last).toMatchObject({ type: "finished", stopReason: "tool-calls" });
    const parts = last?.type === "finished" ? last.message.content : [];
    expect(parts.map((part) => (part.type === "tool-call" ? [part.id, part.input] : part))).toEqual(expected);
  });

  it.each([
    ["stop", "end"],
    ["length", "max-tokens"],
    ["content_filter", "refusal"],
    ["a_reason_added_later", "end"],
  ])("reads the end %s as %s", (reason, expected) => {
    expect(assemble(chunk({ content: "x" }), chunk({}, reason)).at(-1)).toMatchObject({
      stopReason: expected,
    });
  });

  it("fails when the stream ends without a reason, telling what was used", () => {
    const usage = { prompt_tokens: 3, completion_tokens: 1 };
    expect(assemble(chunk({ content: "x" }), { usage }).at(-1)).toMatchObject({
      type: "failed",
      failure: { code: "provider-bad-response", retryable: true },
      usage: { inputTokens: 3 },
    });
  });

  it("estimates tokens when the gateway counts none, so that limits hold", () => {
    expect(assemble(chunk({ content: "12345678" }), chunk({}, "stop")).at(-1)).toMatchObject({
      usage: { inputTokens: 10, outputTokens: 2 },
    });
  });

  it.each([
    [calls({ function: { arguments: "{}" } }), "a call of no tool"],
    [{ choices: 3 }, "a chunk of an unknown shape"],
    [null, "a chunk of an unknown shape"],
  ])("refuses %j", (piece, what) => {
    expect(() => assemble(piece)).toThrow(`the answer holds ${what}`);
  });

  it("gives ids that are unique in an answer, and throws nothing but failures, whatever comes", () => {
    const call = fc.record(
      {
        index: fc.nat({ max: 3 }),
        id: fc.constantFrom("x", "call_1", ""),
        function: fc.record({ name: fc.constantFrom("a", ""), arguments: fc.constantFrom("{", "}", "") }),
      },
      { requiredKeys: [] },
    );
    const event = fc.oneof(
      fc.array(call, { maxLength: 3 }).map((given) => calls(...given)),
      fc.constant(chunk({}, "stop")),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), (pieces) => {
        try {
          const last = assemble(...pieces).at(-1);
          const parts = last?.type === "finished" ? last.message.content : [];
          const ids = parts.flatMap((part) => (part.type === "tool-call" ? [part.id] : []));
          expect(new Set(ids).size).toBe(ids.length);
        } catch (thrown) {
          if (!(thrown instanceof FailureError)) throw thrown;
        }
      }),
      { numRuns: 500 },
    );
  });
});
