import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FailureError } from "#core/contract/failure.ts";
import type { ProviderEvent } from "#core/contract/provider.ts";
import { readThinkingSeal } from "#lib/providers/transport/thinking-seal.ts";
import { createAnthropicAnswer } from "./anthropic-answer.ts";

const start = {
  type: "message_start",
  message: { model: "claude-x-1", usage: { input_tokens: 5, output_tokens: 1 } },
};
const end = [
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 9 } },
  { type: "message_stop" },
];
const block = (index: number, content_block: object) => ({
  type: "content_block_start",
  index,
  content_block,
});
const delta = (index: number, value: object) => ({ type: "content_block_delta", index, delta: value });

function assemble(...pieces: unknown[]): ProviderEvent[] {
  const answer = createAnthropicAnswer({ provider: "anthropic", model: "claude-x", prefix: "p" });
  return pieces.flatMap((piece) => answer.accept(piece));
}

describe("createAnthropicAnswer", () => {
  it("puts blocks in order of their index, interleaved or not", () => {
    const events = assemble(
      start,
      block(1, { type: "text", text: "b" }),
      block(0, { type: "text", text: "" }),
      delta(1, { type: "text_delta", text: "B" }),
      delta(0, { type: "text_delta", text: "a" }),
      ...end,
    );
    expect(events.at(-1)).toMatchObject({
      type: "finished",
      model: "claude-x-1",
      usage: { inputTokens: 5, outputTokens: 9 },
      message: { content: [{ text: "a" }, { text: "bB" }] },
    });
  });

  it("keeps reasoning with its signature, redacted reasoning too, bound to model and conversation", () => {
    const events = assemble(
      start,
      block(0, { type: "thinking", thinking: "", signature: "" }),
      delta(0, { type: "signature_delta", signature: "si" }),
      delta(0, { type: "signature_delta", signature: "g" }),
      block(1, { type: "redacted_thinking", data: "opaque" }),
      block(2, { type: "thinking", thinking: "unsigned", signature: "" }),
      ...end,
    );
    const finished = events.at(-1);
    const parts = finished?.type === "finished" ? finished.message.content : [];
    const seals = parts.map((part) =>
      part.type === "thinking" && part.signature ? readThinkingSeal(part.signature) : undefined,
    );
    const seal = { provider: "anthropic", model: "claude-x", prefix: "p" };
    expect(seals).toEqual([
      { ...seal, kind: "thinking", value: "sig" },
      { ...seal, kind: "redacted", value: "opaque" },
      undefined,
    ]);
    expect(parts).toMatchObject([{ text: "" }, { text: "" }, { text: "unsigned" }]);
  });

  it("takes arguments that a gateway sends whole with the start", () => {
    const events = assemble(
      start,
      block(0, { type: "tool_use", id: "c", name: "n", input: { a: 1 } }),
      ...end,
    );
    expect(events.at(-1)).toMatchObject({ message: { content: [{ type: "tool-call", input: { a: 1 } }] } });
  });

  it.each([
    ["tool_use", "tool-calls"],
    ["max_tokens", "max-tokens"],
    ["model_context_window_exceeded", "max-tokens"],
    ["refusal", "refusal"],
    ["stop_sequence", "end"],
    ["a_reason_added_later", "end"],
  ])("reads the end %s as %s", (stop_reason, expected) => {
    const events = assemble(
      start,
      { type: "message_delta", delta: { stop_reason } },
      { type: "message_stop" },
    );
    expect(events.at(-1)).toMatchObject({ type: "finished", stopReason: expected });
  });

  it.each<[string, unknown[]]>([
    ["no reason for its end", [start, { type: "message_stop" }]],
    ["a piece of a block that never began", [start, delta(3, { type: "text_delta", text: "x" })]],
    [
      "a text_delta for a thinking block",
      [block(0, { type: "thinking" }), delta(0, { type: "text_delta", text: "x" })],
    ],
    ["a content_block_start event of an unknown shape", [block(0, { type: "tool_use", id: "", name: "n" })]],
    [
      "a content_block_delta event of an unknown shape",
      [block(0, { type: "text" }), delta(0, { type: "text_delta" })],
    ],
    ["a message_start event of an unknown shape", [{ type: "message_start" }]],
    ["an event without a type", ["text"]],
    ["an event without a type", [null]],
  ])("refuses %s", (what, pieces) => {
    expect(() => assemble(...pieces)).toThrow(`the answer holds ${what}`);
  });

  it("throws nothing but failures that name the vendor's nonsense, whatever comes", () => {
    const index = fc.nat({ max: 2 });
    const event = fc.oneof(
      fc.constantFrom<unknown>(start, ...end, { type: "ping" }, { type: "error" }),
      fc
        .tuple(
          index,
          fc.constantFrom<object>(
            { type: "text" },
            { type: "thinking" },
            { type: "tool_use", id: "c", name: "n" },
          ),
        )
        .map(([at, value]) => block(at, value)),
      fc
        .tuple(
          index,
          fc.constantFrom<object>(
            { type: "text_delta", text: "x" },
            { type: "input_json_delta", partial_json: "{" },
          ),
        )
        .map(([at, value]) => delta(at, value)),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), (pieces) => {
        try {
          assemble(...pieces);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(FailureError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
