import { describe, expect, it } from "vitest";
import { type Message, userText } from "#core/contract/message.ts";
import type { ProviderRequest } from "#core/contract/provider.ts";
import { writeThinkingSeal } from "#lib/providers/transport/thinking-seal.ts";
import { isReasoningModel } from "./models.ts";
import { responsesRequest } from "./responses-request.ts";

const build = (messages: Message[], more: Partial<ProviderRequest> = {}, reasons = true) =>
  responsesRequest(
    {
      model: "gpt-x",
      system: "Be kind.",
      messages,
      tools: [],
      maxOutputTokens: 100,
      origin: { agent: "x" },
      ...more,
    },
    { provider: "openai", reasons },
  );

const reasoning = (model = "gpt-x", provider = "openai") => ({
  type: "thinking" as const,
  text: "hm",
  signature: writeThinkingSeal({ provider, model, prefix: "", kind: "rs_1", value: "opaque" }),
});

describe("responsesRequest", () => {
  it("stores nothing at the vendor and asks for reasoning encrypted, from models that reason", () => {
    expect(build([userText("one")])).toMatchObject({
      store: false,
      include: ["reasoning.encrypted_content"],
    });
    expect(build([userText("one")], {}, false)).not.toHaveProperty("include");
  });

  it("sends a temperature only to models that take one", () => {
    expect(build([userText("one")], { temperature: 0.2 }, false)).toMatchObject({ temperature: 0.2 });
    expect(build([userText("one")], { temperature: 0.2 }, true)).not.toHaveProperty("temperature");
  });

  it("sends reasoning back before what it led to, with its id", () => {
    const call = { type: "tool-call" as const, id: "c1", name: "a", input: { x: 1 } };
    expect(build([userText("one"), { role: "assistant", content: [reasoning(), call] }]).input).toEqual([
      { role: "user", content: "one" },
      {
        type: "reasoning",
        id: "rs_1",
        summary: [{ type: "summary_text", text: "hm" }],
        encrypted_content: "opaque",
      },
      { type: "function_call", call_id: "c1", name: "a", arguments: '{"x":1}' },
    ]);
  });

  it.each<[string, Message]>([
    ["that nothing follows", { role: "assistant", content: [reasoning()] }],
    [
      "whose text after it is empty",
      { role: "assistant", content: [reasoning(), { type: "text", text: "" }] },
    ],
    ["of another model", { role: "assistant", content: [reasoning("gpt-y"), { type: "text", text: "t" }] }],
    [
      "of another provider",
      { role: "assistant", content: [reasoning("gpt-x", "azure"), { type: "text", text: "t" }] },
    ],
    [
      "without a value",
      {
        role: "assistant",
        content: [
          { type: "thinking", text: "hm" },
          { type: "text", text: "t" },
        ],
      },
    ],
  ])("leaves out reasoning %s, which the vendor would refuse", (_, answer) => {
    expect(JSON.stringify(build([userText("one"), answer]))).not.toContain('"reasoning"');
  });

  it("asks for summaries of reasoning when told to", () => {
    const request = {
      model: "m",
      system: "",
      messages: [],
      tools: [],
      maxOutputTokens: 1,
      origin: { agent: "x" },
    };
    const options = { provider: "openai", thinkingDisplay: "summarized" as const };
    expect(responsesRequest(request, { ...options, reasons: true })).toMatchObject({
      reasoning: { summary: "auto" },
    });
    expect(responsesRequest(request, { ...options, reasons: false })).not.toHaveProperty("reasoning");
  });
});

describe("isReasoningModel", () => {
  it.each([
    "gpt-5",
    "gpt-5.4-mini",
    "gpt-6.1-sol",
    "gpt-6-luna-2026-09-22",
    "o3",
    "o4-mini",
    "gpt-10",
    "codex-mini-latest",
  ])("knows %s as one", (model) => {
    expect(isReasoningModel(model)).toBe(true);
  });

  it.each(["gpt-4o", "gpt-4.1", "gpt-5-chat-latest", "llama-4", "qwen3", "olmo", "my-gpt-5"])(
    "knows %s as none",
    (model) => {
      expect(isReasoningModel(model)).toBe(false);
    },
  );
});
