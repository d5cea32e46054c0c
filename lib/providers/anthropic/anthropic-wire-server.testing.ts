import { z } from "zod";
import {
  endsAnswer,
  type Fault,
  type RefusalReason,
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

/** A scenario in the words of the Messages API (streaming, version 2026-10-21). */
export function anthropicAnswer(scenario: Scenario | undefined): WireAnswer {
  if (scenario === undefined) return { status: 500, headers: {}, frames: [] };
  switch (scenario.kind) {
    case "silence":
      return { status: 200, headers: {}, frames: undefined };
    case "page":
      return {
        status: scenario.status,
        headers: { "content-type": "text/html" },
        frames: [write(scenario.html)],
      };
    case "refusal": {
      const body = JSON.stringify({ type: "error", error: errorOf[scenario.reason], request_id: "req_1" });
      return {
        status: scenario.status,
        headers: { "content-type": "application/json", ...scenario.headers },
        frames: [write(body)],
      };
    }
    default:
      return {
        status: 200,
        headers: { "content-type": "text/event-stream", "request-id": "req_1" },
        frames: framesOf(scenario.answer, scenario.fault),
      };
  }
}

const errorOf: Record<RefusalReason, { type: string; message: string; details?: object }> = {
  "bad-key": { type: "authentication_error", message: "invalid x-api-key" },
  forbidden: { type: "permission_error", message: "Your API key does not have permission" },
  "bad-request": { type: "invalid_request_error", message: "messages: the reason of the vendor" },
  "context-too-long": {
    type: "invalid_request_error",
    message: "prompt is too long: 1200000 tokens > 1000000 maximum",
  },
  "unknown-model": { type: "not_found_error", message: "model: nobody" },
  "rate-limited": { type: "rate_limit_error", message: "This request would exceed your rate limit" },
  "no-quota": {
    type: "rate_limit_error",
    message: "You have reached your limit",
    details: { error_code: "contract_spend_limit_reached" },
  },
  overloaded: { type: "overloaded_error", message: "Overloaded" },
  internal: { type: "api_error", message: "Internal server error" },
};

const stopReasons = {
  end: "end_turn",
  "tool-calls": "tool_use",
  "max-tokens": "max_tokens",
  refusal: "refusal",
};

const event = (type: string, data: object): Frame =>
  write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);

function framesOf(answer: ScriptedAnswer, fault: Fault | undefined): Frame[] {
  const { usage } = answer;
  const frames = [
    event("message_start", {
      message: {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model: "claude-test-20261121",
        content: [],
        stop_reason: null,
        usage: {
          input_tokens: usage.inputTokens,
          cache_read_input_tokens: usage.cacheReadTokens,
          cache_creation_input_tokens: usage.cacheWriteTokens,
          output_tokens: 1,
        },
      },
    }),
    event("ping", {}),
    ...blocksOf(answer),
  ];
  const closing = [
    event("message_delta", {
      delta: { stop_reason: stopReasons[answer.stop], stop_sequence: null },
      usage: {
        output_tokens: usage.outputTokens,
        output_tokens_details: { thinking_tokens: usage.reasoningTokens },
      },
    }),
    event("message_stop", {}),
  ];
  return [...frames, ...faultFrames(fault), ...(endsAnswer(fault) ? closing : []), ...tailFrames(fault)];
}

const cut: Frame = { kind: "cut" };

function faultFrames(fault: Fault | undefined): Frame[] {
  switch (fault) {
    case "cut":
      return [write('event: content_block_delta\ndata: {"type":"content_bl'), cut];
    case "malformed-json":
      return [write('event: content_block_delta\ndata: {"type": nonsense\n\n')];
    case "wrong-shape":
      return [event("content_block_delta", { index: "zero" })];
    case "stall":
      return [{ kind: "hang" }];
    case "pings-for-ever":
      return [{ kind: "repeat", everyMs: 20, text: 'event: ping\ndata: {"type":"ping"}\n\n' }];
    case "overloaded-event":
      return [event("error", { error: errorOf.overloaded })];
    case "unknown-events":
      return [
        event("something_new", { index: 0, delta: 3 }),
        event("content_block_start", { index: 90, content_block: { type: "new_block", id: 7 } }),
        event("content_block_delta", { index: 90, delta: { type: "new_delta" } }),
        event("content_block_stop", { index: 90 }),
      ];
    default:
      return [];
  }
}

function blocksOf({ thinking, text, calls = [] }: ScriptedAnswer): Frame[] {
  const frames: Frame[] = [];
  let index = 0;
  const block = (start: object, deltas: object[]) => {
    frames.push(event("content_block_start", { index, content_block: start }));
    for (const delta of deltas) frames.push(event("content_block_delta", { index, delta }));
    frames.push(event("content_block_stop", { index }));
    index += 1;
  };
  if (thinking !== undefined) {
    block({ type: "thinking", thinking: "", signature: "" }, [
      ...thinking.pieces.map((piece) => ({ type: "thinking_delta", thinking: piece })),
      { type: "signature_delta", signature: thinking.opaque },
    ]);
  }
  if (text !== undefined) {
    block(
      { type: "text", text: "" },
      text.map((piece) => ({ type: "text_delta", text: piece })),
    );
  }
  for (const { id, name, json } of calls) {
    block({ type: "tool_use", id, name, input: {} }, [
      { type: "input_json_delta", partial_json: "" },
      ...json.map((piece) => ({ type: "input_json_delta", partial_json: piece })),
    ]);
  }
  return frames;
}

const Block = z.looseObject({ type: z.string() });
const Body = z.object({
  model: z.string(),
  max_tokens: z.number(),
  stream: z.literal(true),
  system: z
    .array(z.object({ type: z.literal("text"), text: z.string(), cache_control: z.unknown() }))
    .default([]),
  tools: z
    .array(z.looseObject({ name: z.string(), input_schema: z.looseObject({ type: z.literal("object") }) }))
    .default([]),
  messages: z.array(z.object({ role: z.enum(["user", "assistant"]), content: z.array(Block).min(1) })),
});

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

/** Reads a request strictly, as the vendor would: roles, non-empty content, results right after their calls. */
export function readAnthropicRequest({ path, headers, body }: WireRequest): SeenRequest {
  if (path !== "/v1/messages") throw new Error(`posted to ${path}`);
  const { model, max_tokens, system, tools, messages } = Body.parse(body);
  const blocks = messages.flatMap(({ content }) => content);
  const fields = (type: string, ...names: string[]) =>
    blocks.filter((block) => block.type === type).map((block) => names.map((name) => textOf(block[name])));
  return {
    key: textOf(headers["authorization"]).replace(/^Bearer /, "") || undefined,
    model,
    maxOutputTokens: max_tokens,
    system: system.map(({ text }) => text).join("\n"),
    tools: tools.map(({ name }) => name),
    texts: fields("text", "text").map(([text = ""]) => text),
    calls: fields("tool_use", "id", "name").map(([id = "", name = ""]) => ({ id, name })),
    results: fields("tool_result", "tool_use_id", "content").map(([callId = "", content = ""]) => ({
      callId,
      content,
    })),
    opaque: [...fields("thinking", "signature"), ...fields("redacted_thinking", "data")].map(
      ([value = ""]) => value,
    ),
    body: JSON.stringify(body),
  };
}
