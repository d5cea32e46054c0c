import { assertNever } from "#core/contract/failure.ts";
import type { AssistantMessage } from "#core/contract/message.ts";
import {
  type ProviderEvent,
  type StopReason,
  type TerminalProviderEvent,
  type Usage,
  noUsage,
} from "#core/contract/provider.ts";
import { earlyEnd, malformedAnswer } from "#lib/providers/transport/malformed-answer.ts";
import { parseToolInput } from "#lib/providers/transport/tool-input.ts";
import type { AnswerAssembler } from "#lib/providers/transport/supervise-call.ts";
import { writeThinkingSeal } from "#lib/providers/transport/thinking-seal.ts";
import { type WireEvent, type WireUsage, readWireEvent } from "./anthropic-wire.ts";

type Block =
  | { type: "text"; text: string }
  | { type: "thinking"; text: string; signature: string }
  | { type: "redacted"; data: string }
  | { type: "tool-call"; id: string; name: string; json: string; initial: unknown };

/** Pieces of blocks that we do not read, like results of the vendor's own tools, fall under this. */
type Blocks = Map<number, Block | undefined>;

/** Puts the events of one Messages stream together. */
export function createAnthropicAnswer(about: {
  provider: string;
  /** As asked for: the vendor may answer with a dated name. */
  model: string;
  prefix: string;
}): AnswerAssembler<unknown> {
  const blocks: Blocks = new Map();
  let model = about.model;
  let usage: Usage | undefined;
  let stopReason: string | undefined;

  function accept(event: WireEvent): ProviderEvent[] {
    switch (event.type) {
      case "message_start":
        model = event.message.model;
        usage = updatedUsage(usage, event.message.usage);
        return [{ type: "started", model }];
      case "content_block_start":
        return startBlock(event.index, event.content_block);
      case "content_block_delta":
        return growBlock(event.index, event.delta);
      case "message_delta":
        usage = updatedUsage(usage, event.usage);
        stopReason = event.delta.stop_reason ?? stopReason;
        return [];
      case "message_stop":
        return [finish()];
      default:
        return assertNever(event, "Messages stream");
    }
  }

  function startBlock(
    index: number,
    block: (WireEvent & { type: "content_block_start" })["content_block"],
  ): ProviderEvent[] {
    if (block === undefined) {
      blocks.set(index, undefined);
      return [];
    }
    switch (block.type) {
      case "text":
        blocks.set(index, { type: "text", text: block.text });
        return block.text === "" ? [] : [{ type: "text-delta", text: block.text }];
      case "thinking":
        blocks.set(index, { type: "thinking", text: block.thinking, signature: block.signature });
        return block.thinking === "" ? [] : [{ type: "thinking-delta", text: block.thinking }];
      case "redacted_thinking":
        blocks.set(index, { type: "redacted", data: block.data });
        return [];
      default: {
        const { id, name, input } = block;
        blocks.set(index, { type: "tool-call", id, name, json: "", initial: input });
        return [{ type: "tool-call-started", id, name }];
      }
    }
  }

  function growBlock(
    index: number,
    delta: (WireEvent & { type: "content_block_delta" })["delta"],
  ): ProviderEvent[] {
    if (!blocks.has(index)) throw malformedAnswer("a piece of a block that never began");
    const block = blocks.get(index);
    if (block === undefined || delta === undefined) return [];
    if (delta.type === "text_delta" && block.type === "text") {
      block.text += delta.text;
      return delta.text === "" ? [] : [{ type: "text-delta", text: delta.text }];
    }
    if (delta.type === "thinking_delta" && block.type === "thinking") {
      block.text += delta.thinking;
      return delta.thinking === "" ? [] : [{ type: "thinking-delta", text: delta.thinking }];
    }
    if (delta.type === "signature_delta" && block.type === "thinking") {
      block.signature += delta.signature;
      return [];
    }
    if (delta.type === "input_json_delta" && block.type === "tool-call") {
      block.json += delta.partial_json;
      return delta.partial_json === ""
        ? []
        : [{ type: "tool-call-delta", id: block.id, json: delta.partial_json }];
    }
    throw malformedAnswer(`a ${delta.type} for a ${block.type} block`);
  }

  function finish(): TerminalProviderEvent {
    if (stopReason === undefined) throw malformedAnswer("no reason for its end");
    return {
      type: "finished",
      message: messageOf(blocks, about),
      stopReason: stopReasonOf(stopReason),
      usage: usage ?? noUsage,
      model,
    };
  }

  return {
    accept(piece) {
      const event = readWireEvent(piece);
      return event === undefined ? [] : accept(event);
    },
    end: () => ({
      type: "failed",
      failure: earlyEnd(about.provider),
      ...(usage === undefined ? {} : { usage }),
    }),
    usage: () => usage,
  };
}

function messageOf(
  blocks: Blocks,
  about: { provider: string; model: string; prefix: string },
): AssistantMessage {
  const seal = (kind: string, value: string) => writeThinkingSeal({ ...about, kind, value });
  const content: AssistantMessage["content"] = [];
  for (const [, block] of [...blocks].sort(([left], [right]) => left - right)) {
    switch (block?.type) {
      case undefined:
        break;
      case "text":
        if (block.text !== "") content.push({ type: "text", text: block.text });
        break;
      case "thinking":
        content.push({
          type: "thinking",
          text: block.text,
          ...(block.signature === "" ? {} : { signature: seal("thinking", block.signature) }),
        });
        break;
      case "redacted":
        content.push({ type: "thinking", text: "", signature: seal("redacted", block.data) });
        break;
      case "tool-call": {
        const { id, name, json, initial } = block;
        // Arguments come in pieces; a gateway may send them whole with the start instead.
        const text = json === "" && initial !== undefined ? JSON.stringify(initial) : json;
        content.push({ type: "tool-call", id, name, ...parseToolInput(text) });
        break;
      }
      default:
        assertNever(block, "block of an answer");
    }
  }
  return { role: "assistant", content };
}

function stopReasonOf(vendor: string): StopReason {
  switch (vendor) {
    case "tool_use":
      return "tool-calls";
    case "max_tokens":
    case "model_context_window_exceeded":
      return "max-tokens";
    case "refusal":
      return "refusal";
    default:
      return "end"; // end_turn, stop_sequence, pause_turn, and reasons that are added later
  }
}

function updatedUsage(before: Usage | undefined, wire: WireUsage | null | undefined): Usage | undefined {
  if (wire === null || wire === undefined) return before;
  const old = before ?? noUsage;
  return {
    inputTokens: wire.input_tokens ?? old.inputTokens,
    outputTokens: wire.output_tokens ?? old.outputTokens,
    cacheReadTokens: wire.cache_read_input_tokens ?? old.cacheReadTokens,
    cacheWriteTokens: wire.cache_creation_input_tokens ?? old.cacheWriteTokens,
    reasoningTokens: wire.output_tokens_details?.thinking_tokens ?? old.reasoningTokens,
  };
}
