import type {
  ResponseCreateParamsStreaming,
  ResponseInputItem,
  ResponseReasoningItem,
} from "openai/resources/responses/responses";
import type { AssistantMessage } from "#core/contract/message.ts";
import type { ProviderRequest } from "#core/contract/provider.ts";
import { readThinkingSeal } from "#lib/providers/transport/thinking-seal.ts";
import { returnedInput } from "#lib/providers/transport/tool-input.ts";

export interface ResponsesOptions {
  provider: string;
  reasons: boolean;
  thinkingDisplay?: "summarized" | "omitted";
}

/**
 * A request in the Responses format. Nothing is stored at the vendor (`store: false`); reasoning comes back
 * encrypted and goes back with the next request, to the same model only. `temperature` goes to models that do not
 * reason. Nothing of `origin` is sent.
 */
export function responsesRequest(
  request: ProviderRequest,
  options: ResponsesOptions,
): ResponseCreateParamsStreaming {
  const { model, system, messages, tools, maxOutputTokens, temperature } = request;
  const valid = { provider: options.provider, model };
  return {
    model,
    ...(system === "" ? {} : { instructions: system }),
    input: messages.flatMap((message): ResponseInputItem[] => {
      switch (message.role) {
        case "user": {
          const text = message.content.map((part) => part.text).join("\n\n");
          return text === "" ? [] : [{ role: "user", content: text }];
        }
        case "tool":
          return message.content.map(({ callId, content }) => ({
            type: "function_call_output",
            call_id: callId,
            output: content,
          }));
        default:
          return assistantItems(message, valid);
      }
    }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, inputSchema }) => ({
            type: "function",
            name,
            description,
            parameters: inputSchema,
            // Strict mode takes a part of JSON Schema only; the door validates anyway.
            strict: false,
          })),
        }),
    max_output_tokens: maxOutputTokens,
    store: false,
    stream: true,
    ...(options.reasons ? { include: ["reasoning.encrypted_content"] } : {}),
    ...(options.reasons && options.thinkingDisplay === "summarized"
      ? { reasoning: { summary: "auto" } }
      : {}),
    ...(temperature === undefined || options.reasons ? {} : { temperature }),
  };
}

function assistantItems(
  message: AssistantMessage,
  valid: { provider: string; model: string },
): ResponseInputItem[] {
  const items = message.content.flatMap((part): ResponseInputItem[] => {
    switch (part.type) {
      case "text":
        return part.text === "" ? [] : [{ role: "assistant", content: part.text }];
      case "tool-call": {
        const json = JSON.stringify(returnedInput(part));
        return [{ type: "function_call", call_id: part.id, name: part.name, arguments: json }];
      }
      default: {
        const item =
          part.signature === undefined ? undefined : reasoningItem(part.text, part.signature, valid);
        return item === undefined ? [] : [item];
      }
    }
  });
  // The vendor refuses reasoning that nothing follows.
  while (items.at(-1)?.type === "reasoning") items.pop();
  return items;
}

function reasoningItem(
  text: string,
  signature: string,
  valid: { provider: string; model: string },
): ResponseReasoningItem | undefined {
  const seal = readThinkingSeal(signature);
  if (seal?.provider !== valid.provider || seal.model !== valid.model) return undefined;
  return {
    type: "reasoning",
    id: seal.kind,
    summary: text === "" ? [] : [{ type: "summary_text", text }],
    encrypted_content: seal.value,
  };
}
