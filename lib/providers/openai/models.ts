import type { ModelTier } from "#core/contract/provider.ts";

/** The models that tiers stand for unless a deployment says otherwise. */
export const openAiModels: Readonly<Record<ModelTier, string>> = {
  fast: "gpt-6-luna",
  standard: "gpt-6.1-terra",
  deep: "gpt-6.1-sol",
};

/**
 * Whether a model reasons before it answers: then it takes no temperature, gives its reasoning back encrypted on
 * request, and counts `max_completion_tokens`. By the vendor's names; other names are taken not to.
 */
export function isReasoningModel(model: string): boolean {
  return /^(o\d|gpt-[5-9]|gpt-\d\d|codex)/.test(model) && !model.includes("-chat");
}
