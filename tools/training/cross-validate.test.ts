import { describe, expect, it } from "vitest";
import { loanRows, priceRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { crossValidateTool } from "./cross-validate.ts";

interface Output {
  report: string;
  outOfFold: string;
  primary: string;
  strategy: string;
  features: string[];
  summary: Record<string, { mean: number; low: number; high: number; standardError: number } | null>;
  folds: { trainRows: number; testRows: number; value: number | null }[];
}

type BenchOptions = Parameters<typeof createToolBench>[0];

async function loans(options: BenchOptions = {}) {
  const bench = createToolBench(options);
  return {
    bench,
    input: { train: await bench.seed(loanRows(400, 1)), target: "defaulted", algorithm: "linear" },
  };
}

describe("cross_validate", () => {
  it("estimates every measure with its uncertainty, and keeps the folds and the out-of-fold predictions", async () => {
    const { bench, input } = await loans();
    const output = await bench.succeed<Output>(crossValidateTool, {
      ...input,
      protected: ["sex"],
      timeColumn: null,
    });
    expect(output).toMatchObject({ primary: "auc", strategy: "stratified" });
    expect(output.folds).toHaveLength(5);
    expect(output.folds.reduce((sum, { testRows }) => sum + testRows, 0)).toBe(400);
    const auc = output.summary["auc"]!;
    expect(auc.mean).toBeGreaterThan(0.8);
    expect(auc.low).toBeLessThan(auc.mean);
    expect(auc.high).toBeGreaterThan(auc.mean);
    expect(output.features).not.toContain("sex");
    expect(output.features).not.toContain("defaulted");
    expect(bench.context.kept.map(({ name }) => name)).toEqual([
      "data/out_of_fold_1.parquet",
      "reports/cross_validation_1.json",
    ]);
    const report = await bench.report<{ algorithm: string; folds: unknown[] }>(
      "reports/cross_validation_1.json",
    );
    expect(report).toMatchObject({ algorithm: "linear", problem: "binary", positiveClass: "yes" });
  });

  it("keeps groups together where a column is named, and follows the run's time column", async () => {
    const { bench, input } = await loans();
    const grouped = await bench.succeed<Output>(crossValidateTool, {
      ...input,
      groupColumn: "age",
      folds: 4,
    });
    expect(grouped.strategy).toBe("stratified-grouped");
    const timed = await loans({ run: { timeColumn: "month" } });
    const output = await timed.bench.succeed<Output>(crossValidateTool, timed.input);
    expect(output.strategy).toBe("time-ordered");
    expect(output.features).not.toContain("month");
    const sizes = output.folds.map(({ trainRows }) => trainRows);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    const both = await timed.bench.fail(crossValidateTool, { ...timed.input, groupColumn: "age" });
    expect(both.message).toMatch(/month.*age.*not both/);
    expect((await bench.fail(crossValidateTool, { ...input, gap: 3 })).message).toContain(
      "needs a time column",
    );
  });

  it("takes amounts, and refuses to take them for classes", async () => {
    const bench = createToolBench();
    const input = { train: await bench.seed(priceRows(300, 1)), target: "price", algorithm: "linear" };
    const output = await bench.succeed<Output>(crossValidateTool, input);
    expect(output).toMatchObject({ primary: "rmse", strategy: "random" });
    expect(output.summary["r2"]!.mean).toBeGreaterThan(0.9);
    const wrong = await bench.fail(crossValidateTool, { ...input, problem: "classification" });
    expect(wrong.message).toContain('say problem "regression"');
  });

  it("refuses the run's test part", async () => {
    const { input } = await loans();
    const split = {
      method: "random",
      train: "1".repeat(64),
      validation: "2".repeat(64),
      test: input.train,
      rows: { train: 1, validation: 1, test: 1 },
    };
    const { bench } = await loans({ run: { facts: { split } } });
    const { code, message } = await bench.fail(crossValidateTool, input);
    expect(code).toBe("invalid-input");
    expect(message).toContain("train is the run's test part");
  });

  it("refuses too many folds, unknown hyperparameters and a column that may not be learnt from", async () => {
    const { bench, input } = await loans();
    const wrong = async (more: object) =>
      (await bench.fail(crossValidateTool, { ...input, ...more })).message;
    expect(await wrong({ folds: 500 })).toContain("folds");
    expect(await wrong({ parameters: { rounds: 3 } })).toContain("rounds");
    expect(await wrong({ features: ["sex"], protected: ["sex"] })).toContain("cannot be a feature");
    expect(await wrong({ groupColumn: "sex" })).toMatch(/"sex" has 2 groups, too few/);
  });
});
