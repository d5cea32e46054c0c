import { describe, expect, it } from "vitest";
import { type Message, userText } from "#core/contract/message.ts";
import { realClock } from "#core/testing/conformance/provider/real-clock.ts";
import { startWireServer } from "#core/testing/conformance/provider/wire-server.ts";
import { chatAnswer } from "./chat-wire-server.testing.ts";
import { chatRequest } from "./chat-request.ts";
import { createOpenAiProvider } from "./openai-provider.ts";

const request = (messages: Message[], temperature?: number) => ({
  model: "llama",
  system: "Be kind.",
  messages,
  tools: [],
  maxOutputTokens: 100,
  origin: { agent: "x" },
  ...(temperature === undefined ? {} : { temperature }),
});

describe("chatRequest", () => {
  it("names the limit as the model wants it", () => {
    expect(chatRequest(request([userText("one")]), { reasons: true })).toMatchObject({
      max_completion_tokens: 100,
    });
    expect(chatRequest(request([userText("one")]), { reasons: false })).toMatchObject({ max_tokens: 100 });
  });

  it("sends a temperature only to models that take one", () => {
    expect(chatRequest(request([userText("one")], 0.2), { reasons: false })).toMatchObject({
      temperature: 0.2,
    });
    expect(chatRequest(request([userText("one")], 0.2), { reasons: true })).not.toHaveProperty("temperature");
  });

  it("sends plain strings, arguments that are JSON, and no answer without content", () => {
    const { messages } = chatRequest(
      request([
        {
          role: "user",
          content: [
            { type: "text", text: "one" },
            { type: "text", text: "two" },
          ],
        },
        { role: "assistant", content: [{ type: "thinking", text: "hm" }] },
        {
          role: "assistant",
          content: [
            { type: "text", text: "calling" },
            { type: "tool-call", id: "c", name: "n", input: null, malformed: "{no" },
          ],
        },
        {
          role: "tool",
          content: [{ type: "tool-result", callId: "c", name: "n", content: "", isError: true }],
        },
      ]),
      { reasons: false },
    );
    expect(messages).toEqual([
      { role: "system", content: "Be kind." },
      { role: "user", content: "one\n\ntwo" },
      {
        role: "assistant",
        content: "calling",
        tool_calls: [
          { type: "function", id: "c", function: { name: "n", arguments: '{"INVALID_JSON":"{no"}' } },
        ],
      },
      { role: "tool", tool_call_id: "c", content: "" },
    ]);
  });
});

describe("a gateway without keys", () => {
  it("is usable, and gets no authorization header", async () => {
    const server = await startWireServer(() =>
      chatAnswer({
        kind: "answer",
        answer: {
          text: ["hi"],
          stop: "end",
          usage: {
            inputTokens: 1,
            outputTokens: 1,
            cacheReadTokens: 0,
            cacheWriteTokens: 0,
            reasoningTokens: 0,
          },
        },
      }),
    );
    const provider = createOpenAiProvider({
      id: "vllm",
      apiKey: undefined,
      keyless: true,
      api: "chat",
      baseUrl: `${server.url}/v1`,
      clock: realClock,
    });
    try {
      expect(provider.availability()).toMatchObject({ usable: true });
      const events = [];
      for await (const event of provider.stream(request([userText("one")]), new AbortController().signal))
        events.push(event);
      expect(events.at(-1)).toMatchObject({ type: "finished" });
      expect(server.requests[0]?.headers).not.toHaveProperty("authorization");
    } finally {
      provider.close();
      await server.close();
    }
  });
});
