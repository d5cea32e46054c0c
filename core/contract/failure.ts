import { z } from "zod";
import { JsonObject } from "./json.ts";

/**
 * The closed list of what can go wrong. A new code needs a row in the HTTP table
 * (api/middleware/failure-status.ts) and in the exit-code table (api/cli/exit-code.ts).
 */
export const FailureCode = z.enum([
  "invalid-input",
  "not-found",
  "conflict",
  "stale-precondition",
  "unauthenticated",
  "forbidden",
  "refused-by-policy",
  "refused-by-guardrail",
  "refused-by-hook",
  "gate-rejected",
  "gate-expired",
  "gate-input-changed",
  "limit-exceeded",
  "cancelled",
  "timed-out",
  "tool-unknown",
  "tool-failed",
  "tool-output-invalid",
  "tool-abandoned",
  "agent-failed",
  "stage-incomplete",
  "provider-unreachable",
  "provider-rate-limited",
  "provider-overloaded",
  "provider-rejected-key",
  "provider-rejected-request",
  "provider-bad-response",
  "context-too-long",
  "storage-failed",
  "lease-lost",
  "log-corrupt",
  "payload-erased",
  "missing-part",
  "blocked",
  "internal",
]);
export type FailureCode = z.infer<typeof FailureCode>;

/** A failure is data: it fits an event, an HTTP answer and a line of text. `message` says what to do next. */
export const Failure = z.strictObject({
  code: FailureCode,
  message: z.string().min(1).max(2000),
  retryable: z.boolean(),
  /** Milliseconds to wait before the next try, where the other side named a time. */
  retryAfterMs: z.number().int().nonnegative().optional(),
  /** Small machine-readable particulars: the limit's name, the column, the rule. Never content. */
  details: JsonObject.optional(),
});
export type Failure = z.infer<typeof Failure>;

export type Result<Value> = { ok: true; value: Value } | { ok: false; failure: Failure };

export const ok = <Value>(value: Value): Result<Value> => ({ ok: true, value });

/** Builds a failed result; `retryable` is false unless said otherwise. */
export function fail(
  code: FailureCode,
  message: string,
  more: { retryable?: boolean; retryAfterMs?: number; details?: JsonObject } = {},
): { ok: false; failure: Failure } {
  return { ok: false, failure: failure(code, message, more) };
}

/** Builds a Failure; texts longer than the schema allows are cut, so that reporting never fails itself. */
export function failure(
  code: FailureCode,
  message: string,
  more: { retryable?: boolean; retryAfterMs?: number; details?: JsonObject } = {},
): Failure {
  const text = message.length > 1990 ? `${message.slice(0, 1990)}…` : message;
  return {
    code,
    message: text === "" ? code : text,
    retryable: more.retryable ?? false,
    ...(more.retryAfterMs === undefined ? {} : { retryAfterMs: Math.max(0, Math.round(more.retryAfterMs)) }),
    ...(more.details === undefined ? {} : { details: more.details }),
  };
}

/** Carries a Failure through code that can only throw (libraries' callbacks, parsers). The edge unwraps it. */
export class FailureError extends Error {
  readonly failure: Failure;
  constructor(value: Failure, options?: { cause?: unknown }) {
    super(value.message, options);
    this.name = "FailureError";
    this.failure = value;
  }
}

/** Reads any thrown value as a Failure: a FailureError keeps its own, all else is `internal` (a bug). */
export function failureFrom(thrown: unknown, fallback: FailureCode = "internal"): Failure {
  if (thrown instanceof FailureError) return thrown.failure;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return failure(fallback, message);
}

/** Ends a switch over a union: reaching it at run time means that a schema and its reader disagree. */
export function assertNever(value: never, where: string): never {
  throw new Error(`${where}: no case for ${JSON.stringify(value)}`);
}
