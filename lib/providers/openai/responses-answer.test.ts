import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FailureError, failure } from "#core/contract/failure.ts";
import type { ProviderEvent } from "#core/contract/provider.ts";
import { createResponsesAnswer } from "./responses-answer.ts";

const response = (more: object = {}) => ({ model: "gpt-x-1", ...more });
const created = { type: "response.created", response: response() };
const completed = (more: object = {}) => ({ type: "response.completed", response: response(more) });
const added = (output_index: number, item: object) => ({
  type: "response.output_item.added",
  output_index,
  item,
});
const done = (output_index: number, item: object) => ({
  type: "response.output_item.done",
  output_index,
  item,
});
const call = { type: "function_call", call_id: "c1", name: "n", arguments: '{"a":1}' };

function assemble(...pieces: unknown[]): ProviderEvent[] {
  const answer = createResponsesAnswer({
    provider: "openai",
    model: "gpt-x",
    failureOf: ({ code, message }) => failure("provider-bad-response", `${code}: ${message}`),
  });
  return pieces.flatMap((piece) => answer.accept(piece));
}

describe("createResponsesAnswer", () => {
  it("takes items that a gateway gives with the end only", () => {
    const message = { type: "message", content: [{ type: "output_text", text: "hi" }, { type: "new" }] };
    const events = assemble(created, completed({ output: [message, call] }));
    expect(events.map(({ type }) => type)).toEqual(["started", "tool-call-started", "finished"]);
    expect(events.at(-1)).toMatchObject({
      stopReason: "tool-calls",
      message: { content: [{ text: "hi" }, { id: "c1", input: { a: 1 } }] },
    });
  });

  it("does not take them twice", () => {
    const events = assemble(created, added(0, call), done(0, call), completed({ output: [call] }));
    expect(events.at(-1)).toMatchObject({ message: { content: [{ id: "c1" }] } });
    expect(events.filter(({ type }) => type === "tool-call-started")).toHaveLength(1);
  });

  it("takes what came of an item that was never done", () => {
    const piece = (delta: string) => ({
      type: "response.function_call_arguments.delta",
      output_index: 0,
      delta,
    });
    const incomplete = {
      type: "response.incomplete",
      response: response({ incomplete_details: { reason: "max_output_tokens" } }),
    };
    const events = assemble(
      created,
      added(0, { ...call, arguments: "" }),
      piece('{"a'),
      piece('":'),
      incomplete,
    );
    expect(events.at(-1)).toMatchObject({
      stopReason: "max-tokens",
      message: { content: [{ id: "c1", input: null, malformed: '{"a":' }] },
    });
  });

  it("parts the paragraphs of a summary of reasoning", () => {
    const piece = (summary_index: number, delta: string) => ({
      type: "response.reasoning_summary_text.delta",
      output_index: 0,
      summary_index,
      delta,
    });
    const reasoning = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "x" };
    const events = assemble(
      created,
      added(0, reasoning),
      piece(0, "a"),
      piece(0, "b"),
      piece(1, "c"),
      done(0, reasoning),
      completed(),
    );
    expect(events.at(-1)).toMatchObject({ message: { content: [{ type: "thinking", text: "ab\n\nc" }] } });
  });

  it("leaves out reasoning that shows nothing and cannot go back", () => {
    const reasoning = { type: "reasoning", id: "rs_1", summary: [] };
    expect(assemble(created, added(0, reasoning), done(0, reasoning), completed()).at(-1)).toMatchObject({
      message: { content: [] },
    });
  });

  it.each([
    ["content_filter", "refusal"],
    ["max_output_tokens", "max-tokens"],
    ["a_reason_added_later", "max-tokens"],
  ])("reads an answer cut short by %s as %s", (reason, expected) => {
    const events = assemble(created, {
      type: "response.incomplete",
      response: response({ incomplete_details: { reason } }),
    });
    expect(events.at(-1)).toMatchObject({ stopReason: expected });
  });

  it("counts cached tokens apart from fresh ones, even when the vendor's counts do not add up", () => {
    const usage = (input_tokens: number) => ({
      usage: {
        input_tokens,
        input_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
        output_tokens: 5,
        output_tokens_details: { reasoning_tokens: 2 },
      },
    });
    const counts = { cacheReadTokens: 60, cacheWriteTokens: 30, outputTokens: 5, reasoningTokens: 2 };
    expect(assemble(created, completed(usage(100))).at(-1)).toMatchObject({
      usage: { inputTokens: 10, ...counts },
    });
    expect(assemble(created, completed(usage(50))).at(-1)).toMatchObject({
      usage: { inputTokens: 0, ...counts },
    });
  });

  it("reads the vendor's failure of an answer it had begun, with what it had used", () => {
    const failed = {
      type: "response.failed",
      response: response({
        error: { code: "server_error", message: "sorry" },
        usage: { input_tokens: 7, output_tokens: 0 },
      }),
    };
    expect(assemble(created, failed).at(-1)).toMatchObject({
      type: "failed",
      failure: { message: "server_error: sorry" },
      usage: { inputTokens: 7 },
    });
  });

  it.each<[string, unknown[]]>([
    [
      "a piece of an item that never began",
      [created, { type: "response.output_text.delta", output_index: 0, delta: "x" }],
    ],
    [
      "arguments for something that is no call",
      [
        added(0, { type: "message", content: [] }),
        { type: "response.function_call_arguments.delta", output_index: 0, delta: "x" },
      ],
    ],
    [
      "a response.output_item.added event of an unknown shape",
      [added(0, { type: "function_call", name: "n" })],
    ],
    ["a response.completed event of an unknown shape", [{ type: "response.completed" }]],
    ["an event without a type", [{}]],
  ])("refuses %s", (what, pieces) => {
    expect(() => assemble(...pieces)).toThrow(`the answer holds ${what}`);
  });

  it("throws nothing but failures that name the vendor's nonsense, whatever comes", () => {
    const event = fc.oneof(
      fc.constantFrom<unknown>(
        created,
        completed(),
        added(0, call),
        done(0, call),
        added(1, { type: "message", content: [] }),
      ),
      fc
        .nat({ max: 2 })
        .map((output_index) => ({ type: "response.output_text.delta", output_index, delta: "x" })),
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
