import { describe, expect, it } from "vitest";
import { loanRows, priceRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { trainClassifier } from "../training/train-classifier.ts";
import { trainRegressor } from "../training/train-regressor.ts";
import { analyzeErrorsTool } from "./analyze-errors.ts";

interface Output {
  found: number;
  loss: string;
  slices: {
    conditions: { column: string; value: string }[];
    rows: number;
    mean: number;
    rest: number;
    detail: { kind: string; meanError?: number };
  }[];
  worstRows: { kind: string; row: number }[];
  notes: string[];
}

/** Loans of the south whose outcome is a coin's: no model can be right about them. */
const shaky = (count: number, seed: number) =>
  loanRows(count, seed).map((row, index) => ({
    ...row,
    defaulted: row.region === "south" ? ((index * 7919 + seed) % 7 < 3 ? "yes" : "no") : row.defaulted,
  }));

async function loans() {
  const bench = createToolBench();
  const train = await bench.seed(shaky(800, 1));
  const about = {
    train,
    validation: await bench.seed(shaky(200, 2)),
    target: "defaulted",
    algorithm: "gradient-boosting",
    parameters: { rounds: 40 },
  };
  const { model } = await bench.succeed<{ model: string }>(trainClassifier, about);
  return { bench, model, train, test: await bench.seed(shaky(800, 3)) };
}

describe("analyze_errors", () => {
  it("names the rows that a classifier fails, with what it decides there", async () => {
    const { bench, model, test } = await loans();
    const output = await bench.succeed<Output>(analyzeErrorsTool, {
      model,
      test,
      columns: ["region", "sex", "age"],
    });
    const worst = output.slices.find(({ conditions }) => conditions[0]!.value === "south")!;
    expect(worst.conditions[0]).toEqual({ column: "region", value: "south" });
    expect(worst.mean).toBeGreaterThan(worst.rest + 0.1);
    expect(worst.detail.kind).toBe("decisions");
    expect(output.worstRows).toHaveLength(10);
    expect(bench.context.kept.map(({ name }) => name)).toContain("reports/errors_1.json");
  });

  it("says so when no slice is worse than chance explains, and gives biases for amounts", async () => {
    const bench = createToolBench();
    const about = {
      train: await bench.seed(priceRows(400, 1)),
      validation: await bench.seed(priceRows(100, 2)),
      target: "price",
      algorithm: "linear",
      features: ["size", "rooms", "town"],
    };
    const { model } = await bench.succeed<{ model: string }>(trainRegressor, about);
    const test = await bench.seed(priceRows(400, 3));
    const calm = await bench.succeed<Output>(analyzeErrorsTool, {
      model,
      test,
      columns: ["rooms"],
      minimalRows: 60,
    });
    expect(calm).toMatchObject({ loss: "absoluteError", found: 0 });
    expect(calm.notes.join()).toContain("worse than chance explains");
    const wrong = await bench.fail(analyzeErrorsTool, { model, test, loss: "error" });
    expect(wrong.message).toContain("absoluteError or squaredError");
  });

  it("refuses the rows that the model was trained on, and columns that are not there", async () => {
    const { bench, model, train, test } = await loans();
    expect((await bench.fail(analyzeErrorsTool, { model, test: train })).message).toContain("was trained on");
    expect((await bench.fail(analyzeErrorsTool, { model, test, columns: ["wages"] })).message).toContain(
      '"wages"',
    );
  });
});
