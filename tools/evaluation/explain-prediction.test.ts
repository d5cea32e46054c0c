import { describe, expect, it } from "vitest";
import { flowerRows, loanRows, priceRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { trainClassifier } from "../training/train-classifier.ts";
import { trainRegressor } from "../training/train-regressor.ts";
import { explainModelTool } from "./explain-model.ts";
import { explainPrediction } from "./explain-prediction.ts";

interface Output {
  method: string;
  space: string;
  isExact: boolean;
  rows: {
    row: number;
    prediction: string | number;
    probability: number | null;
    explained: string;
    base: number;
    score: number;
    contributions: { feature: string; value: unknown; contribution: number }[];
    against: { feature: string; contribution: number }[];
  }[];
  additivity: { holds: boolean };
  notes: string[];
}

async function loans(algorithm = "gradient-boosting") {
  const bench = createToolBench();
  const train = await bench.seed(loanRows(600, 1));
  const validation = await bench.seed(loanRows(300, 2));
  const input = { train, validation, target: "defaulted", algorithm, protected: ["sex"] };
  const { model } = await bench.succeed<{ model: string }>(trainClassifier, input);
  return { bench, model, train, data: await bench.seed(loanRows(120, 3)) };
}

const risky = { month: "2025-03", age: 30, region: "north", income: 1600, loan: 4400 };

describe("explain_prediction", () => {
  it("names fields that the model does not read, for one of them may be misspelt", async () => {
    const { bench, model } = await loans();
    const rows = [{ ...risky, lone: 4400, defaulted: "no" }];
    const { notes } = await bench.succeed<Output>(explainPrediction, { model, rows });
    expect(notes.join()).toMatch(/does not read .*lone; it reads .*loan/);
    expect(notes.join()).not.toContain("defaulted");
  });

  it("gives base, sorted contributions and what speaks against the outcome, adding up to the score", async () => {
    const { bench, model } = await loans();
    const output = await bench.succeed<Output>(explainPrediction, {
      model,
      rows: [risky, { ...risky, region: "south" }],
    });
    expect(output).toMatchObject({
      method: "tree-shap-path-dependent",
      space: "log-odds",
      isExact: true,
      additivity: { holds: true },
    });
    const [north, south] = output.rows;
    expect(north).toMatchObject({ row: 0, prediction: "yes", explained: "yes" });
    expect(north!.probability).toBeCloseTo(1 / (1 + Math.exp(-north!.score)), 12);
    for (const row of output.rows) {
      const sizes = row.contributions.map(({ contribution }) => Math.abs(contribution));
      expect(sizes).toEqual(sizes.toSorted((left, right) => right - left));
      const sum = row.contributions.reduce((total, { contribution }) => total + contribution, row.base);
      expect(sum).toBeCloseTo(row.score, 9);
    }
    expect(north!.contributions.find(({ feature }) => feature === "loan")).toMatchObject({ value: 4400 });
    // Living in the south speaks for paying back, against what loan and income say.
    expect(south!.against.map(({ feature }) => feature)).toContain("region");
  });

  it("explains rows of a dataset by number, like the same rows given as JSON", async () => {
    const { bench, model, data } = await loans();
    const stored = await bench.succeed<Output>(explainPrediction, { model, data, rowNumbers: [7, 3] });
    expect(stored.rows.map(({ row }) => row)).toEqual([7, 3]);
    const given = await bench.succeed<Output>(explainPrediction, { model, rows: [loanRows(120, 3)[7]] });
    expect(given.rows[0]).toEqual({ ...stored.rows[0], row: 0 });
    const report = await bench.report<{ rows: unknown[] }>("explanations/prediction_1.json");
    expect(report.rows).toHaveLength(1);
  });

  it("explains the predicted class of several, and amounts", async () => {
    const bench = createToolBench();
    const flowers = {
      train: await bench.seed(flowerRows(300, 1)),
      validation: await bench.seed(flowerRows(150, 2)),
    };
    const { model } = await bench.succeed<{ model: string }>(trainClassifier, { ...flowers, target: "kind" });
    const { rows } = await bench.succeed<Output>(explainPrediction, {
      model,
      rows: [{ width: 2, height: 1.4 }],
    });
    expect(rows[0]).toMatchObject({ prediction: "violet", explained: "violet" });
    const homes = {
      train: await bench.seed(priceRows(300, 1)),
      validation: await bench.seed(priceRows(100, 2)),
    };
    const trained = await bench.succeed<{ model: string }>(trainRegressor, {
      ...homes,
      target: "price",
      algorithm: "linear",
    });
    const price = await bench.succeed<Output>(explainPrediction, {
      model: trained.model,
      rows: [{ size: 140, rooms: 2, town: "alba" }],
    });
    expect(price.rows[0]).toMatchObject({ probability: null, explained: "price" });
    expect(price.rows[0]!.prediction).toBe(price.rows[0]!.score);
  });

  it("explains probabilities and models of any kind against background rows", async () => {
    const { bench, model, train } = await loans("nearest-neighbours");
    const output = await bench.succeed<Output>(explainPrediction, {
      model,
      rows: [risky],
      background: train,
      backgroundRows: 20,
    });
    expect(output).toMatchObject({
      method: "kernel-shap",
      space: "probability",
      additivity: { holds: true },
    });
    expect(output.rows[0]!.probability).toBeCloseTo(output.rows[0]!.score, 12);
    const { message } = await bench.fail(explainPrediction, { model, rows: [risky] });
    expect(message).toContain("compares with background rows");
  });

  it("refuses both, neither, rows that are not there and fields that cannot be read", async () => {
    const { bench, model, data } = await loans();
    const wrong = async (more: object) => (await bench.fail(explainPrediction, { model, ...more })).message;
    expect(await wrong({})).toContain("either `rows`, or `data`");
    expect(await wrong({ rows: [risky], data, rowNumbers: [1] })).toContain("either");
    expect(await wrong({ data, rowNumbers: [120] })).toContain("the last one is 119");
    expect(await wrong({ rows: [{ ...risky, income: "much" }] })).toContain('"income"');
    expect(await wrong({ rows: [risky], method: "linear" })).toContain("Use auto");
  });
});

describe("explain_model, beyond importance", () => {
  it("names the pairs that do most together and keeps the dependence of the strongest features", async () => {
    const { bench, model, data } = await loans();
    const output = await bench.succeed<{ interactions: { features: string[]; strength: number }[] }>(
      explainModelTool,
      { model, data, interactions: true },
    );
    expect(output.interactions[0]!.strength).toBeGreaterThan(0);
    const report = await bench.report<{
      dependence: { feature: string; values: unknown[]; contributions: number[] }[];
      interactions: { rows: number };
    }>("shap.json");
    expect(report.interactions.rows).toBe(100);
    const region = report.dependence.find(({ feature }) => feature === "region");
    expect(region?.values).toHaveLength(120);
    const mean = (value: string) => {
      const own = region!.contributions.filter((_, place) => region!.values[place] === value);
      return own.reduce((sum, one) => sum + one, 0) / own.length;
    };
    expect(mean("north")).toBeGreaterThan(mean("south"));
  });

  it("explains by interventional TreeSHAP against given rows, and says when it had to take its own", async () => {
    const { bench, model, data, train } = await loans();
    const output = await bench.succeed<Output>(explainModelTool, {
      model,
      data,
      method: "tree-interventional",
      background: train,
    });
    expect(output).toMatchObject({ method: "tree-shap-interventional", isExact: true });
    const alone = await bench.succeed<Output>(explainModelTool, {
      model,
      data,
      method: "permutation",
      rows: 5,
    });
    expect(alone).toMatchObject({ method: "permutation-shap", isExact: false });
    expect(alone.notes.join()).toMatch(/estimates.*no background rows were given/);
  });
});
