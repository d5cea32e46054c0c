/** US dollars per million tokens. */
export interface TokenPrices {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

export interface ModelPrices extends TokenPrices {
  /** Prices of the whole call when its prompt, cached parts included, is longer than `aboveTokens`. */
  longPrompt?: TokenPrices & { aboveTokens: number };
}

/** What a vendor charged for standard calls on a day. Surcharges, discounts and contracts are not in it. */
export interface PriceTable {
  /** The day on which the prices were last compared with the source, `2026-10-26`. */
  pricesAsOf: string;
  source: string;
  models: Readonly<Record<string, ModelPrices>>;
}
