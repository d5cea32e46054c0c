import { describe, expect, it } from "vitest";
import { flowerRows, loanRows, priceRows, withoutColumn } from "../engine/sample-tables.testing.ts";
import { createToolBench, type ToolBench } from "../engine/tool-bench.testing.ts";
import { trainClassifier } from "../training/train-classifier.ts";
import { trainRegressor } from "../training/train-regressor.ts";
import { evaluateModelTool } from "./evaluate-model.ts";

type Rows = readonly Readonly<Record<string, unknown>>[];

interface Output {
  primary: string;
  rows: number;
  values: Record<string, number>;
  intervals: Record<string, { low: number; high: number }>;
}

async function trained(
  target: string,
  parts: { train: Rows; validation: Rows; test: Rows },
  more: object = {},
) {
  const bench = createToolBench();
  const train = await bench.seed(parts.train);
  const input = {
    train,
    validation: await bench.seed(parts.validation),
    target,
    algorithm: "linear",
    ...more,
  };
  const tool = target === "price" ? trainRegressor : trainClassifier;
  const { model } = await bench.succeed<{ model: string }>(tool, input);
  return { bench, model, train, test: await bench.seed(parts.test) };
}

const loans = () =>
  trained("defaulted", { train: loanRows(600, 1), validation: loanRows(200, 2), test: loanRows(300, 3) });

const measure = ({ bench, model, test }: { bench: ToolBench; model: string; test: string }) =>
  bench.succeed<Output>(evaluateModelTool, { model, test, resamples: 50 });

describe("evaluate_model", () => {
  it("measures two classes by AUC first, with an interval around it", async () => {
    const subject = await loans();
    const { primary, values, intervals, rows } = await measure(subject);
    expect({ primary, rows }).toEqual({ primary: "auc", rows: 300 });
    expect(Object.keys(values)[0]).toBe("auc");
    expect(values["auc"]).toBeGreaterThan(0.8);
    expect(intervals["auc"]?.low).toBeLessThan(values["auc"] ?? 0);
    expect(intervals["auc"]?.high).toBeGreaterThan(values["auc"] ?? 1);
    expect(subject.bench.facts["metrics"]).toMatchObject({ model: subject.model, primary: "auc", rows: 300 });
    for (const name of ["accuracy", "precision", "recall", "f1"]) expect(values).toHaveProperty(name);
    const { perClass } = await subject.bench.report<{ perClass: Record<string, unknown>[] }>("metrics.json");
    expect(perClass.map(({ label }) => label)).toEqual(["no", "yes"]);
    for (const numbers of perClass) {
      for (const name of ["precision", "recall", "f1", "auc"]) expect(numbers[name]).toBeTypeOf("number");
    }
  });

  it("measures several classes by macro AUC, and each class in the report", async () => {
    const subject = await trained("kind", {
      train: flowerRows(300, 1),
      validation: flowerRows(90, 2),
      test: flowerRows(90, 3),
    });
    const { primary, values } = await measure(subject);
    expect(primary).toBe("macroAuc");
    expect(values).toHaveProperty("macroF1");
    const report = await subject.bench.report<{ metrics: { perClass: { label: string }[] } }>("metrics.json");
    expect(report.metrics.perClass.map(({ label }) => label)).toEqual(["rose", "tulip", "violet"]);
  });

  it("measures amounts by R2, with errors in the target's units", async () => {
    const subject = await trained("price", {
      train: priceRows(600, 1),
      validation: priceRows(200, 2),
      test: priceRows(200, 3),
    });
    const { primary, values } = await measure(subject);
    expect(primary).toBe("r2");
    expect(values["r2"]).toBeGreaterThan(0.9);
    expect(values["rmse"]).toBeGreaterThan(1000);
  });

  it("leaves out what the rows do not define, such as the AUC of one class", async () => {
    const { bench, model } = await loans();
    const test = await bench.seed(loanRows(200, 3).map((row) => ({ ...row, defaulted: "no" })));
    const { primary, values } = await bench.succeed<Output>(evaluateModelTool, { model, test, resamples: 0 });
    expect(primary).toBe("accuracy");
    expect(values).not.toHaveProperty("auc");
    for (const value of Object.values(values)) expect(Number.isFinite(value)).toBe(true);
  });

  it("gives no intervals when none are asked for", async () => {
    const { bench, model, test } = await loans();
    expect((await bench.succeed<Output>(evaluateModelTool, { model, test, resamples: 0 })).intervals).toEqual(
      {},
    );
  });

  it("refuses the rows that the model was trained on", async () => {
    const { bench, model, train } = await loans();
    const { code, message } = await bench.fail(evaluateModelTool, { model, test: train });
    expect(code).toBe("invalid-input");
    expect(message).toMatch(/rows that the model was trained on.*Give the test part/);
  });

  it("says which column is missing from the rows", async () => {
    const { bench, model } = await loans();
    const test = await bench.seed(withoutColumn(loanRows(50, 3), "income"));
    expect((await bench.fail(evaluateModelTool, { model, test })).message).toContain("income");
    const unlabelled = await bench.seed(withoutColumn(loanRows(50, 3), "defaulted"));
    expect((await bench.fail(evaluateModelTool, { model, test: unlabelled })).message).toContain("defaulted");
  });

  it("refuses what is no model and what is nowhere", async () => {
    const { bench, test } = await loans();
    expect((await bench.fail(evaluateModelTool, { model: test, test })).code).toBe("invalid-input");
    expect((await bench.fail(evaluateModelTool, { model: "0".repeat(64), test })).code).toBe("not-found");
    expect((await bench.fail(evaluateModelTool, { model: "latest", test })).message).toContain("digest");
  });

  it("gives the same bytes for the same model and rows", async () => {
    const bytes = async () => {
      const subject = await loans();
      await measure(subject);
      return subject.bench.context.bytesOf("metrics.json");
    };
    expect(await bytes()).toEqual(await bytes());
  });
});
