import { describe, expect, it } from "vitest";
import { type Message, userText } from "#core/contract/message.ts";
import type { ProviderRequest } from "#core/contract/provider.ts";
import { readThinkingSeal, writeThinkingSeal } from "#lib/providers/transport/thinking-seal.ts";
import { anthropicRequest } from "./anthropic-request.ts";

const request = (messages: Message[], more: Partial<ProviderRequest> = {}): ProviderRequest => ({
  model: "claude-x",
  system: "Be kind.",
  messages,
  tools: [
    { name: "a", description: "A.", inputSchema: { type: "object" } },
    { name: "b", description: "B.", inputSchema: { type: "object" } },
  ],
  maxOutputTokens: 100,
  origin: { agent: "x" },
  ...more,
});

const build = (messages: Message[], more?: Partial<ProviderRequest>) =>
  anthropicRequest(request(messages, more), { provider: "anthropic" });

const toolResult = (callId: string, content: string, isError = false): Message => ({
  role: "tool",
  content: [{ type: "tool-result", callId, name: "a", content, isError }],
});

const toolCall = (id: string): Message => ({
  role: "assistant",
  content: [{ type: "tool-call", id, name: "a", input: { x: 1 } }],
});

const cached = { type: "ephemeral" };

describe("anthropicRequest", () => {
  it("marks the ends of tools, system prompt and conversation for the cache, and nothing else", () => {
    const { params } = build([userText("one"), toolCall("c1"), toolResult("c1", "1")]);
    expect(params.system).toEqual([{ type: "text", text: "Be kind.", cache_control: cached }]);
    expect(params.tools?.map((tool) => tool.cache_control)).toEqual([undefined, cached]);
    expect(params.messages.at(-1)?.content).toEqual([
      { type: "tool_result", tool_use_id: "c1", content: "1", cache_control: cached },
    ]);
    expect(JSON.stringify(params).match(/cache_control/g)).toHaveLength(3);
  });

  it("puts neighbouring messages of people and tools into one turn, results first", () => {
    const { params } = build([
      userText("one"),
      toolCall("c1"),
      userText("hurry"),
      toolResult("c1", "", true),
      userText("now"),
    ]);
    expect(params.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(params.messages[2]?.content).toMatchObject([
      { type: "tool_result", tool_use_id: "c1", is_error: true },
      { type: "text", text: "hurry" },
      { type: "text", text: "now" },
    ]);
    expect(JSON.stringify(params.messages[2])).not.toContain('"content":""');
  });

  it("sends no empty text and no empty answer", () => {
    const { params } = build([
      userText("one"),
      { role: "assistant", content: [] },
      {
        role: "user",
        content: [
          { type: "text", text: "" },
          { type: "text", text: "two" },
        ],
      },
      { role: "assistant", content: [{ type: "text", text: "" }] },
      userText("three"),
    ]);
    expect(params.messages).toMatchObject([
      { role: "user", content: [{ text: "one" }, { text: "two" }] },
      { role: "user", content: [{ text: "three" }] },
    ]);
  });

  it("leaves system prompt and tools out when there are none, and never sends a temperature", () => {
    const { params } = build([userText("one")], { system: "", tools: [], temperature: 0.2 });
    expect(Object.keys(params).sort()).toEqual(["max_tokens", "messages", "model", "stream"]);
  });

  it("asks for summaries of reasoning when told to", () => {
    const { params } = anthropicRequest(request([userText("one")]), {
      provider: "anthropic",
      thinkingDisplay: "summarized",
    });
    expect(params.thinking).toEqual({ type: "adaptive", display: "summarized" });
  });

  it("makes another provider's ids acceptable, the same for call and result", () => {
    const { params } = build([userText("one"), toolCall("functions.a:0"), toolResult("functions.a:0", "1")]);
    expect(JSON.stringify(params)).toContain('"id":"functions_a_0"');
    expect(JSON.stringify(params)).toContain('"tool_use_id":"functions_a_0"');
  });

  describe("with reasoning of earlier answers", () => {
    const question = userText("one");
    const signed = (prefix: string, more: { provider?: string; model?: string; kind?: string } = {}) => {
      const seal = {
        provider: "anthropic",
        model: "claude-x",
        kind: "thinking",
        prefix,
        value: "sig",
        ...more,
      };
      const answer: Message = {
        role: "assistant",
        content: [
          { type: "thinking", text: "hm", signature: writeThinkingSeal(seal) },
          { type: "tool-call", id: "c1", name: "a", input: {} },
        ],
      };
      return answer;
    };
    const { prefix } = build([question]);
    const sent = (messages: Message[], more?: Partial<ProviderRequest>) =>
      JSON.stringify(build(messages, more).params.messages);

    it("sends it back unchanged in the conversation that it was made in", () => {
      expect(sent([question, signed(prefix), toolResult("c1", "1")])).toContain(
        '{"type":"thinking","thinking":"hm","signature":"sig"}',
      );
    });

    it("sends redacted reasoning back in its own form", () => {
      expect(sent([question, signed(prefix, { kind: "redacted" })])).toContain(
        '{"type":"redacted_thinking","data":"sig"}',
      );
    });

    it.each<[string, Message[], Partial<ProviderRequest>?]>([
      ["another question", [userText("other"), signed(prefix)]],
      ["another system prompt", [question, signed(prefix)], { system: "Be cruel." }],
      ["other tools", [question, signed(prefix)], { tools: [] }],
      ["another model", [question, signed(prefix)], { model: "claude-y" }],
      ["another provider's reasoning", [question, signed(prefix, { provider: "openai" })]],
    ])("leaves it out with %s, where the vendor would refuse it", (_, messages, more) => {
      expect(sent(messages, more)).not.toContain('"sig"');
      expect(sent(messages, more)).toContain("tool_use");
    });

    it("leaves out what came after a changed part, and keeps what came before it", () => {
      const first = signed(prefix);
      const before = [question, first, toolResult("c1", "1")];
      const { prefix: later } = build(before);
      const second = signed(later);
      expect(sent([...before, second]).match(/"sig"/g)).toHaveLength(2);
      expect(sent([question, first, toolResult("c1", "shortened"), second]).match(/"sig"/g)).toHaveLength(1);
    });

    it("binds to what is sent, so that marks for the cache do not matter", () => {
      const again = build([question, signed(prefix), toolResult("c1", "1")]);
      expect(again.prefix).not.toBe(prefix);
      expect(build([question]).prefix).toBe(prefix);
    });
  });

  it("writes seals that it can read", () => {
    expect(
      readThinkingSeal(writeThinkingSeal({ provider: "p", model: "m", prefix: "x", kind: "k", value: "v" })),
    ).toBeDefined();
  });
});
