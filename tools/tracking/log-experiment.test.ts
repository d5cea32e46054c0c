import { describe, expect, it } from "vitest";
import { fail, ok } from "#core/contract/failure.ts";
import type { ExperimentTracker, TrackedExperiment } from "#core/contract/experiment-tracker.ts";
import { loanRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { trainClassifier } from "../training/train-classifier.ts";
import { logExperiment } from "./log-experiment.ts";

function createFakeTracker(): ExperimentTracker & { logged: TrackedExperiment[] } {
  const logged: TrackedExperiment[] = [];
  return {
    name: "fake",
    logged,
    log(experiment) {
      logged.push(experiment);
      return Promise.resolve(ok({ runId: "r1", experimentId: "e1", url: "http://tracker/r1" }));
    },
  };
}

async function trained(tracker: ExperimentTracker) {
  const bench = createToolBench({ tracker });
  const { model } = await bench.succeed<{ model: string }>(trainClassifier, {
    train: await bench.seed(loanRows(300, 1)),
    validation: await bench.seed(loanRows(150, 2)),
    target: "defaulted",
    algorithm: "linear",
    protected: ["sex"],
  });
  return { bench, model };
}

describe("log_experiment", () => {
  it("logs a model with its evaluation, and leaves out what the rows did not define", async () => {
    const tracker = createFakeTracker();
    const { bench, model } = await trained(tracker);
    const body = { model, metrics: { auc: 0.91, brier: null, confusion: { truePositive: 3 } } };
    const metrics = await bench.context.seedArtifact(JSON.stringify(body));
    const output = await bench.succeed<object>(logExperiment, { model, metrics, tags: { stage: "review" } });
    expect(output).toEqual({
      runId: "r1",
      experimentId: "e1",
      url: "http://tracker/r1",
      loggedMetrics: ["test_auc"],
    });
    const experiment = tracker.logged.at(-1);
    expect(experiment?.metrics).toEqual([{ key: "test_auc", value: 0.91, step: 0 }]);
    expect(experiment?.tags).toMatchObject({ stage: "review", "swarm.model": model });
    expect(experiment?.model?.inputs.map(({ name }) => name)).not.toContain("sex");
    expect(experiment?.model?.outputs.map(({ name }) => name)).toEqual([
      "prediction",
      "probability no",
      "probability yes",
    ]);
  });

  it("refuses an evaluation of another model", async () => {
    const tracker = createFakeTracker();
    const { bench, model } = await trained(tracker);
    const other = await bench.context.seedArtifact(JSON.stringify({ model: "a".repeat(64), metrics: {} }));
    const failure = await bench.fail(logExperiment, { model, metrics: other });
    expect(failure.message).toContain("no evaluation of this model");
    expect(tracker.logged).toHaveLength(1);
  });

  it("fails as the tracker fails, unlike a training", async () => {
    const down: ExperimentTracker = {
      name: "down",
      log: () => Promise.resolve(fail("tool-failed", "the tracking server is down")),
    };
    const { bench, model } = await trained(down);
    expect((await bench.fail(logExperiment, { model })).message).toBe("the tracking server is down");
  });
});
