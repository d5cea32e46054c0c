import type { StopReason, Usage } from "#core/contract/provider.ts";

/** What the far side does with one request, in no vendor's words; each vendor's wire server speaks it. */
export type Scenario =
  | { kind: "answer"; answer: ScriptedAnswer; fault?: Fault }
  | { kind: "refusal"; reason: RefusalReason; status: number; headers?: Record<string, string> }
  /** Not the vendor but something before it answers, with a page. */
  | { kind: "page"; status: number; html: string }
  /** Takes the request and sends nothing. */
  | { kind: "silence" };

export interface ScriptedAnswer {
  /** Reasoning in pieces, and the opaque value that must come back with it unchanged. */
  thinking?: { pieces: string[]; opaque: string };
  text?: string[];
  /** `json` in pieces, exactly as a model wrote it. */
  calls?: { id: string; name: string; json: string[] }[];
  stop: StopReason;
  usage: Usage;
}

/** What goes wrong after the answer's deltas and before its end; `cut-tail` and `late-end` come after its end. */
export type Fault =
  | "cut"
  | "early-end"
  | "malformed-json"
  | "wrong-shape"
  | "stall"
  | "overloaded-event"
  | "unknown-events"
  | "cut-tail"
  /** The last event comes at once, the end of the stream a little later, as over a real network. */
  | "late-end"
  /** Keeps the connection alive without a word: pings where the format has them, comments elsewhere. */
  | "pings-for-ever";

export type RefusalReason =
  | "bad-key"
  | "forbidden"
  | "bad-request"
  | "context-too-long"
  | "unknown-model"
  | "rate-limited"
  | "no-quota"
  | "overloaded"
  | "internal";

/** What a request said, read back from its wire format. */
export interface SeenRequest {
  key: string | undefined;
  model: string;
  system: string;
  maxOutputTokens: number | undefined;
  tools: string[];
  texts: string[];
  calls: { id: string; name: string }[];
  results: { callId: string; content: string }[];
  /** The opaque values of reasoning that came back. */
  opaque: string[];
  /** The whole body as JSON text, for what must never be in it. */
  body: string;
}

/** Whether the events that close an answer are still sent. */
export const endsAnswer = (fault: Fault | undefined): boolean =>
  fault === undefined || fault === "unknown-events" || fault === "cut-tail" || fault === "late-end";
