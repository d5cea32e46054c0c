import type { Usage } from "#core/contract/provider.ts";
import type { ModelPrices, PriceTable } from "./price-table.ts";

/**
 * The cost of one call in US dollars, rounded to a billionth; undefined for a model that the table does not
 * hold, because an unknown price is not 0. Output tokens include reasoning tokens, as vendors bill them. The
 * usage must be of one call: some vendors charge long prompts more.
 */
export function costOf(table: PriceTable, model: string, usage: Usage): number | undefined {
  const prices = pricesOf(table, model);
  if (prices === undefined) return undefined;
  const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const { longPrompt } = prices;
  const rate = longPrompt !== undefined && prompt > longPrompt.aboveTokens ? longPrompt : prices;
  const millionths =
    usage.inputTokens * rate.input +
    usage.cacheReadTokens * rate.cacheRead +
    usage.cacheWriteTokens * rate.cacheWrite +
    usage.outputTokens * rate.output;
  return Math.round(millionths * 1000) / 1e9;
}

/** Vendors answer with the dated name of a model (`…-20251001`, `…-2026-09-29`); prices belong to the plain one. */
function pricesOf(table: PriceTable, model: string): ModelPrices | undefined {
  const plain = model.replace(/-(\d{8}|\d{4}-\d{2}-\d{2})$/, "");
  const name = [model, plain].find((candidate) => Object.hasOwn(table.models, candidate));
  return name === undefined ? undefined : table.models[name];
}
