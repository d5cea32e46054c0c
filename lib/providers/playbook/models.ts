import type { ModelTier } from "#core/contract/provider.ts";
import type { PriceTable } from "#lib/providers/pricing/price-table.ts";
import { PLAYBOOK_MODEL } from "./playbook-provider.ts";

/** Every tier is the same: a playbook follows its rules. */
export const playbookModels: Readonly<Record<ModelTier, string>> = {
  fast: PLAYBOOK_MODEL,
  standard: PLAYBOOK_MODEL,
  deep: PLAYBOOK_MODEL,
};

export const playbookPrices: PriceTable = {
  pricesAsOf: "2026-11-21",
  source: "runs on this machine and costs nothing to call",
  models: { [PLAYBOOK_MODEL]: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 } },
};
