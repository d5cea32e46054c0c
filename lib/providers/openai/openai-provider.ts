import OpenAI from "openai";
import type { Clock } from "#core/contract/clock.ts";
import type { Failure } from "#core/contract/failure.ts";
import type { Provider, ProviderEvent, ProviderRequest } from "#core/contract/provider.ts";
import { type ProviderTimeouts, defaultTimeouts } from "#lib/providers/transport/call-timeouts.ts";
import { createConnectionPool, type Fetch } from "#lib/providers/transport/connection-pool.ts";
import { keyProblem, rejectedKey } from "#lib/providers/transport/key-problem.ts";
import { failureOfRefusal } from "#lib/providers/transport/refusal-failure.ts";
import { type PreparedCall, superviseCall } from "#lib/providers/transport/supervise-call.ts";
import { createChatAnswer } from "./chat-answer.ts";
import { chatRequest } from "./chat-request.ts";
import { isReasoningModel } from "./models.ts";
import { openAiFailure } from "./openai-failure.ts";
import { createResponsesAnswer } from "./responses-answer.ts";
import { type ResponsesOptions, responsesRequest } from "./responses-request.ts";

export interface OpenAiOptions {
  /** "openai" unless a deployment runs several; a gateway's name, like "vllm". */
  id?: string;
  /** Undefined with `keyless` for gateways that take none. */
  apiKey: string | undefined;
  keyless?: boolean;
  /** The variable that messages name when the key is missing or refused. */
  keyVariable?: string;
  /** With its version, like `http://127.0.0.1:8000/v1`. */
  baseUrl?: string;
  /** `chat` for gateways that speak Chat Completions only (vLLM, Ollama and the like). */
  api?: "responses" | "chat";
  clock: Clock;
  timeouts?: Partial<ProviderTimeouts>;
  /** Instead of a connection pool of its own. */
  fetch?: Fetch;
  /** Asks for a summary of the model's reasoning. */
  thinkingDisplay?: "summarized" | "omitted";
  /** For deployments under names of their own. */
  isReasoningModel?: (model: string) => boolean;
}

/** The Responses or Chat Completions API over the vendor's SDK. `close` gives the connections back. */
export function createOpenAiProvider(options: OpenAiOptions): Provider & { close(): void } {
  const {
    id = "openai",
    keyVariable = "OPENAI_API_KEY",
    api = "responses",
    keyless = false,
    clock,
  } = options;
  const baseUrl = options.baseUrl ?? "https://api.openai.com/v1";
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const pool = createConnectionPool({ clock, connectMs: timeouts.connectMs });
  const fetch = options.fetch ?? pool.fetch;
  const reasons = options.isReasoningModel ?? isReasoningModel;
  const needsKey = !keyless || options.apiKey !== undefined;
  const problem = needsKey ? keyProblem(options.apiKey, keyVariable) : undefined;

  function stream(request: ProviderRequest, signal: AbortSignal): AsyncIterable<ProviderEvent> {
    if (problem !== undefined) return rejectedKey(`${id}: ${problem}`);
    const { model } = request;
    const context = () => ({
      provider: id,
      model,
      keyVariable,
      baseUrl,
      secrets: [options.apiKey ?? ""],
      now: clock.now(),
    });
    const settings = {
      provider: id,
      reasons: reasons(model),
      ...(options.thinkingDisplay && { thinkingDisplay: options.thinkingDisplay }),
      client: (used: Fetch) =>
        clientOf({ apiKey: options.apiKey, baseUrl, fetch: used, timeout: timeouts.totalMs }),
      failureOf: (error: { code: string | undefined; message: string }) =>
        failureOfRefusal({ status: undefined, headers: undefined, ...error }, context()),
    };
    return superviseCall({
      provider: id,
      signal,
      clock,
      timeouts,
      fetch,
      prepare: () => (api === "chat" ? chatCall(request, settings) : responsesCall(request, settings)),
      failureOf: (thrown) => openAiFailure(thrown, context()),
    });
  }

  return {
    id,
    availability: () => ({ usable: problem === undefined, detail: problem ?? `calls ${baseUrl} (${api})` }),
    stream,
    close: () => pool.close(),
  };
}

interface CallSettings extends ResponsesOptions {
  client: (fetch: Fetch) => OpenAI;
  failureOf: (error: { code: string | undefined; message: string }) => Failure;
}

function chatCall(request: ProviderRequest, options: CallSettings): PreparedCall<unknown> {
  const params = chatRequest(request, options);
  return {
    open: ({ fetch, signal }) => options.client(fetch).chat.completions.create(params, { signal }),
    assembler: createChatAnswer({
      provider: options.provider,
      model: request.model,
      requestText: () => JSON.stringify([params.messages, params.tools]),
    }),
  };
}

function responsesCall(request: ProviderRequest, options: CallSettings): PreparedCall<unknown> {
  const { provider, client, failureOf } = options;
  const params = responsesRequest(request, options);
  return {
    open: ({ fetch, signal }) => client(fetch).responses.create(params, { signal }),
    assembler: createResponsesAnswer({ provider, model: request.model, failureOf }),
  };
}

/** A client for one call; it holds no connection. Everything that the SDK would take from the environment is set. */
function clientOf(settings: {
  apiKey: string | undefined;
  baseUrl: string;
  fetch: Fetch;
  timeout: number;
}): OpenAI {
  return new OpenAI({
    // The SDK wants a key; without one, the header that would carry it is taken away below.
    apiKey: settings.apiKey ?? "none",
    ...(settings.apiKey === undefined ? { defaultHeaders: { authorization: null } } : {}),
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: settings.baseUrl,
    fetch: settings.fetch,
    maxRetries: 0,
    // Ours ends the call first and says why.
    timeout: Math.min(2 * settings.timeout, 2_147_483_647),
    logLevel: "off",
  });
}
