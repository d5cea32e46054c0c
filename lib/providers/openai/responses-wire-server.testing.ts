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

/** A scenario in the words of the Responses API. */
export const responsesAnswer = (scenario: Scenario | undefined): WireAnswer =>
  openAiAnswer(scenario, framesOf);

const event = (type: string, data: object): Frame =>
  write(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: 1, ...data })}\n\n`);

function framesOf({ answer, fault }: Scenario & { kind: "answer" }): Frame[] {
  const response = {
    id: "resp_1",
    object: "response",
    model: "gpt-test-2026-11-21",
    output: [],
    usage: null,
  };
  const closing = event(answer.stop === "max-tokens" ? "response.incomplete" : "response.completed", {
    response: {
      ...response,
      status: answer.stop === "max-tokens" ? "incomplete" : "completed",
      incomplete_details: answer.stop === "max-tokens" ? { reason: "max_output_tokens" } : null,
      usage: usageOf(answer),
    },
  });
  return [
    event("response.created", { response: { ...response, status: "in_progress" } }),
    event("response.in_progress", { response: { ...response, status: "in_progress" } }),
    ...itemFrames(answer),
    ...faultFrames(fault),
    ...(endsAnswer(fault) ? [closing] : []),
    ...tailFrames(fault),
  ];
}

function usageOf({ usage }: ScriptedAnswer) {
  return {
    input_tokens: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
    input_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: 1,
  };
}

function faultFrames(fault: (Scenario & { kind: "answer" })["fault"]): Frame[] {
  switch (fault) {
    case "cut":
      return [write('event: response.output_text.delta\ndata: {"type":"resp'), cut];
    case "malformed-json":
      return [write('event: response.output_text.delta\ndata: {"type": nonsense\n\n')];
    case "wrong-shape":
      return [event("response.output_text.delta", { output_index: 0, delta: 3 })];
    case "stall":
      return [{ kind: "hang" }];
    case "pings-for-ever":
      return [keepAlive];
    case "overloaded-event":
      return [event("error", { code: "server_error", message: errorOf.internal.message, param: null })];
    case "unknown-events":
      return [
        event("response.something_new", { output_index: 7, delta: 3 }),
        event("response.output_item.added", { output_index: 90, item: { type: "new_item", id: 7 } }),
        event("response.output_item.done", { output_index: 90, item: { type: "new_item", id: 7 } }),
      ];
    default:
      return [];
  }
}

function itemFrames({ thinking, text, calls = [], stop }: ScriptedAnswer): Frame[] {
  const frames: Frame[] = [];
  let output_index = 0;
  const item = (begun: object, done: object, pieces: Frame[]) => {
    frames.push(event("response.output_item.added", { output_index, item: begun }), ...pieces);
    frames.push(event("response.output_item.done", { output_index, item: done }));
    output_index += 1;
  };
  const deltas = (type: string, values: string[], extra: object = {}) =>
    values.map((delta) => event(type, { item_id: "item", output_index, delta, ...extra }));
  if (thinking !== undefined) {
    const summary = [{ type: "summary_text", text: thinking.pieces.join("") }];
    const reasoning = { type: "reasoning", id: "rs_1", encrypted_content: thinking.opaque };
    const pieces = deltas("response.reasoning_summary_text.delta", thinking.pieces, { summary_index: 0 });
    item({ ...reasoning, summary: [], encrypted_content: null }, { ...reasoning, summary }, pieces);
  }
  if (text !== undefined) {
    const message = { type: "message", id: "msg_1", role: "assistant", status: "in_progress", content: [] };
    const whole = text.join("");
    const isRefusal = stop === "refusal";
    const content = [
      isRefusal ? { type: "refusal", refusal: whole } : { type: "output_text", text: whole, annotations: [] },
    ];
    const pieces = deltas(isRefusal ? "response.refusal.delta" : "response.output_text.delta", text, {
      content_index: 0,
    });
    item(message, { ...message, status: "completed", content }, pieces);
  }
  for (const { id, name, json } of calls) {
    const call = { type: "function_call", id: `fc_${id}`, call_id: id, name };
    item(
      { ...call, arguments: "" },
      { ...call, arguments: json.join("") },
      deltas("response.function_call_arguments.delta", json),
    );
  }
  return frames;
}

const Body = z.object({
  model: z.string(),
  instructions: z.string().default(""),
  input: z.array(z.looseObject({})).min(1),
  tools: z
    .array(
      z.object({
        type: z.literal("function"),
        name: z.string(),
        description: z.string(),
        parameters: z.looseObject({}),
        strict: z.literal(false),
      }),
    )
    .default([]),
  max_output_tokens: z.number(),
  store: z.literal(false),
  stream: z.literal(true),
  include: z.array(z.literal("reasoning.encrypted_content")).optional(),
});

/** Reads a request as the vendor would; reasoning must be followed by what it led to. */
export function readResponsesRequest({ path, headers, body }: WireRequest): SeenRequest {
  if (path !== "/v1/responses") throw new Error(`posted to ${path}`);
  const request = Body.parse(body);
  if (request.input.at(-1)?.["type"] === "reasoning") throw new Error("reasoning without its following item");
  const of = (type: string) => request.input.filter((item) => item["type"] === type);
  return {
    key: keyOf(headers["authorization"]),
    model: request.model,
    maxOutputTokens: request.max_output_tokens,
    system: request.instructions,
    tools: request.tools.map(({ name }) => name),
    texts: request.input.filter((item) => "role" in item).map((item) => textOf(item["content"])),
    calls: of("function_call").map((item) => ({ id: textOf(item["call_id"]), name: textOf(item["name"]) })),
    results: of("function_call_output").map((item) => ({
      callId: textOf(item["call_id"]),
      content: textOf(item["output"]),
    })),
    opaque: of("reasoning").map((item) => textOf(item["encrypted_content"])),
    body: JSON.stringify(body),
  };
}
