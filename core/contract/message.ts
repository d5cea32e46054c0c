import { z } from "zod";
import { JsonValue } from "./json.ts";

export const TextPart = z.strictObject({ type: z.literal("text"), text: z.string() });

/** A model's reasoning as the vendor gave it; `signature` goes back unchanged where the vendor demands it. */
export const ThinkingPart = z.strictObject({
  type: z.literal("thinking"),
  text: z.string(),
  signature: z.string().optional(),
});

/**
 * A call that a model asks for. `id` is the model's own, unique in its message. `input` is the parsed JSON;
 * when the text was no JSON, `malformed` holds it and `input` is null.
 */
export const ToolCallPart = z.strictObject({
  type: z.literal("tool-call"),
  id: z.string().min(1),
  name: z.string().min(1),
  input: JsonValue,
  malformed: z.string().optional(),
});
export type ToolCallPart = z.infer<typeof ToolCallPart>;

export const AssistantPart = z.discriminatedUnion("type", [TextPart, ThinkingPart, ToolCallPart]);
export type AssistantPart = z.infer<typeof AssistantPart>;

export const AssistantMessage = z.strictObject({
  role: z.literal("assistant"),
  content: z.array(AssistantPart),
});
export type AssistantMessage = z.infer<typeof AssistantMessage>;

/** The answer to one tool call: JSON or text as one string, and whether it tells of a failure or refusal. */
export const ToolResultPart = z.strictObject({
  type: z.literal("tool-result"),
  callId: z.string().min(1),
  name: z.string().min(1),
  content: z.string(),
  isError: z.boolean(),
});
export type ToolResultPart = z.infer<typeof ToolResultPart>;

export const UserMessage = z.strictObject({ role: z.literal("user"), content: z.array(TextPart) });
export const ToolMessage = z.strictObject({ role: z.literal("tool"), content: z.array(ToolResultPart) });

export const Message = z.discriminatedUnion("role", [UserMessage, AssistantMessage, ToolMessage]);
export type Message = z.infer<typeof Message>;

export const userText = (text: string): Message => ({ role: "user", content: [{ type: "text", text }] });

/** The visible text of an assistant message, parts joined by a blank line. */
export function assistantText(message: AssistantMessage): string {
  return message.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");
}

export function toolCallsOf(message: AssistantMessage): ToolCallPart[] {
  return message.content.filter((part) => part.type === "tool-call");
}
