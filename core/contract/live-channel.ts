import type { JsonObject } from "./json.ts";

/** What happens between two events: shown to whoever watches at this moment, kept nowhere. */
export type LiveUpdate =
  | { kind: "text-delta"; invocationId: string; agent: string; turn: number; text: string }
  | { kind: "thinking-delta"; invocationId: string; agent: string; turn: number; text: string }
  | { kind: "tool-progress"; callId: string; tool: string; progress: JsonObject };

/** In memory, best effort: a watcher that comes late or is slow misses updates and loses nothing that counts. */
export interface LiveChannel {
  publish(runId: string, update: LiveUpdate): void;
  /** Returns the function that ends the subscription. */
  subscribe(runId: string, listener: (update: LiveUpdate) => void): () => void;
}
