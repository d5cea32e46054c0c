import { describe, expect, it } from "vitest";
import { checkConvergence } from "../evaluation/check-convergence.ts";
import { loanRows, priceRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { tuneHyperparameters } from "./tune-hyperparameters.ts";

interface Output {
  model: string;
  report: string;
  features: string[];
  validation: { metric: string; value: number };
  notes: string[];
  tuning: {
    measure: string;
    direction: string;
    best: { trial: number; parameters: Record<string, unknown>; mean: number };
    trials: { number: number; parameters: object; score: number | null; reason: string | null }[];
    stop: string;
  };
}

async function loans(options: Parameters<typeof createToolBench>[0] = {}) {
  const bench = createToolBench(options);
  const input = {
    train: await bench.seed(loanRows(400, 1)),
    validation: await bench.seed(loanRows(200, 2)),
    target: "defaulted",
    algorithm: "linear",
    trials: 6,
  };
  return { bench, input };
}

describe("tune_hyperparameters", () => {
  it("keeps a model trained with the best of the trials, and tells all of them", async () => {
    const { bench, input } = await loans();
    const { model, tuning, validation, notes } = await bench.succeed<Output>(tuneHyperparameters, input);
    expect(tuning).toMatchObject({ measure: "auc", direction: "higher", stop: "trials" });
    expect(tuning.trials).toHaveLength(7);
    const scores = tuning.trials.map(({ score }) => score ?? -1);
    expect(tuning.best.mean).toBe(Math.max(...scores));
    const kept = await bench.model(model);
    expect(kept.training.parameters).toMatchObject(tuning.best.parameters);
    expect(validation.value).toBeGreaterThan(0.8);
    expect(bench.facts["model"]).toMatchObject({ artifact: model, algorithm: "linear" });
    expect(notes.join()).toContain("looks better than it is");
    expect(bench.context.kept.map(({ name }) => name)).toContain("reports/tuning_1.json");
  });

  it("gives the same trials and the same model for the same seed", async () => {
    const once = async (seed: number) => {
      const { bench, input } = await loans({ seed });
      return bench.succeed<Output>(tuneHyperparameters, input);
    };
    const first = await once(3);
    expect(await once(3)).toEqual(first);
    expect((await once(4)).tuning.trials[1]).not.toEqual(first.tuning.trials[1]);
  });

  it("searches the given space, in which a trial that fails keeps its reason", async () => {
    const { bench, input } = await loans();
    const space = { penalty: { kind: "choice", values: [-1, 0.1, 1000] } };
    const { tuning } = await bench.succeed<Output>(tuneHyperparameters, {
      ...input,
      space,
      method: "random",
    });
    expect(tuning.stop).toBe("exhausted");
    expect(tuning.trials.find(({ reason }) => reason !== null)?.reason).toContain('"penalty" is -1');
    const wrong = await bench.fail(tuneHyperparameters, {
      ...input,
      space: { penalty: { kind: "number", from: 0, to: 1, scale: "log" } },
    });
    expect(wrong.message).toContain('"penalty" is logarithmic from 0');
    expect((await bench.fail(tuneHyperparameters, { ...input, measure: "rmse" })).message).toContain(
      "no measure",
    );
  });

  it("tunes boosting by halving, and its history can be judged", async () => {
    const { bench, input } = await loans();
    const output = await bench.succeed<Output>(tuneHyperparameters, {
      ...input,
      algorithm: "gradient-boosting",
      parameters: { rounds: 40, patience: 10 },
      method: "halving",
      trials: 3,
    });
    expect(output.tuning.best.parameters).toMatchObject({ rounds: 40, patience: 10 });
    const judged = await bench.succeed<{ verdict: string; rounds: number }>(checkConvergence, {
      report: output.report,
    });
    expect(judged.rounds).toBeGreaterThan(5);
    expect(["converged", "still-improving"]).toContain(judged.verdict);
  });

  it("tunes for amounts by their own measure, never on protected columns or on the test part", async () => {
    const bench = createToolBench({ run: { protected: ["town"] } });
    const input = {
      train: await bench.seed(priceRows(300, 1)),
      validation: await bench.seed(priceRows(150, 2)),
      target: "price",
      algorithm: "linear",
      measure: "mae",
      trials: 2,
    };
    const { features, tuning } = await bench.succeed<Output>(tuneHyperparameters, input);
    expect(features).toEqual(["size", "rooms"]);
    expect(tuning).toMatchObject({ measure: "mae", direction: "lower" });
    const split = {
      method: "random",
      train: "1".repeat(64),
      validation: "2".repeat(64),
      test: input.validation,
      rows: { train: 1, validation: 1, test: 1 },
    };
    const known = createToolBench({ run: { facts: { split } } });
    const refused = await known.fail(tuneHyperparameters, input);
    expect(refused.message).toContain("validation is the run's test part");
  });
});
