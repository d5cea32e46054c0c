import { createHash } from "node:crypto";
import type {
  ContentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
  TextBlockParam,
  Tool,
} from "@anthropic-ai/sdk/resources/messages";
import type { AssistantMessage, Message } from "#core/contract/message.ts";
import type { ProviderRequest } from "#core/contract/provider.ts";
import { returnedInput } from "#lib/providers/transport/tool-input.ts";
import { readThinkingSeal } from "#lib/providers/transport/thinking-seal.ts";

export interface AnthropicRequest {
  params: MessageCreateParamsStreaming;
  /** Digest of system prompt, tools and messages: what reasoning in the answer will be bound to. */
  prefix: string;
}

const ephemeral = { type: "ephemeral" } as const;

/**
 * A request in the Messages format. The ends of the tools, of the system prompt and of the conversation are marked
 * for the prompt cache. Neighbouring messages of one role become one, results of tools first, as the vendor
 * demands. `temperature` is not sent: the vendor removed it. Nothing of `origin` is sent.
 */
export function anthropicRequest(
  request: ProviderRequest,
  options: { provider: string; thinkingDisplay?: "summarized" | "omitted" },
): AnthropicRequest {
  const system: TextBlockParam[] = request.system === "" ? [] : [{ type: "text", text: request.system }];
  const tools = request.tools.map(
    ({ name, description, inputSchema }): Tool => ({
      name,
      description,
      input_schema: inputSchema as Tool.InputSchema, // a JSON Schema of an object by the contract of ToolOffer
    }),
  );
  const digest = createHash("sha256").update(JSON.stringify([system, tools]));
  const prefixSoFar = () => digest.copy().digest("hex").slice(0, 24);
  const messages: MessageParam[] = [];
  const add = (message: MessageParam) => {
    digest.update(JSON.stringify(message));
    messages.push(message);
  };
  for (const turn of turnsOf(request.messages)) {
    const seal = { provider: options.provider, model: request.model, prefix: prefixSoFar() };
    const content = turn.role === "user" ? userContent(turn.messages) : assistantContent(turn.message, seal);
    if (content.length > 0) add({ role: turn.role, content });
  }
  const prefix = prefixSoFar();
  markLast(system);
  markLast(tools);
  const last = messages.at(-1);
  if (last?.role === "user" && Array.isArray(last.content)) markLast(last.content);
  return {
    params: {
      model: request.model,
      max_tokens: request.maxOutputTokens,
      stream: true,
      messages,
      ...(system.length === 0 ? {} : { system }),
      ...(tools.length === 0 ? {} : { tools }),
      ...(options.thinkingDisplay === undefined
        ? {}
        : { thinking: { type: "adaptive", display: options.thinkingDisplay } }),
    },
    prefix,
  };
}

type UserSideMessage = Exclude<Message, AssistantMessage>;

type Turn = { role: "user"; messages: UserSideMessage[] } | { role: "assistant"; message: AssistantMessage };

/** The messages of people and tools between two answers are one turn of the user's side. */
function turnsOf(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (message.role === "assistant") {
      // An answer without content cannot be sent; the turns around it then stand side by side.
      if (message.content.length > 0) turns.push({ role: "assistant", message });
    } else if (last?.role === "user") last.messages.push(message);
    else turns.push({ role: "user", messages: [message] });
  }
  return turns;
}

function userContent(messages: UserSideMessage[]): ContentBlockParam[] {
  const results: ContentBlockParam[] = [];
  const texts: ContentBlockParam[] = [];
  for (const message of messages) {
    if (message.role === "user") {
      for (const { text } of message.content) if (text !== "") texts.push({ type: "text", text });
      continue;
    }
    for (const { callId, content, isError } of message.content) {
      results.push({
        type: "tool_result",
        tool_use_id: sentId(callId),
        ...(content === "" ? {} : { content }),
        ...(isError ? { is_error: true } : {}),
      });
    }
  }
  return [...results, ...texts];
}

/** Reasoning goes back unchanged, but only to the model and the conversation that it was made in. */
function assistantContent(
  message: AssistantMessage,
  valid: { provider: string; model: string; prefix: string },
): ContentBlockParam[] {
  return message.content.flatMap((part): ContentBlockParam[] => {
    switch (part.type) {
      case "text":
        return part.text === "" ? [] : [{ type: "text", text: part.text }];
      case "tool-call":
        return [{ type: "tool_use", id: sentId(part.id), name: part.name, input: returnedInput(part) }];
      default: {
        const seal = part.signature === undefined ? undefined : readThinkingSeal(part.signature);
        if (seal?.provider !== valid.provider || seal.model !== valid.model) return [];
        if (seal.prefix !== valid.prefix) return [];
        return seal.kind === "redacted"
          ? [{ type: "redacted_thinking", data: seal.value }]
          : [{ type: "thinking", thinking: part.text, signature: seal.value }];
      }
    }
  });
}

/** Another provider's ids may hold characters that this vendor refuses. */
const sentId = (id: string) => id.replace(/[^A-Za-z0-9_-]/g, "_");

/** Reasoning blocks cannot carry a mark; nothing else ends the user's side. */
function markLast(blocks: (Tool | ContentBlockParam)[]): void {
  const last = blocks.at(-1);
  if (last !== undefined && last.type !== "thinking" && last.type !== "redacted_thinking") {
    Object.assign(last, { cache_control: ephemeral });
  }
}
