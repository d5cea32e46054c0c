import { z } from "zod";
import type { JsonValue } from "./json.ts";
import type { Message } from "./message.ts";

export const HookPoint = z.enum([
  "SESSION_START",
  "PRE_LLM",
  "LLM_CALL_WRAPPER",
  "POST_LLM",
  "PRE_TOOL",
  "POST_TOOL",
  "AGENT_DELEGATE",
  "PRE_COMPACTION",
  "POST_COMPACTION",
  "STORAGE_WRITE",
]);
export type HookPoint = z.infer<typeof HookPoint>;

/** What a handler sees, and may change, at each point. */
export interface HookPayloads {
  /** Once per agent invocation, before its first turn. */
  SESSION_START: { system: string; task: string };
  /** Before each model call. */
  PRE_LLM: { system: string; messages: Message[] };
  /** Around each attempt of a model call: which model answers, and how long it may be. */
  LLM_CALL_WRAPPER: { provider: string; model: string; maxOutputTokens: number; attempt: number };
  /** After each model answer, before it is recorded. */
  POST_LLM: { message: Extract<Message, { role: "assistant" }> };
  /** Before a tool runs, after the permission decision. Changed input is validated and decided again. */
  PRE_TOOL: { tool: string; input: JsonValue };
  /** After a tool ended, before the result is recorded and shown to a model. */
  POST_TOOL: { tool: string; output: JsonValue; isError: boolean };
  /** Before an agent hands work to another. */
  AGENT_DELEGATE: {
    from: string;
    to: string;
    /** Of the delegate: 1 below the agent of a stage. */
    depth: number;
    input: JsonValue;
    /** Handovers of this run so far, this one not counted. */
    delegations: number;
    /** Of those, how many went to the same agent, and how many of these with the same input. */
    sameAgent: number;
    sameInput: number;
  };
  /** Before a conversation is shortened: texts added to `preserve` survive word for word. */
  PRE_COMPACTION: { messages: Message[]; preserve: string[] };
  /** After shortening: the summary that replaces the old messages. */
  POST_COMPACTION: { summary: string };
  /** Before a line of a conversation is written to a file. */
  STORAGE_WRITE: { file: string; line: string };
}

/** Where a hook runs. */
export interface HookContext {
  runId: string | undefined;
  agent: string | undefined;
  callId: string | undefined;
  invocationId: string | undefined;
  /** Handlers that count or remember within a run keep it here; the runtime drops it when the run ends. */
  runMemory: Map<string, unknown>;
  signal: AbortSignal;
}

/** What was noticed, without the content itself. */
export const Finding = z.strictObject({
  type: z.string().min(1).max(80),
  count: z.number().int().positive().default(1),
  score: z.number().optional(),
});
export type Finding = z.infer<typeof Finding>;

/**
 * `redact` hands a changed payload to the next handler, `deny` ends the chain, `error` says that the check could
 * not be made: it passes for ordinary handlers and denies for invariant ones.
 */
export type HookOutcome<Payload> =
  | { outcome: "allow" }
  | { outcome: "redact"; payload: Payload; findings: Finding[] }
  | { outcome: "deny"; reason: string; findings: Finding[] }
  | { outcome: "error"; reason: string };

/**
 * A handler at one point. Guardrails are handlers; so are plugin hooks. Higher `priority` runs first, equal ones
 * in order of registration.
 */
export interface HookHandler<Point extends HookPoint = HookPoint> {
  id: string;
  point: Point;
  /** The guardrail, plugin or deployment it belongs to. */
  owner: string;
  priority: number;
  invariant: boolean;
  timeoutMs: number;
  handle(
    payload: HookPayloads[Point],
    context: HookContext,
  ): HookOutcome<HookPayloads[Point]> | Promise<HookOutcome<HookPayloads[Point]>>;
}

/** A handler of any one point: what registries hold. */
export type AnyHookHandler = { [Point in HookPoint]: HookHandler<Point> }[HookPoint];
