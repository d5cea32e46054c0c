import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { assistantText, toolCallsOf } from "#core/contract/message.ts";
import type { ProviderRequest } from "#core/contract/provider.ts";
import { returnedInput } from "#lib/providers/transport/tool-input.ts";

/**
 * A request in the Chat Completions format, kept to what compatible gateways share: contents as plain strings, one
 * system message, `max_tokens` unless the model's name says that it wants `max_completion_tokens`. Reasoning is
 * not sent back; the format has no place for it. Nothing of `origin` is sent.
 */
export function chatRequest(
  request: ProviderRequest,
  options: { reasons: boolean },
): ChatCompletionCreateParamsStreaming {
  const { model, system, messages, tools, maxOutputTokens, temperature } = request;
  return {
    model,
    messages: [
      ...(system === "" ? [] : [{ role: "system" as const, content: system }]),
      ...messages.flatMap(chatMessages),
    ],
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, inputSchema }) => ({
            type: "function",
            function: { name, description, parameters: inputSchema },
          })),
        }),
    ...(options.reasons ? { max_completion_tokens: maxOutputTokens } : { max_tokens: maxOutputTokens }),
    stream: true,
    stream_options: { include_usage: true },
    ...(temperature === undefined || options.reasons ? {} : { temperature }),
  };
}

function chatMessages(message: ProviderRequest["messages"][number]): ChatCompletionMessageParam[] {
  switch (message.role) {
    case "user": {
      const content = message.content.map((part) => part.text).join("\n\n");
      return content === "" ? [] : [{ role: "user", content }];
    }
    case "tool":
      return message.content.map(({ callId, content }) => ({ role: "tool", tool_call_id: callId, content }));
    default: {
      const content = assistantText(message);
      const calls = toolCallsOf(message).map((call) => ({
        type: "function" as const,
        id: call.id,
        function: { name: call.name, arguments: JSON.stringify(returnedInput(call)) },
      }));
      if (content === "" && calls.length === 0) return [];
      return [
        {
          role: "assistant",
          content: content === "" ? null : content,
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
      ];
    }
  }
}
