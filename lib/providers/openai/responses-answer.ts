import { type Failure, assertNever } from "#core/contract/failure.ts";
import type { AssistantMessage } from "#core/contract/message.ts";
import {
  type ProviderEvent,
  type StopReason,
  type TerminalProviderEvent,
  type Usage,
  noUsage,
} from "#core/contract/provider.ts";
import { earlyEnd, malformedAnswer } from "#lib/providers/transport/malformed-answer.ts";
import type { AnswerAssembler } from "#lib/providers/transport/supervise-call.ts";
import { writeThinkingSeal } from "#lib/providers/transport/thinking-seal.ts";
import { parseToolInput } from "#lib/providers/transport/tool-input.ts";
import {
  readWireEvent,
  type WireEvent,
  type WireItem,
  type WireResponse,
  type WireUsage,
} from "./responses-wire.ts";

/** An item as its pieces have built it so far, and whole once the vendor said that it is done. */
interface OpenItem {
  item: WireItem;
  text: string;
  /** A summary of reasoning comes in numbered paragraphs. */
  paragraph: number;
  isDone: boolean;
}

/** Puts the events of one Responses stream together. */
export function createResponsesAnswer(about: {
  provider: string;
  model: string;
  /** Reads the vendor's failure of an answer that it had begun. */
  failureOf(error: { code: string | undefined; message: string }): Failure;
}): AnswerAssembler<unknown> {
  const items = new Map<number, OpenItem>();
  let model = about.model;
  let usage: Usage | undefined;

  function accept(event: WireEvent): ProviderEvent[] {
    switch (event.type) {
      case "response.created":
        model = event.response.model;
        return [{ type: "started", model }];
      case "response.output_item.added":
        return addItem(event.output_index, event.item);
      case "response.output_item.done":
        return closeItem(event.output_index, event.item);
      case "response.output_text.delta":
      case "response.refusal.delta":
        return grow(event, (text) => ({ type: "text-delta", text }));
      case "response.reasoning_summary_text.delta":
      case "response.reasoning_text.delta":
        return grow(event, (text) => ({ type: "thinking-delta", text }));
      case "response.function_call_arguments.delta":
        return grow(event, (json, { item }) => {
          if (item.type !== "function_call") throw malformedAnswer("arguments for something that is no call");
          return { type: "tool-call-delta", id: item.call_id, json };
        });
      case "response.completed":
      case "response.incomplete":
        return [...wholeItems(event.response), finish(event.response)];
      case "response.failed":
        return [fail(event.response)];
      default:
        return assertNever(event, "Responses stream");
    }
  }

  function addItem(index: number, item: WireItem | undefined): ProviderEvent[] {
    if (item === undefined) return [];
    items.set(index, { item, text: "", paragraph: 0, isDone: false });
    return item.type === "function_call"
      ? [{ type: "tool-call-started", id: item.call_id, name: item.name }]
      : [];
  }

  function closeItem(index: number, item: WireItem | undefined): ProviderEvent[] {
    const events = items.has(index) ? [] : addItem(index, item);
    const open = items.get(index);
    if (open !== undefined && item !== undefined) items.set(index, { ...open, item, isDone: true });
    return events;
  }

  /** A gateway may give its items with the end only. */
  function wholeItems({ output }: WireResponse): ProviderEvent[] {
    if (items.size > 0) return [];
    return (output ?? []).flatMap((item, index) => closeItem(index, item));
  }

  function grow(
    piece: { output_index: number; delta: string; summary_index?: number | undefined },
    event: (delta: string, open: OpenItem) => ProviderEvent,
  ): ProviderEvent[] {
    const open = items.get(piece.output_index);
    if (open === undefined) throw malformedAnswer("a piece of an item that never began");
    const paragraph = piece.summary_index ?? open.paragraph;
    const delta = paragraph === open.paragraph ? piece.delta : `\n\n${piece.delta}`;
    open.paragraph = paragraph;
    open.text += delta;
    return delta === "" ? [] : [event(delta, open)];
  }

  function finish(response: WireResponse): TerminalProviderEvent {
    ({ model } = response);
    usage = usageOf(response.usage) ?? usage;
    const message = messageOf(items, about);
    return {
      type: "finished",
      message,
      stopReason: stopReasonOf(response, items),
      usage: usage ?? noUsage,
      model,
    };
  }

  function fail(response: WireResponse): TerminalProviderEvent {
    usage = usageOf(response.usage) ?? usage;
    const { code, message } = response.error ?? {};
    return {
      type: "failed",
      failure: about.failureOf({ code: code ?? undefined, message: message ?? "" }),
      ...(usage === undefined ? {} : { usage }),
    };
  }

  return {
    accept(piece) {
      const event = readWireEvent(piece);
      return event === undefined ? [] : accept(event);
    },
    end: () => ({ type: "failed", failure: earlyEnd(about.provider) }),
    usage: () => usage,
  };
}

function messageOf(
  items: Map<number, OpenItem>,
  about: { provider: string; model: string },
): AssistantMessage {
  const content: AssistantMessage["content"] = [];
  for (const [, { item, text, isDone }] of [...items].sort(([left], [right]) => left - right)) {
    switch (item.type) {
      case "message": {
        const written = isDone ? item.content.map(textOf).join("") : text;
        if (written !== "") content.push({ type: "text", text: written });
        break;
      }
      case "function_call":
        content.push({
          type: "tool-call",
          id: item.call_id,
          name: item.name,
          ...parseToolInput(isDone ? item.arguments : text),
        });
        break;
      default: {
        const { id, encrypted_content: value } = item;
        // The vendor wants id and value back together; the id takes the place of a kind.
        const signature =
          typeof value === "string"
            ? writeThinkingSeal({ ...about, prefix: "", kind: id, value })
            : undefined;
        if (text === "" && signature === undefined) break;
        content.push({ type: "thinking", text, ...(signature === undefined ? {} : { signature }) });
      }
    }
  }
  return { role: "assistant", content };
}

type MessagePart = (WireItem & { type: "message" })["content"][number];

function textOf(part: MessagePart): string {
  if (part === undefined) return "";
  return part.type === "output_text" ? part.text : part.refusal;
}

function stopReasonOf(response: WireResponse, items: Map<number, OpenItem>): StopReason {
  const reason = response.incomplete_details?.reason ?? undefined;
  if (reason === "content_filter") return "refusal";
  if (reason !== undefined) return "max-tokens";
  const all = [...items.values()].map(({ item }) => item);
  if (all.some((item) => item.type === "function_call")) return "tool-calls";
  const refused = all.some(
    (item) => item.type === "message" && item.content.some((part) => part?.type === "refusal"),
  );
  return refused ? "refusal" : "end";
}

/** The vendor's input count includes what came from and went into its cache. */
function usageOf(wire: WireUsage | null | undefined): Usage | undefined {
  if (wire === null || wire === undefined) return undefined;
  const cacheReadTokens = wire.input_tokens_details?.cached_tokens ?? 0;
  const cacheWriteTokens = wire.input_tokens_details?.cache_write_tokens ?? 0;
  return {
    inputTokens: Math.max(0, wire.input_tokens - cacheReadTokens - cacheWriteTokens),
    outputTokens: wire.output_tokens,
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens: wire.output_tokens_details?.reasoning_tokens ?? 0,
  };
}
