import { type Failure, type FailureCode, failure } from "#core/contract/failure.ts";
import type { JsonObject } from "#core/contract/json.ts";
import { retryAfterOf } from "./retry-after.ts";

/** A vendor's "no", read from an HTTP answer or from an error event inside a stream. */
export interface Refusal {
  /** HTTP status; undefined for an error inside a stream. */
  status: number | undefined;
  /** The vendor's own word for it: `overloaded_error`, `context_length_exceeded`, … */
  code: string | undefined;
  /** The vendor's text; shown only for rejected requests, with secrets taken out. */
  message: string;
  headers: Headers | undefined;
}

/** Who was asked for what, for messages that say what to do next. */
export interface RefusalContext {
  provider: string;
  model: string;
  keyVariable: string;
  /** Texts that must never be repeated, the key before all. */
  secrets: readonly string[];
  now: number;
}

type Kind =
  | "key"
  | "quota"
  | "rate"
  | "overloaded"
  | "unreachable"
  | "internal"
  | "context"
  | "model"
  | "request";

const kindOfCode: Record<string, Kind> = {
  authentication_error: "key",
  permission_error: "key",
  invalid_api_key: "key",
  billing_error: "quota",
  insufficient_quota: "quota",
  billing_hard_limit_reached: "quota",
  rate_limit_error: "rate",
  rate_limit_exceeded: "rate",
  overloaded_error: "overloaded",
  timeout_error: "unreachable",
  gateway_timeout_error: "unreachable",
  api_error: "internal",
  server_error: "internal",
  context_length_exceeded: "context",
  request_too_large: "context",
  not_found_error: "model",
  model_not_found: "model",
};

const kindOfStatus: Record<number, Kind> = {
  401: "key",
  402: "quota",
  403: "key",
  404: "model",
  408: "unreachable",
  409: "internal",
  413: "context",
  429: "rate",
  500: "internal",
  502: "unreachable",
  503: "overloaded",
  504: "unreachable",
  529: "overloaded",
};

const contextPattern =
  /prompt is too long|context[ _-](length|window)|maximum context|exceeds? the (maximum|available) context|too many (input )?tokens/i;

/**
 * A refusal as a Failure of the closed list, `retryable` only where the same request may succeed later, with the
 * time to wait where the vendor names one.
 */
export function failureOfRefusal(refusal: Refusal, context: RefusalContext): Failure {
  const kind = kindOf(refusal);
  const { provider, model, keyVariable } = context;
  const http = refusal.status === undefined ? "in its stream" : `HTTP ${refusal.status}`;
  switch (kind) {
    case "key":
      return refused("provider-rejected-key", {
        message: `${provider} refused the key (${http}); set ${keyVariable} to a key that may use ${model}`,
      });
    case "quota":
      return refused("provider-rate-limited", {
        message: `the account at ${provider} has no quota or credit left (${http}); add some, or choose another provider`,
      });
    case "rate":
      return refused("provider-rate-limited", {
        message: `${provider} limits the rate of calls (${http})`,
        waits: true,
      });
    case "overloaded":
      return refused("provider-overloaded", { message: `${provider} is overloaded (${http})`, waits: true });
    case "unreachable":
      return refused("provider-unreachable", {
        message: `${provider} or a gateway before it gave no answer in time (${http})`,
        waits: true,
      });
    case "internal":
      return refused("provider-bad-response", {
        message: `${provider} reports a fault of its own (${http})`,
        waits: true,
      });
    case "context":
      return refused("context-too-long", {
        message: `the conversation is too long for ${model} at ${provider} (${http}); shorten it or choose a model with a larger window`,
      });
    case "model":
      return refused("provider-rejected-request", {
        message: `${provider} does not know ${model} at this address (${http}); check the model's name and the base URL`,
      });
    default:
      return refused("provider-rejected-request", {
        message: `${provider} rejected the request to ${model} (${http}): ${quoted(refusal.message, context.secrets)}`,
      });
  }

  function refused(
    code: FailureCode,
    { message, waits = false }: { message: string; waits?: boolean },
  ): Failure {
    const retryAfterMs = waits ? retryAfterOf(refusal.headers, context.now) : undefined;
    const details: JsonObject = {
      ...(refusal.status === undefined ? {} : { status: refusal.status }),
      ...(refusal.code === undefined ? {} : { vendorCode: refusal.code.slice(0, 80) }),
    };
    const wait = retryAfterMs === undefined ? "" : `; it asks to wait ${Math.ceil(retryAfterMs / 1000)} s`;
    return failure(code, `${message}${wait}`, {
      retryable: waits && refusal.headers?.get("x-should-retry") !== "false",
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      details,
    });
  }
}

function kindOf({ status, code, message }: Refusal): Kind {
  const named = code === undefined || !Object.hasOwn(kindOfCode, code) ? undefined : kindOfCode[code];
  if (named === "quota" || named === "context" || code?.endsWith("spend_limit_reached") === true) {
    return named ?? "quota";
  }
  const mayBeContext = status === undefined || status === 400 || status === 413 || status === 422;
  if (mayBeContext && (named === undefined || named === "internal") && contextPattern.test(message)) {
    return "context";
  }
  if (status === undefined) return named ?? "request";
  return kindOfStatus[status] ?? (status >= 500 ? "internal" : "request");
}

/** The vendor's words in one short line, without secrets; a page of HTML says nothing. */
function quoted(message: string, secrets: readonly string[]): string {
  if (/^\s*</.test(message)) return "(it answered with an HTML page; is a proxy in between?)";
  let text = message;
  for (const secret of secrets) if (secret !== "") text = text.replaceAll(secret, "[key]");
  text = text.replace(/\s+/g, " ").trim();
  return text.length > 300 ? `${text.slice(0, 299)}…` : text || "(no reason given)";
}
