import { describe, expect, it } from "vitest";
import { flowerRows, loanRows, priceRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { estimateCompute } from "./estimate-compute.ts";
import { recommendModel } from "./recommend-model.ts";
import { trainClassifier } from "./train-classifier.ts";

interface Output {
  candidates: { algorithm: string; score: number; reasons: string[]; parameters: Record<string, number> }[];
  cautions: string[];
}

async function recommended(rows: readonly Readonly<Record<string, unknown>>[], input: object) {
  const bench = createToolBench();
  const output = await bench.succeed<Output>(recommendModel, { dataset: await bench.seed(rows), ...input });
  return { bench, ...output, names: output.candidates.map(({ algorithm }) => algorithm) };
}

describe("recommend_model", () => {
  it("puts boosted trees first for many rows, the baseline last, each with reasons", async () => {
    const { names, candidates, bench } = await recommended(loanRows(2000), { target: "defaulted" });
    expect(names[0]).toBe("gradient-boosting");
    expect(names.at(-1)).toBe("baseline");
    expect(candidates.every(({ reasons }) => reasons.length > 0)).toBe(true);
    expect(bench.facts["algorithm"]).toMatchObject({ name: "gradient-boosting" });
  });

  it("puts a linear model first for few rows, and says how little they tell", async () => {
    const { names, cautions } = await recommended(loanRows(80), { target: "defaulted" });
    expect(names[0]).toBe("linear");
    expect(cautions[0]).toContain("80 rows: differences between algorithms will mostly be chance");
  });

  it("puts one that can be read first when that is asked", async () => {
    const { candidates } = await recommended(flowerRows(3000), { target: "kind", wantsReadable: true });
    expect(["linear", "decision-tree", "lasso", "elastic-net"]).toContain(candidates[0]?.algorithm);
    expect(candidates[0]?.reasons.join()).toContain("it can be read, as was asked");
  });

  it("ranks only what knows the problem", async () => {
    expect((await recommended(loanRows(500), { target: "defaulted" })).names).not.toContain("ols");
    expect((await recommended(priceRows(500), { target: "price" })).names).toContain("ols");
  });

  it("recommends settings that the training tool takes", async () => {
    const { bench, candidates } = await recommended(loanRows(600), { target: "defaulted" });
    const train = await bench.seed(loanRows(600));
    const validation = await bench.seed(loanRows(300, 2));
    for (const { algorithm, parameters } of candidates) {
      const small = { ...parameters, ...("trees" in parameters ? { trees: 5 } : {}) };
      await bench.succeed(trainClassifier, {
        train,
        validation,
        target: "defaulted",
        algorithm,
        parameters: small,
      });
    }
  }, 60_000);
});

describe("estimate_compute", () => {
  const estimate = (input: object) =>
    createToolBench().succeed<{
      processorSeconds: number;
      low: number;
      high: number;
      memoryMegabytes: number;
      basis: string;
    }>(estimateCompute, { algorithm: "gradient-boosting", rows: 100_000, columns: 20, classes: 2, ...input });

  it("grows with rows, columns, rounds, classes and fits, and states its error", async () => {
    const base = await estimate({});
    for (const more of [
      { rows: 1_000_000 },
      { columns: 80 },
      { parameters: { rounds: 500 } },
      { classes: 6 },
      { fits: 5 },
    ]) {
      expect((await estimate(more)).processorSeconds).toBeGreaterThan(base.processorSeconds);
    }
    expect(base.low).toBeLessThan(base.processorSeconds);
    expect(base.high).toBeGreaterThan(base.processorSeconds);
    expect(base.basis).toMatch(/off by a factor.*extrapolation/);
    expect((await estimate({ rows: 5000 })).basis).not.toContain("extrapolation");
    expect(base.memoryMegabytes).toBeGreaterThan((100_000 * 20 * 8) / 1e6);
  });

  it("refuses an algorithm that was never measured", async () => {
    const failed = await createToolBench().fail(estimateCompute, {
      algorithm: "lightgbm",
      rows: 100,
      columns: 3,
    });
    expect(failed).toMatchObject({ code: "invalid-input" });
    expect(failed.message).toContain("never measured");
  });
});
