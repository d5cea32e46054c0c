import Anthropic from "@anthropic-ai/sdk";
import type { Clock } from "#core/contract/clock.ts";
import type { Provider, ProviderEvent, ProviderRequest } from "#core/contract/provider.ts";
import { type ProviderTimeouts, defaultTimeouts } from "#lib/providers/transport/call-timeouts.ts";
import { createConnectionPool, type Fetch } from "#lib/providers/transport/connection-pool.ts";
import { keyProblem, rejectedKey } from "#lib/providers/transport/key-problem.ts";
import { superviseCall } from "#lib/providers/transport/supervise-call.ts";
import { createAnthropicAnswer } from "./anthropic-answer.ts";
import { anthropicFailure } from "./anthropic-failure.ts";
import { anthropicRequest } from "./anthropic-request.ts";

export interface AnthropicOptions {
  /** "anthropic" unless a deployment runs several. */
  id?: string;
  apiKey: string | undefined;
  /** The variable that messages name when the key is missing or refused. */
  keyVariable?: string;
  baseUrl?: string;
  clock: Clock;
  timeouts?: Partial<ProviderTimeouts>;
  /** Instead of a connection pool of its own. */
  fetch?: Fetch;
  /** Asks for a summary of the model's reasoning (newer models give none by default), or for none. */
  thinkingDisplay?: "summarized" | "omitted";
}

/** The Messages API over the vendor's SDK. `close` gives the connections back. */
export function createAnthropicProvider(options: AnthropicOptions): Provider & { close(): void } {
  const { id = "anthropic", keyVariable = "ANTHROPIC_API_KEY", apiKey, clock } = options;
  const baseUrl = options.baseUrl ?? "https://api.anthropic.com";
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const pool = createConnectionPool({ clock, connectMs: timeouts.connectMs });
  const fetch = options.fetch ?? pool.fetch;
  const problem = keyProblem(apiKey, keyVariable);

  function stream(request: ProviderRequest, signal: AbortSignal): AsyncIterable<ProviderEvent> {
    if (problem !== undefined || apiKey === undefined) return rejectedKey(`${id}: ${problem ?? "no key"}`);
    const { model } = request;
    return superviseCall({
      provider: id,
      signal,
      clock,
      timeouts,
      fetch,
      prepare() {
        const { params, prefix } = anthropicRequest(request, { ...options, provider: id });
        return {
          open: (wire) =>
            clientOf({ apiKey, baseUrl, fetch: wire.fetch, timeout: timeouts.totalMs }).messages.create(
              params,
              {
                signal: wire.signal,
              },
            ),
          assembler: createAnthropicAnswer({ provider: id, model, prefix }),
        };
      },
      failureOf: (thrown) =>
        anthropicFailure(thrown, {
          provider: id,
          model,
          keyVariable,
          baseUrl,
          secrets: [apiKey],
          now: clock.now(),
        }),
    });
  }

  return {
    id,
    availability: () => ({ usable: problem === undefined, detail: problem ?? `calls ${baseUrl}` }),
    stream,
    close: () => pool.close(),
  };
}

/** A client for one call; it holds no connection. Everything that the SDK would take from the environment is set. */
function clientOf(settings: { apiKey: string; baseUrl: string; fetch: Fetch; timeout: number }): Anthropic {
  return new Anthropic({
    apiKey: settings.apiKey,
    webhookKey: null,
    baseURL: settings.baseUrl,
    fetch: settings.fetch,
    maxRetries: 0,
    // Ours ends the call first and says why.
    timeout: Math.min(2 * settings.timeout, 2_147_483_647),
    logLevel: "off",
    openTelemetry: false,
  });
}
