import type { ModelTier } from "#core/contract/provider.ts";

/** The models that tiers stand for unless a deployment says otherwise. */
export const anthropicModels: Readonly<Record<ModelTier, string>> = {
  fast: "claude-haiku-5-5",
  standard: "claude-sonnet-5-5",
  deep: "claude-opus-5-5",
};
