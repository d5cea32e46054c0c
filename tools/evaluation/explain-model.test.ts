import { describe, expect, it } from "vitest";
import { loanRows, priceRows, withoutColumn } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { mitigateBias } from "../training/mitigate-bias.ts";
import { trainClassifier } from "../training/train-classifier.ts";
import { trainRegressor } from "../training/train-regressor.ts";
import { explainModelTool } from "./explain-model.ts";

interface Output {
  method: string;
  space: string;
  rows: number;
  importance: { feature: string; importance: number }[];
  additivity: { holds: boolean; largestError: number };
  notes: string[];
}

interface Report {
  features: string[];
  expected: number[];
  rows: number[];
  contributions: number[][];
  margins: number[][];
}

async function loans(algorithm: "linear" | "gradient-boosting") {
  const bench = createToolBench();
  const train = await bench.seed(loanRows(600, 1));
  const validation = await bench.seed(loanRows(300, 2));
  const input = { train, validation, target: "defaulted", algorithm, protected: ["sex"] };
  const { model } = await bench.succeed<{ model: string }>(trainClassifier, input);
  return { bench, model, train, validation, data: await bench.seed(loanRows(120, 3)) };
}

describe("explain_model", () => {
  it.each(["linear", "gradient-boosting"] as const)(
    "adds up to the prediction of every explained row: %s",
    async (algorithm) => {
      const { bench, model, data } = await loans(algorithm);
      const output = await bench.succeed<Output>(explainModelTool, { model, data });
      expect(output).toMatchObject({ rows: 120, space: "log-odds", additivity: { holds: true } });
      const report = await bench.report<Report>("shap.json");
      const width = report.features.length;
      for (const [row, margin] of (report.margins[0] ?? []).entries()) {
        const own = report.contributions[0]?.slice(row * width, (row + 1) * width) ?? [];
        const sum = own.reduce((total, value) => total + value, report.expected[0] ?? Number.NaN);
        expect(sum).toBeCloseTo(margin, 9);
      }
      expect(report.margins[0]).toHaveLength(120);
    },
  );

  it("ranks what the target follows from first, as answer and fact", async () => {
    const bench = createToolBench();
    const { model } = await bench.succeed<{ model: string }>(trainRegressor, {
      train: await bench.seed(priceRows(800, 1)),
      validation: await bench.seed(priceRows(200, 2)),
      target: "price",
    });
    const data = await bench.seed(priceRows(100, 3));
    const { importance } = await bench.succeed<Output>(explainModelTool, { model, data });
    expect(importance[0]?.feature).toBe("size");
    expect(bench.facts["explanation"]).toMatchObject({ model, additive: true });
  });

  it("explains as many rows as asked for, drawn by the run's seed", async () => {
    const { bench, model, data } = await loans("linear");
    await bench.succeed(explainModelTool, { model, data, rows: 10 });
    const { rows } = await bench.report<Report>("shap.json");
    expect(new Set(rows).size).toBe(10);
    await bench.succeed(explainModelTool, { model, data, rows: 10 });
    expect((await bench.report<Report>("shap.json")).rows).toEqual(rows);
  });

  it("says that the decision rests on more than what is explained, where thresholds differ by group", async () => {
    const { bench, model, train, validation, data } = await loans("gradient-boosting");
    const mitigated = await bench.succeed<{ model: string }>(mitigateBias, {
      model,
      train,
      validation,
      protected: ["sex"],
      method: "group-thresholds",
    });
    const { notes } = await bench.succeed<Output>(explainModelTool, { model: mitigated.model, data });
    expect(notes.join()).toContain("the decision also depends on sex");
  });

  it("names a feature that the rows lack", async () => {
    const { bench, model } = await loans("linear");
    const data = await bench.seed(withoutColumn(loanRows(20, 3), "loan"));
    const { code, message } = await bench.fail(explainModelTool, { model, data });
    expect(code).toBe("invalid-input");
    expect(message).toContain("loan");
  });

  it("gives the same bytes for the same model and rows", async () => {
    const bytes = async () => {
      const { bench, model, data } = await loans("gradient-boosting");
      await bench.succeed(explainModelTool, { model, data, rows: 50 });
      return bench.context.bytesOf("shap.json");
    };
    expect(await bytes()).toEqual(await bytes());
  });
});
