import type { AssistantMessage } from "#core/contract/message.ts";
import type { ProviderEvent, StopReason, TerminalProviderEvent, Usage } from "#core/contract/provider.ts";
import { earlyEnd, malformedAnswer } from "#lib/providers/transport/malformed-answer.ts";
import { estimateTokens } from "#lib/providers/pricing/estimate-tokens.ts";
import type { AnswerAssembler } from "#lib/providers/transport/supervise-call.ts";
import { parseToolInput } from "#lib/providers/transport/tool-input.ts";
import { readWireChunk, type WireCall, type WireUsage } from "./chat-wire.ts";

interface OpenCall {
  id: string;
  name: string;
  json: string;
}

/**
 * Puts the chunks of one Chat Completions stream together. The answer is complete when a reason for its end came
 * and the stream ended; the usage comes between the two. A gateway that counts nothing gets an estimate of four
 * bytes a token, so that limits still hold.
 */
export function createChatAnswer(about: {
  provider: string;
  model: string;
  /** The text of the whole request, for the estimate. */
  requestText: () => string;
}): AnswerAssembler<unknown> {
  const calls = new Map<number, OpenCall>();
  let model = about.model;
  let hasStarted = false;
  let text = "";
  let thinking = "";
  let hasRefused = false;
  let finishReason: string | undefined;
  let usage: Usage | undefined;

  function accept(piece: unknown): ProviderEvent[] {
    const chunk = readWireChunk(piece);
    const events: ProviderEvent[] = [];
    model = chunk.model ?? model;
    if (!hasStarted) events.push({ type: "started", model });
    hasStarted = true;
    usage = chunk.usage === null || chunk.usage === undefined ? usage : usageOf(chunk.usage);
    const choice = chunk.choices?.[0];
    if (choice === undefined) return events;
    finishReason = choice.finish_reason ?? finishReason;
    const { content, refusal, reasoning_content, reasoning, tool_calls } = choice.delta ?? {};
    const thought = reasoning_content ?? reasoning ?? "";
    const said = (content ?? "") + (refusal ?? "");
    hasRefused ||= (refusal ?? "") !== "";
    thinking += thought;
    text += said;
    if (thought !== "") events.push({ type: "thinking-delta", text: thought });
    if (said !== "") events.push({ type: "text-delta", text: said });
    for (const [position, call] of (tool_calls ?? []).entries()) events.push(...growCall(call, position));
    return events;
  }

  function growCall(call: WireCall, position: number): ProviderEvent[] {
    const index = indexOf(call, position);
    const json = call.function?.arguments ?? "";
    const open = calls.get(index);
    if (open !== undefined) {
      open.json += json;
      return json === "" ? [] : [{ type: "tool-call-delta", id: open.id, json }];
    }
    const name = call.function?.name ?? "";
    if (name === "") throw malformedAnswer("a call of no tool");
    const taken = new Set(Array.from(calls.values(), ({ id }) => id));
    const given = call.id ?? "";
    const id = given === "" || taken.has(given) ? unusedId(index, taken) : given;
    calls.set(index, { id, name, json });
    const started: ProviderEvent = { type: "tool-call-started", id, name };
    return json === "" ? [started] : [started, { type: "tool-call-delta", id, json }];
  }

  /** Without an index, a call with a known id goes on, one with a new id is the next, and the rest is by place. */
  function indexOf(call: WireCall, position: number): number {
    if (call.index !== null && call.index !== undefined) return call.index;
    const known = [...calls].find(([, { id }]) => id === call.id);
    if (known !== undefined) return known[0];
    return (call.function?.name ?? "") === "" ? position : calls.size;
  }

  function end(): TerminalProviderEvent {
    if (finishReason === undefined) {
      return { type: "failed", failure: earlyEnd(about.provider), ...(usage === undefined ? {} : { usage }) };
    }
    const content: AssistantMessage["content"] = [];
    if (thinking !== "") content.push({ type: "thinking", text: thinking });
    if (text !== "") content.push({ type: "text", text });
    for (const [, { id, name, json }] of [...calls].sort(([left], [right]) => left - right)) {
      content.push({ type: "tool-call", id, name, ...parseToolInput(json) });
    }
    return {
      type: "finished",
      message: { role: "assistant", content },
      stopReason: stopReasonOf(finishReason, { hasCalls: calls.size > 0, hasRefused }),
      usage: usage ?? estimated(),
      model,
    };
  }

  function estimated(): Usage {
    const answered = text + thinking + Array.from(calls.values(), ({ name, json }) => name + json).join("");
    return {
      inputTokens: estimateTokens(about.requestText()),
      outputTokens: estimateTokens(answered),
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: estimateTokens(thinking),
    };
  }

  return { accept, end, usage: () => usage };
}

function unusedId(index: number, taken: ReadonlySet<string>): string {
  for (let nth = index + 1; ; nth += 1) if (!taken.has(`call_${nth}`)) return `call_${nth}`;
}

function stopReasonOf(
  vendor: string,
  { hasCalls, hasRefused }: { hasCalls: boolean; hasRefused: boolean },
): StopReason {
  if (vendor === "length") return "max-tokens";
  if (vendor === "content_filter") return "refusal";
  // Some gateways say "stop" beside calls.
  if (hasCalls) return "tool-calls";
  return hasRefused ? "refusal" : "end";
}

/** The vendor's prompt count includes what came from and went into its cache. */
function usageOf(wire: WireUsage): Usage {
  const cacheReadTokens = wire.prompt_tokens_details?.cached_tokens ?? 0;
  const cacheWriteTokens = wire.prompt_tokens_details?.cache_write_tokens ?? 0;
  return {
    inputTokens: Math.max(0, wire.prompt_tokens - cacheReadTokens - cacheWriteTokens),
    outputTokens: wire.completion_tokens ?? 0,
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens: wire.completion_tokens_details?.reasoning_tokens ?? 0,
  };
}
