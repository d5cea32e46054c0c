import { z } from "zod";
import {
  endsAnswer,
  type Scenario,
  type ScriptedAnswer,
  type SeenRequest,
} from "#core/testing/conformance/provider/scenario.ts";
import {
  type Frame,
  type WireAnswer,
  type WireRequest,
  tailFrames,
  write,
} from "#core/testing/conformance/provider/wire-server.ts";
import { cut, errorOf, keepAlive, keyOf, openAiAnswer, textOf } from "./openai-wire-server.testing.ts";

/** A scenario in the words of the Chat Completions API. */
export const chatAnswer = (scenario: Scenario | undefined): WireAnswer => openAiAnswer(scenario, framesOf);

const chunk = (data: object): Frame =>
  write(
    `data: ${JSON.stringify({ id: "chatcmpl_1", object: "chat.completion.chunk", created: 1, model: "gpt-test-2026-11-21", ...data })}\n\n`,
  );

const choice = (delta: object, finish_reason: string | null = null): Frame =>
  chunk({ choices: [{ index: 0, delta, finish_reason }], usage: null });

const finishReasons = { end: "stop", "tool-calls": "tool_calls", "max-tokens": "length", refusal: "stop" };

function framesOf({ answer, fault }: Scenario & { kind: "answer" }): Frame[] {
  const closing = [
    choice({}, finishReasons[answer.stop]),
    chunk({ choices: [], usage: usageOf(answer) }),
    write("data: [DONE]\n\n"),
  ];
  return [
    choice({ role: "assistant", content: "" }),
    ...(answer.thinking?.pieces ?? []).map((piece) => choice({ reasoning_content: piece })),
    ...(answer.text ?? []).map((piece) =>
      choice(answer.stop === "refusal" ? { refusal: piece } : { content: piece }),
    ),
    ...callFrames(answer),
    ...faultFrames(fault),
    ...(endsAnswer(fault) ? closing : []),
    ...tailFrames(fault),
  ];
}

function usageOf({ usage }: ScriptedAnswer) {
  return {
    prompt_tokens: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
    completion_tokens: usage.outputTokens,
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: 1,
  };
}

function callFrames({ calls = [] }: ScriptedAnswer): Frame[] {
  return calls.flatMap(({ id, name, json }, index) => [
    choice({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] }),
    ...json.map((piece) => choice({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]);
}

function faultFrames(fault: (Scenario & { kind: "answer" })["fault"]): Frame[] {
  switch (fault) {
    case "cut":
      return [write('data: {"id":"chatcm'), cut];
    case "malformed-json":
      return [write('data: {"choices": nonsense\n\n')];
    case "wrong-shape":
      return [chunk({ choices: "none" })];
    case "stall":
      return [{ kind: "hang" }];
    case "pings-for-ever":
      return [keepAlive];
    case "overloaded-event":
      return [write(`data: ${JSON.stringify({ error: errorOf.internal })}\n\n`)];
    case "unknown-events":
      return [
        chunk({ choices: [], moderation: { new: true } }),
        choice({ audio: { id: "a" }, new_member: 3 }),
      ];
    default:
      return [];
  }
}

const Message = z.discriminatedUnion("role", [
  z.strictObject({ role: z.literal("system"), content: z.string() }),
  z.strictObject({ role: z.literal("user"), content: z.string().min(1) }),
  z.strictObject({
    role: z.literal("assistant"),
    content: z.string().min(1).nullable(),
    tool_calls: z
      .array(
        z.object({
          id: z.string(),
          type: z.literal("function"),
          // Chat templates of open models parse the arguments, and fail on what is no JSON.
          function: z.object({
            name: z.string(),
            arguments: z.string().refine((json) => JSON.parse(json) !== undefined),
          }),
        }),
      )
      .min(1)
      .optional(),
  }),
  z.strictObject({ role: z.literal("tool"), tool_call_id: z.string(), content: z.string() }),
]);

const Body = z.object({
  model: z.string(),
  messages: z.array(Message).min(1),
  tools: z
    .array(
      z.object({
        type: z.literal("function"),
        function: z.object({ name: z.string(), description: z.string(), parameters: z.looseObject({}) }),
      }),
    )
    .default([]),
  max_tokens: z.number().optional(),
  max_completion_tokens: z.number().optional(),
  stream: z.literal(true),
  stream_options: z.object({ include_usage: z.literal(true) }),
});

export function readChatRequest({ path, headers, body }: WireRequest): SeenRequest {
  if (path !== "/v1/chat/completions") throw new Error(`posted to ${path}`);
  const { model, messages, tools, max_tokens, max_completion_tokens } = Body.parse(body);
  return {
    key: keyOf(headers["authorization"]),
    model,
    maxOutputTokens: max_completion_tokens ?? max_tokens,
    system: messages.flatMap((message) => (message.role === "system" ? [message.content] : [])).join("\n"),
    tools: tools.map((tool) => tool.function.name),
    texts: messages.flatMap((message) =>
      message.role === "user" || message.role === "assistant"
        ? [textOf(message.content)].filter(Boolean)
        : [],
    ),
    calls: messages.flatMap((message) =>
      message.role === "assistant"
        ? (message.tool_calls ?? []).map((call) => ({ id: call.id, name: call.function.name }))
        : [],
    ),
    results: messages.flatMap((message) =>
      message.role === "tool" ? [{ callId: message.tool_call_id, content: message.content }] : [],
    ),
    opaque: [],
    body: JSON.stringify(body),
  };
}
