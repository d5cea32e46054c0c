import type { ModelPrices, PriceTable, TokenPrices } from "#lib/providers/pricing/price-table.ts";

/** Prompts above 272,000 tokens: twice the prices of input and cache and 1.5 times that of output, for all of it. */
const withLongPrompts = (prices: TokenPrices): ModelPrices => ({
  ...prices,
  longPrompt: {
    aboveTokens: 272_000,
    input: 2 * prices.input,
    output: 1.5 * prices.output,
    cacheRead: 2 * prices.cacheRead,
    cacheWrite: 2 * prices.cacheWrite,
  },
});

/**
 * Standard processing with the short prompt cache. Models before gpt-6 do not bill writes to the cache apart, so
 * theirs cost as input. Models whose price was not found in the source are missing on purpose.
 */
export const openAiPrices: PriceTable = {
  pricesAsOf: "2026-10-26",
  source: "https://developers.openai.com/api/docs/pricing, as reported in public notes up to that day",
  models: {
    "gpt-6-astra": withLongPrompts({ input: 10, output: 50, cacheRead: 1, cacheWrite: 12.5 }),
    "gpt-6.1-sol": withLongPrompts({ input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 }),
    "gpt-6.1-terra": withLongPrompts({ input: 1, output: 5, cacheRead: 0.05, cacheWrite: 1.25 }),
    "gpt-6-sol": withLongPrompts({ input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 }),
    "gpt-6-luna": withLongPrompts({ input: 0.1, output: 0.5, cacheRead: 0.01, cacheWrite: 0.125 }),
    "gpt-5.5": withLongPrompts({ input: 5, output: 30, cacheRead: 0.5, cacheWrite: 5 }),
    "gpt-5.4": withLongPrompts({ input: 2.5, output: 15, cacheRead: 0.25, cacheWrite: 2.5 }),
    "gpt-5.4-mini": withLongPrompts({ input: 0.75, output: 4.5, cacheRead: 0.075, cacheWrite: 0.75 }),
    "gpt-5.4-nano": withLongPrompts({ input: 0.2, output: 1.25, cacheRead: 0.02, cacheWrite: 0.2 }),
  },
};
