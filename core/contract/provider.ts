import { z } from "zod";
import type { Failure } from "./failure.ts";
import type { JsonObject } from "./json.ts";
import type { AssistantMessage, Message } from "./message.ts";

/** Tokens of one model call. `input` excludes what came from or went into the vendor's prompt cache. */
export const Usage = z.strictObject({
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  cacheReadTokens: z.number().int().nonnegative(),
  cacheWriteTokens: z.number().int().nonnegative(),
  reasoningTokens: z.number().int().nonnegative(),
});
export type Usage = z.infer<typeof Usage>;

export const noUsage: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
};

export const StopReason = z.enum(["end", "tool-calls", "max-tokens", "refusal"]);
export type StopReason = z.infer<typeof StopReason>;

/** A tool as a model sees it; `inputSchema` is JSON Schema 2020-12 of an object. */
export interface ToolOffer {
  name: string;
  description: string;
  inputSchema: JsonObject;
}

export interface ProviderRequest {
  model: string;
  /** The stable part of the prompt; providers mark its end for caching where the vendor can cache. */
  system: string;
  messages: Message[];
  tools: ToolOffer[];
  maxOutputTokens: number;
  temperature?: number;
  /** Who asks, for logs and for model-free providers. Nothing in it reaches a vendor but as opaque metadata. */
  origin: { agent: string; runId?: string; invocationId?: string; turn?: number };
}

/**
 * What a provider says while it answers. Deltas are for the live channel only; the two terminal events are
 * `finished` (the complete message) and `failed`. Nothing follows a terminal event.
 */
export type ProviderEvent =
  | { type: "started"; model: string }
  | { type: "text-delta"; text: string }
  | { type: "thinking-delta"; text: string }
  | { type: "tool-call-started"; id: string; name: string }
  | { type: "tool-call-delta"; id: string; json: string }
  | { type: "finished"; message: AssistantMessage; stopReason: StopReason; usage: Usage; model: string }
  | { type: "failed"; failure: Failure; usage?: Usage };

export type TerminalProviderEvent = Extract<ProviderEvent, { type: "finished" | "failed" }>;

/**
 * A model API. `stream` never throws and never rejects: timeouts, refused keys, rate limits, cut or malformed
 * streams and an aborted signal (`cancelled`) each end in exactly one `failed` event with a code of the closed
 * list, `retryable` set truthfully and `retryAfterMs` where the vendor named a time. Providers do not retry:
 * the run does, where it is recorded.
 */
export interface Provider {
  id: string;
  /** `usable` is false without a key or address; `detail` says what to set, never the key itself. */
  availability(): { usable: boolean; detail: string };
  stream(request: ProviderRequest, signal: AbortSignal): AsyncIterable<ProviderEvent>;
}

/** Model names by tier, so that a manifest can say "deep" and an operator decides which model that is. */
export const ModelTier = z.enum(["fast", "standard", "deep"]);
export type ModelTier = z.infer<typeof ModelTier>;
