import type { RefusalReason, Scenario } from "#core/testing/conformance/provider/scenario.ts";
import { type Frame, type WireAnswer, write } from "#core/testing/conformance/provider/wire-server.ts";

/** What both of the vendor's formats share: how they refuse, and how a stream breaks. */
export function openAiAnswer(
  scenario: Scenario | undefined,
  framesOf: (scenario: Scenario & { kind: "answer" }) => Frame[],
): WireAnswer {
  if (scenario === undefined) return { status: 500, headers: {}, frames: [] };
  switch (scenario.kind) {
    case "silence":
      return { status: 200, headers: {}, frames: undefined };
    case "page":
      return {
        status: scenario.status,
        headers: { "content-type": "text/html" },
        frames: [write(scenario.html)],
      };
    case "refusal":
      return {
        status: scenario.status,
        headers: { "content-type": "application/json", ...scenario.headers },
        frames: [write(JSON.stringify({ error: errorOf[scenario.reason] }))],
      };
    default:
      return { status: 200, headers: { "content-type": "text/event-stream" }, frames: framesOf(scenario) };
  }
}

export const errorOf: Record<
  RefusalReason,
  { type: string; code: string | null; message: string; param: null }
> = {
  "bad-key": error(
    "invalid_request_error",
    "invalid_api_key",
    "Incorrect API key provided: test-key-8c1f2e77***",
  ),
  forbidden: error("invalid_request_error", "unsupported_country_region_territory", "Country not supported"),
  "bad-request": error("invalid_request_error", null, "Invalid value: the reason of the vendor"),
  "context-too-long": error(
    "invalid_request_error",
    "context_length_exceeded",
    "Your input exceeds the context window of this model.",
  ),
  "unknown-model": error("invalid_request_error", "model_not_found", "The model does not exist"),
  "rate-limited": error("requests", "rate_limit_exceeded", "Rate limit reached for requests"),
  "no-quota": error("insufficient_quota", "insufficient_quota", "You exceeded your current quota"),
  overloaded: error("server_error", null, "The engine is currently overloaded"),
  internal: error("server_error", null, "The server had an error"),
};

function error(type: string, code: string | null, message: string) {
  return { type, code, message, param: null };
}

export const cut: Frame = { kind: "cut" };

/** Comments are what this format has for keeping a connection alive. */
export const keepAlive: Frame = { kind: "repeat", everyMs: 20, text: ": keep-alive\n\n" };

export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

export const keyOf = (header: unknown): string | undefined =>
  textOf(header).replace(/^Bearer /, "") || undefined;
