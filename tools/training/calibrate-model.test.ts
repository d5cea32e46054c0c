import { describe, expect, it } from "vitest";
import { evaluateModelTool } from "../evaluation/evaluate-model.ts";
import { flowerRows, loanRows, priceRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { calibrateModelTool } from "./calibrate-model.ts";
import { mitigateBias } from "./mitigate-bias.ts";
import { trainClassifier } from "./train-classifier.ts";
import { trainRegressor } from "./train-regressor.ts";

interface Quality {
  logLoss: number;
  brier: number;
  calibrationError: number;
  bins: number;
}

interface Output {
  model: string;
  method: string;
  rows: number;
  folds: number;
  before: Quality;
  after: Quality;
  attempts: { method: string; quality: Quality | null; refusal: string | null }[];
  changedDecisions: number;
  notes: string[];
}

const OVERCONFIDENT = { rounds: 300, learningRate: 0.3, patience: null, minimalLeafRows: 1 };

async function trained(run: Parameters<typeof createToolBench>[0] = {}) {
  const bench = createToolBench(run);
  const train = await bench.seed(loanRows(400, 1));
  const validation = await bench.seed(loanRows(800, 2));
  const { model } = await bench.succeed<{ model: string }>(trainClassifier, {
    train,
    validation,
    target: "defaulted",
    protected: ["sex"],
    parameters: OVERCONFIDENT,
  });
  return { bench, model, train, validation };
}

describe("calibrate_model", () => {
  it("makes an overconfident model's probabilities honest, on the test part too", async () => {
    const { bench, model, validation } = await trained();
    const output = await bench.succeed<Output>(calibrateModelTool, { model, calibration: validation });
    expect(output).toMatchObject({ rows: 800, folds: 5 });
    expect(output.after.logLoss).toBeLessThan(output.before.logLoss / 2);
    expect(output.after.calibrationError).toBeLessThan(output.before.calibrationError);
    const test = await bench.seed(loanRows(800, 3));
    const measure = async (digest: string) =>
      (
        await bench.succeed<{ values: Record<string, number> }>(evaluateModelTool, {
          model: digest,
          test,
          resamples: 0,
        })
      ).values;
    const [before, after] = [await measure(model), await measure(output.model)];
    expect(after["logLoss"]).toBeLessThan((before["logLoss"] ?? 0) / 2);
    expect(after["calibrationError"]).toBeLessThan(before["calibrationError"] ?? 0);
  });

  it("makes the new model the run's current one and keeps what was known of the old one", async () => {
    const { bench, model, validation } = await trained({ run: { protected: ["sex"] } });
    const known = bench.facts["model"];
    const output = await bench.succeed<Output>(calibrateModelTool, {
      model,
      calibration: validation,
      method: "temperature",
    });
    expect(output.model).not.toBe(model);
    expect(bench.facts["model"]).toEqual({ ...Object(known), artifact: output.model });
    const kept = await bench.model(output.model);
    expect(kept.calibration?.kind).toBe("temperature");
    const report = await bench.report<Output & { from: string }>("reports/calibration_1.json");
    expect(report).toMatchObject({ from: model, model: output.model, method: "temperature" });
  });

  it("leaves the ranking alone with Platt's sigmoid: the AUC is the same", async () => {
    const { bench, model, validation } = await trained();
    const before = bench.facts["model"] as { validation: { value: number } };
    await bench.succeed<Output>(calibrateModelTool, { model, calibration: validation, method: "platt" });
    const after = bench.facts["model"] as { validation: { value: number } };
    expect(after.validation.value).toBeCloseTo(before.validation.value, 6);
  });

  it("calibrates several classes, and models of words-for-parameters algorithms", async () => {
    const bench = createToolBench();
    const train = await bench.seed(flowerRows(150, 1));
    const validation = await bench.seed(flowerRows(300, 2));
    for (const about of [
      { algorithm: "nearest-neighbours", parameters: { neighbours: 3, weighting: "distance" } },
      { algorithm: "elastic-net", parameters: { penalty: 20, l1Ratio: 0.2 } },
    ]) {
      const { model } = await bench.succeed<{ model: string }>(trainClassifier, {
        train,
        validation,
        target: "kind",
        ...about,
      });
      const output = await bench.succeed<Output>(calibrateModelTool, { model, calibration: validation });
      expect(output.method).not.toBe("none");
      expect(output.after.logLoss).toBeLessThan(output.before.logLoss);
      expect(output.attempts).toHaveLength(3);
    }
  });

  it("gives the same bytes with the same seed", async () => {
    const kept = async () => {
      const { bench, model, validation } = await trained();
      await bench.succeed(calibrateModelTool, { model, calibration: validation });
      return bench.context.kept.map(({ name, sha256 }) => `${name} ${sha256}`);
    };
    expect(await kept()).toEqual(await kept());
  });
});

describe("calibrate_model refuses", () => {
  it("the rows that the model was trained on", async () => {
    const { bench, model, train } = await trained();
    const { code, message } = await bench.fail(calibrateModelTool, { model, calibration: train });
    expect(code).toBe("invalid-input");
    expect(message).toContain("the rows that the model was trained on");
  });

  it("the run's test part, on which nothing may be fitted", async () => {
    const [train, validation, test] = ["1", "2", "3"].map((digit) => digit.repeat(64)) as [
      string,
      string,
      string,
    ]; // three in, three out
    const rows = { train: 1, validation: 1, test: 1 };
    const split = { method: "random", train, validation, test, rows };
    const { bench, model } = await trained({ run: { facts: { split } } });
    const { code, message } = await bench.fail(calibrateModelTool, { model, calibration: test });
    expect(code).toBe("invalid-input");
    expect(message).toContain("give the training or the validation part");
  });

  it("amounts, thresholds per group, and a table without the target", async () => {
    const { bench, model, train, validation } = await trained();
    const mitigated = await bench.succeed<{ model: string }>(mitigateBias, {
      model,
      train,
      validation,
      protected: ["sex"],
      method: "group-thresholds",
    });
    const grouped = await bench.fail(calibrateModelTool, {
      model: mitigated.model,
      calibration: validation,
    });
    expect(grouped.message).toContain("Calibrate the model that it was made from");
    const other = await bench.seed(priceRows(100, 1));
    expect((await bench.fail(calibrateModelTool, { model, calibration: other })).message).toContain(
      "defaulted",
    );
    const prices = await bench.seed(priceRows(300, 2));
    const { model: amounts } = await bench.succeed<{ model: string }>(trainRegressor, {
      train: prices,
      validation: other,
      target: "price",
      algorithm: "ols",
    });
    const wrong = await bench.fail(calibrateModelTool, { model: amounts, calibration: other });
    expect(wrong.message).toContain("predicts amounts");
  });
});
