import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Usage } from "#core/contract/provider.ts";
import { noUsage } from "#core/contract/provider.ts";
import { anthropicModels } from "#lib/providers/anthropic/models.ts";
import { anthropicPrices } from "#lib/providers/anthropic/prices.ts";
import { openAiModels } from "#lib/providers/openai/models.ts";
import { openAiPrices } from "#lib/providers/openai/prices.ts";
import { playbookModels, playbookPrices } from "#lib/providers/playbook/models.ts";
import { costOf } from "./cost-of.ts";
import type { PriceTable } from "./price-table.ts";

const table: PriceTable = {
  pricesAsOf: "2026-01-01",
  source: "test",
  models: {
    plain: { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 },
    tiered: {
      input: 1,
      output: 2,
      cacheRead: 0.1,
      cacheWrite: 1.5,
      longPrompt: { aboveTokens: 1000, input: 10, output: 20, cacheRead: 1, cacheWrite: 15 },
    },
  },
};

const usage = (some: Partial<Usage>): Usage => ({ ...noUsage, ...some });

describe("costOf", () => {
  it("prices each kind of token apart and counts reasoning once, as output", () => {
    const used = {
      inputTokens: 1_000_000,
      outputTokens: 100_000,
      cacheReadTokens: 500_000,
      cacheWriteTokens: 10_000,
    };
    expect(costOf(table, "plain", usage({ ...used, reasoningTokens: 60_000 }))).toBe(2 + 1 + 0.1 + 0.025);
  });

  it("prices the whole call higher when its prompt, cached parts included, is long", () => {
    expect(costOf(table, "tiered", usage({ inputTokens: 500, cacheReadTokens: 500, outputTokens: 10 }))).toBe(
      0.00057,
    );
    expect(costOf(table, "tiered", usage({ inputTokens: 501, cacheReadTokens: 500, outputTokens: 10 }))).toBe(
      0.00571,
    );
  });

  it("does not know the price of an unknown model, which is not 0", () => {
    expect(costOf(table, "other", usage({ inputTokens: 1 }))).toBeUndefined();
    expect(costOf(table, "toString", usage({ inputTokens: 1 }))).toBeUndefined();
    expect(costOf(table, "plain-large", usage({ inputTokens: 1 }))).toBeUndefined();
  });

  it.each(["plain-20261001", "plain-2026-09-29"])("finds the price of a dated name: %s", (model) => {
    expect(costOf(table, model, usage({ inputTokens: 1_000_000 }))).toBe(2);
  });

  it("has no more digits than a billionth of a dollar, and grows with every token", () => {
    const tokens = fc.nat({ max: 10_000_000 });
    fc.assert(
      fc.property(tokens, tokens, (inputTokens, outputTokens) => {
        const cost = costOf(table, "plain", usage({ inputTokens, outputTokens })) ?? Number.NaN;
        expect(String(cost)).toMatch(/^\d+(\.\d{1,9})?(e-\d)?$/);
        expect(costOf(table, "plain", usage({ inputTokens: inputTokens + 1, outputTokens }))).toBeGreaterThan(
          cost,
        );
      }),
    );
  });
});

describe.each([
  ["anthropic", anthropicPrices, anthropicModels],
  ["openai", openAiPrices, openAiModels],
  ["playbook", playbookPrices, playbookModels],
])("the price table of %s", (_, prices, models) => {
  it("names its day and its source", () => {
    expect(prices.pricesAsOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(Number.isNaN(Date.parse(prices.pricesAsOf))).toBe(false);
    expect(prices.source.length).toBeGreaterThan(10);
  });

  it("knows the price of every tier's model", () => {
    for (const model of Object.values(models)) expect(costOf(prices, model, noUsage)).toBe(0);
  });

  it("holds prices that make sense: reading a cache is cheapest, writing one no cheaper than input", () => {
    for (const [model, { longPrompt, ...price }] of Object.entries(prices.models)) {
      for (const { input, output, cacheRead, cacheWrite } of longPrompt === undefined
        ? [price]
        : [price, longPrompt]) {
        expect(cacheRead, model).toBeLessThanOrEqual(input);
        expect(cacheWrite, model).toBeGreaterThanOrEqual(input);
        expect(output, model).toBeGreaterThanOrEqual(input);
      }
      if (longPrompt !== undefined) expect(longPrompt.input, model).toBeGreaterThan(price.input);
    }
  });
});
