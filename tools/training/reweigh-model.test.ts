import { describe, expect, it } from "vitest";
import { loanRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { calibrateModelTool } from "./calibrate-model.ts";
import { mitigateBias } from "./mitigate-bias.ts";
import { trainClassifier } from "./train-classifier.ts";

describe("a reweighed model", () => {
  it.each([
    ["says that the calibration of the model before is gone", true],
    ["says nothing of calibration where there was none", false],
  ])("%s", async (_, isCalibrated) => {
    const bench = createToolBench();
    const train = await bench.seed(loanRows(1200, 1));
    const validation = await bench.seed(loanRows(700, 2));
    const trained = await bench.succeed<{ model: string }>(trainClassifier, {
      train,
      validation,
      target: "defaulted",
      protected: ["sex"],
      parameters: { rounds: 30 },
    });
    const request = {
      model: trained.model,
      calibration: await bench.seed(loanRows(700, 3)),
      method: "platt",
    };
    const { model } = isCalibrated
      ? await bench.succeed<{ model: string }>(calibrateModelTool, request)
      : trained;
    const output = await bench.succeed<{ model: string }>(mitigateBias, {
      model,
      train,
      validation,
      protected: ["sex"],
      method: "reweighing",
    });
    const kept = await bench.model(output.model);
    expect(kept.calibration).toBeUndefined();
    const notes = kept.training.notes.join(" ");
    expect(notes).toContain("Kamiran and Calders");
    expect(notes.includes("was calibrated (platt)")).toBe(isCalibrated);
  });
});
