import type { Provider } from "#core/contract/provider.ts";
import type { Scenario, SeenRequest } from "./scenario.ts";

/** Limits of a call in milliseconds, as providers over a network take them. */
export interface HarnessTimeouts {
  firstByteMs: number;
  idleMs: number;
  totalMs: number;
}

/** Starts one provider against a far side that plays scenarios. */
export interface ProviderHarness {
  /** Cases that do not apply to this provider, with the reason; unknown names are an error. */
  skips: Readonly<Record<string, string>>;
  /** The model that requests name. */
  model: string;
  /** The variable that messages about the key must name; undefined for a provider without keys. */
  keyVariable: string | undefined;
  /** The n-th scenario answers the n-th request. */
  start(
    scenarios: Scenario[],
    options?: { timeouts?: Partial<HarnessTimeouts>; apiKey?: string | undefined },
  ): Promise<StartedProvider>;
}

export interface StartedProvider {
  provider: Provider;
  /** The n-th request as the far side read it. */
  seen(index: number): SeenRequest;
  requests(): number;
  /** Connections that the far side has taken, and those open now. */
  connections(): { taken: number; open: number };
  /** The far side goes away; its address refuses connections from now on. */
  stopFarSide(): Promise<void>;
  close(): Promise<void>;
}

/** The key that harnesses use unless told otherwise: recognisable wherever it should not be. */
export const TEST_KEY = "test-key-8c1f2e77-must-never-be-shown";

/** Any part of it gives it away: vendors repeat the beginning of a key that they refuse. */
export const TEST_KEY_TRACE = /8c1f2e77|must-never-be-shown/;
