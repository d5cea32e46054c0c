import { describe, expect, it } from "vitest";
import { flowerRows, loanRows, priceRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { classifyProblemTool } from "./classify-problem.ts";

interface Output {
  problem: {
    problemType: string;
    confidence: number;
    alternative: { problemType: string } | null;
    isImbalanced: boolean;
    isTimeOrdered: boolean;
    split: { method: string };
    metric: { primary: string };
  } | null;
  candidates: { column: string; problemType: string; confidence: number }[];
}

async function classified(rows: readonly Readonly<Record<string, unknown>>[], input: object = {}) {
  const bench = createToolBench();
  return bench.succeed<Output>(classifyProblemTool, { dataset: await bench.seed(rows), ...input });
}

describe("classify_problem", () => {
  it("tells two classes in order of time, amounts, and several classes", async () => {
    expect((await classified(loanRows(300), { target: "defaulted" })).problem).toMatchObject({
      problemType: "binary",
      isTimeOrdered: true,
      split: { method: "time-ordered" },
      metric: { primary: "auc" },
    });
    expect((await classified(priceRows(300), { target: "price" })).problem).toMatchObject({
      problemType: "regression",
      isTimeOrdered: false,
      metric: { primary: "rmse" },
    });
    expect((await classified(flowerRows(300), { target: "kind" })).problem).toMatchObject({
      problemType: "multiclass",
      isImbalanced: false,
      metric: { primary: "accuracy" },
    });
  });

  it("judges a rare class by average precision, and a skewed amount by the absolute error", async () => {
    const rare = flowerRows(600).map(({ width }, index) => ({ width, ill: index % 20 === 0 ? "yes" : "no" }));
    expect((await classified(rare, { target: "ill" })).problem).toMatchObject({
      isImbalanced: true,
      metric: { primary: "averagePrecision" },
    });
    const skewed = flowerRows(600).map(({ width }, index) => ({
      width,
      cost: Math.exp((index % 60) / 4) + 0.5,
    }));
    expect((await classified(skewed, { target: "cost" })).problem?.metric.primary).toBe("mae");
  });

  it("is less sure of codes than of words, and says what else they may be", async () => {
    const codes = flowerRows(300).map(({ width }, index) => ({ width, grade: index % 4 }));
    const { problem } = await classified(codes, { target: "grade" });
    expect(problem).toMatchObject({ problemType: "multiclass", alternative: { problemType: "regression" } });
    const words = await classified(flowerRows(300), { target: "kind" });
    expect(problem?.confidence).toBeLessThan(words.problem?.confidence ?? 0);
    expect(words.problem?.alternative).toBeNull();
  });

  it("lists the likeliest targets when none is named, never a key", async () => {
    const rows = loanRows(300).map((row, index) => ({ id: index, ...row }));
    const { problem, candidates } = await classified(rows);
    expect(problem).toBeNull();
    expect(candidates[0]).toMatchObject({ column: "defaulted", problemType: "binary" });
    expect(candidates.map(({ column }) => column)).not.toContain("id");
    expect(candidates.length).toBeLessThanOrEqual(5);
  });
});
