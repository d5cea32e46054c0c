import type { Clock } from "#core/contract/clock.ts";
import type { Provider } from "#core/contract/provider.ts";
import { type HarnessTimeouts, type ProviderHarness, TEST_KEY } from "./provider-harness.ts";
import { realClock } from "./real-clock.ts";
import type { Scenario, SeenRequest } from "./scenario.ts";
import { startWireServer, type WireAnswer, type WireRequest } from "./wire-server.ts";

/** What a provider over HTTP is made from in the suite. */
export interface WireProviderSettings {
  baseUrl: string;
  apiKey: string | undefined;
  clock: Clock;
  timeouts: HarnessTimeouts;
}

/** A harness around a wire server on the loopback: the vendor's words in, scenarios out. */
export function wireHarness(options: {
  skips?: Readonly<Record<string, string>>;
  model: string;
  keyVariable: string;
  create(settings: WireProviderSettings): Provider & { close(): void };
  answer(scenario: Scenario | undefined): WireAnswer;
  read(request: WireRequest): SeenRequest;
}): ProviderHarness {
  return {
    skips: options.skips ?? {},
    model: options.model,
    keyVariable: options.keyVariable,
    async start(scenarios, settings = {}) {
      // A single scenario answers however many requests come.
      const server = await startWireServer((_, index) =>
        options.answer(scenarios.length === 1 ? scenarios[0] : scenarios[index]),
      );
      const provider = options.create({
        baseUrl: server.url,
        apiKey: "apiKey" in settings ? settings.apiKey : TEST_KEY,
        clock: realClock,
        timeouts: { firstByteMs: 5000, idleMs: 5000, totalMs: 10_000, ...settings.timeouts },
      });
      return {
        provider,
        seen(index) {
          const request = server.requests[index];
          if (request === undefined) throw new Error(`there was no request ${index}`);
          return options.read(request);
        },
        requests: () => server.requests.length,
        connections: () => ({ taken: server.connections(), open: server.open() }),
        stopFarSide: () => server.close(),
        async close() {
          provider.close();
          await server.close();
        },
      };
    },
  };
}
