import { describe, expect, it } from "vitest";
import { loanRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { crossValidateTool } from "../training/cross-validate.ts";
import { trainClassifier } from "../training/train-classifier.ts";
import { compareModelsTool } from "./compare-models.ts";

interface Output {
  measure: string;
  best: string | null;
  values: { digest: string; value: number }[];
  pairs: {
    test: string;
    better: string | null;
    adjustedP: number;
    difference: number;
    interval: { low: number; high: number } | null;
    statement: string;
  }[];
}

async function loans() {
  const bench = createToolBench();
  const [train, validation, test] = [
    await bench.seed(loanRows(500, 1)),
    await bench.seed(loanRows(200, 2)),
    await bench.seed(loanRows(400, 3)),
  ];
  const trained = async (features: string[]) => {
    const about = { train, validation, target: "defaulted", algorithm: "linear", features };
    return (await bench.succeed<{ model: string }>(trainClassifier, about)).model;
  };
  return { bench, train, test, trained };
}

describe("compare_models", () => {
  it("says which model is better on the same rows, and by how much", async () => {
    const { bench, test, trained } = await loans();
    const [weak, strong] = [await trained(["age"]), await trained(["income", "loan", "region"])];
    const output = await bench.succeed<Output>(compareModelsTool, { models: [weak, strong], test });
    expect(output).toMatchObject({ measure: "auc", best: strong });
    const [pair] = output.pairs;
    expect(pair).toMatchObject({ test: "DeLong", better: strong });
    expect(pair!.interval!.high).toBeLessThan(0);
    expect(pair!.statement).toContain(`${strong.slice(0, 12)} is better than ${weak.slice(0, 12)}`);
    expect(output.values.find(({ digest }) => digest === strong)!.value).toBeGreaterThan(0.8);
  });

  it("calls no win between models that differ by chance", async () => {
    const { bench, test, trained } = await loans();
    const models = [
      await trained(["income", "loan", "region"]),
      await trained(["income", "loan", "region", "age"]),
    ];
    const output = await bench.succeed<Output>(compareModelsTool, { models, test, measure: "accuracy" });
    expect(output.best).toBeNull();
    expect(output.pairs[0]!.statement).toMatch(/^No difference in accuracy is shown/);
  });

  it("compares cross-validations by the corrected test", async () => {
    const { bench, train } = await loans();
    const validated = async (features: string[], more: object = {}) => {
      const about = { train, target: "defaulted", algorithm: "linear", features, ...more };
      return (await bench.succeed<{ report: string }>(crossValidateTool, about)).report;
    };
    const [weak, strong] = [await validated(["age"]), await validated(["income", "loan"])];
    const output = await bench.succeed<Output>(compareModelsTool, { crossValidations: [weak, strong] });
    expect(output).toMatchObject({ best: strong, pairs: [{ test: "corrected t over folds" }] });
    const other = await validated(["loan"], { folds: 3 });
    const refused = await bench.fail(compareModelsTool, { crossValidations: [weak, other] });
    expect(refused.message).toContain("same folds");
    const noReport = await bench.fail(compareModelsTool, { crossValidations: [weak, train] });
    expect(noReport.message).toContain("is no such report");
  });

  it("refuses the rows that a model was trained on, one model twice, and half an input", async () => {
    const { bench, train, test, trained } = await loans();
    const models = [await trained(["age"]), await trained(["income"])];
    const seen = await bench.fail(compareModelsTool, { models, test: train });
    expect(seen.message).toContain("rows that the model was trained on");
    const twice = await bench.fail(compareModelsTool, { models: [models[0], models[0]], test });
    expect(twice.message).toContain("named twice");
    expect((await bench.fail(compareModelsTool, { models })).message).toContain("either models and test");
    expect((await bench.fail(compareModelsTool, { test })).message).toContain("either models and test");
  });
});
