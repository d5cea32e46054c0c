import type { Agent } from "#core/contract/agent-manifest.ts";
import type { DeploymentConfig } from "#core/contract/deployment.ts";
import type { ModelTier, Provider, Usage } from "#core/contract/provider.ts";
import type { Registry } from "#core/registry/registry.ts";
import { createAnthropicProvider } from "#lib/providers/anthropic/anthropic-provider.ts";
import { anthropicModels } from "#lib/providers/anthropic/models.ts";
import { anthropicPrices } from "#lib/providers/anthropic/prices.ts";
import { openAiModels } from "#lib/providers/openai/models.ts";
import { createOpenAiProvider } from "#lib/providers/openai/openai-provider.ts";
import { openAiPrices } from "#lib/providers/openai/prices.ts";
import { playbookModels, playbookPrices } from "#lib/providers/playbook/models.ts";
import { createPlaybookProvider } from "#lib/providers/playbook/playbook-provider.ts";
import { costOf } from "#lib/providers/pricing/cost-of.ts";
import type { PriceTable } from "#lib/providers/pricing/price-table.ts";
import { systemClock } from "./system-clock.ts";

/** The providers of a process and what belongs to them: model names by tier, prices. */
export interface ProviderChoice {
  providers: Provider[];
  modelFor(provider: string, tier: ModelTier): string;
  costOf(provider: string, model: string, usage: Usage): number | undefined;
  /** Ends the connections that are kept alive. */
  close(): void;
}

/**
 * Makes every provider; which are usable depends on the environment: ANTHROPIC_API_KEY, OPENAI_API_KEY,
 * OPENAI_BASE_URL, SWARM_MODEL_FAST, _STANDARD, _DEEP (all providers with a model).
 */
export function createProviders(options: {
  environment: NodeJS.ProcessEnv;
  agents: Registry<Agent>;
  models: DeploymentConfig["models"];
}): ProviderChoice {
  const { environment, agents } = options;
  const anthropic = createAnthropicProvider({
    apiKey: environment["ANTHROPIC_API_KEY"],
    ...(environment["ANTHROPIC_BASE_URL"] === undefined
      ? {}
      : { baseUrl: environment["ANTHROPIC_BASE_URL"] }),
    clock: systemClock,
  });
  const openai = createOpenAiProvider({
    apiKey: environment["OPENAI_API_KEY"],
    ...(environment["OPENAI_BASE_URL"] === undefined ? {} : { baseUrl: environment["OPENAI_BASE_URL"] }),
    api: environment["OPENAI_API"] === "chat" ? "chat" : "responses",
    clock: systemClock,
  });
  const playbook = createPlaybookProvider({ playbookOf: (id) => agents.get(id)?.manifest.playbook });
  const shipped: Record<string, { models: Readonly<Record<ModelTier, string>>; prices: PriceTable }> = {
    anthropic: { models: anthropicModels, prices: anthropicPrices },
    openai: { models: openAiModels, prices: openAiPrices },
    playbook: { models: playbookModels, prices: playbookPrices },
  };
  return {
    providers: [playbook, anthropic, openai],
    modelFor(provider, tier) {
      // A playbook follows its rules, whatever model the environment asks of the others.
      if (provider === playbook.id) return playbookModels[tier];
      return (
        environment[`SWARM_MODEL_${tier.toUpperCase()}`] ??
        options.models[provider]?.[tier] ??
        shipped[provider]?.models[tier] ??
        tier
      );
    },
    costOf(provider, model, usage) {
      const prices = shipped[provider]?.prices;
      return prices === undefined ? undefined : costOf(prices, model, usage);
    },
    close() {
      anthropic.close();
      openai.close();
    },
  };
}
