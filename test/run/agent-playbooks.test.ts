import { describe, expect, it } from "vitest";
import type { JsonObject } from "#core/contract/json.ts";
import { type PlayedAnswer, playAgent } from "./play-agent.testing.ts";

const split = { train: "t", validation: "v", test: "x", rows: { train: 60, validation: 20, test: 20 } };
const request = { target: "y", protected: [] };

describe("the trainer", () => {
  const facts = {
    data: { problemType: "binary", positiveClass: "yes" },
    split,
    algorithm: { name: "gradient-boosting" },
  };
  const model = (artifact: string): JsonObject => ({
    artifact,
    algorithm: "gradient-boosting",
    trainRows: 60,
    mitigation: "none",
    validation: { metric: "auc", value: 0.8 },
  });
  const quality = { calibrationError: 0.02, logLoss: 0.4 };
  const play = (answers: { verdicts?: string[]; smoke?: PlayedAnswer; calibrate?: PlayedAnswer }) =>
    playAgent(
      "training/trainer.agent.yaml",
      { inputs: { work: "train" }, request, facts },
      (call, earlier) => {
        switch (call.name) {
          case "smoke_test":
            return answers.smoke ?? { output: { passed: true, failed: null } };
          case "train_classifier":
            return { output: { report: `report ${earlier}` }, facts: { model: model(`model ${earlier}`) } };
          case "check_convergence":
            return { facts: { convergence: { verdict: answers.verdicts?.[earlier] ?? "converged" } } };
          default:
            return (
              answers.calibrate ?? {
                facts: { calibration: { method: "none", before: quality, after: quality } },
              }
            );
        }
      },
    );
  const names = ({ calls }: { calls: { name: string }[] }): string[] => calls.map(({ name }) => name);

  it("tries, trains, judges the rounds, and calibrates on the validation part", async () => {
    const played = await play({});
    expect(names(played)).toEqual(["smoke_test", "train_classifier", "check_convergence", "calibrate_model"]);
    expect(played.calls[3]?.input).toEqual({ model: "model 0", calibration: "v" });
    expect(JSON.stringify(played.calls)).not.toContain('"x"');
  });

  it("trains with more rounds once where the loss was still falling, and not for ever", async () => {
    const played = await play({ verdicts: ["still-improving", "still-improving"] });
    const more = ["train_classifier", "check_convergence", "calibrate_model"];
    expect(names(played)).toEqual(["smoke_test", "train_classifier", "check_convergence", ...more]);
    expect(played.calls[3]?.input["parameters"]).toEqual({ rounds: 2000 });
    expect(played.calls.slice(4).map(({ input }) => input)).toEqual([
      { report: "report 1" },
      { model: "model 1", calibration: "v" },
    ]);
  });

  it("does not spend a training on what failed its smoke test, and says which step it was", async () => {
    const played = await play({
      smoke: { output: { passed: false, failed: "explain: it does not add up" } },
    });
    expect(names(played)).toEqual(["smoke_test"]);
    expect(played.text).toContain("explain: it does not add up");
  });

  it("keeps the model where it cannot be calibrated", async () => {
    const { text } = await play({ calibrate: { error: "too few rows" } });
    expect(text).toContain("Trained gradient-boosting on 60 rows");
  });
});

describe("the feature engineer", () => {
  const play = (proposed: JsonObject, more: { request?: JsonObject; refuse?: boolean } = {}) =>
    playAgent(
      "data/feature_engineer.agent.yaml",
      {
        request: { ...request, ...more.request },
        facts: { data: { dataset: "d" }, leakage: { split: { reason: "because", ...proposed } } },
      },
      (_call, earlier) =>
        more.refuse === true && earlier === 0
          ? { error: "older rows lack a class" }
          : { facts: { split: { method: "m", ...split } } },
    );

  it("follows what was proposed, by time or by group", async () => {
    const byTime = await play({ method: "time-ordered", timeColumn: "day" });
    expect(byTime.calls.map(({ input }) => input)).toEqual([
      { dataset: "d", target: "y", timeColumn: "day" },
    ]);
    const byGroup = await play({ method: "grouped", groupColumn: "customer" });
    expect(byGroup.calls[0]?.input).toEqual({ dataset: "d", target: "y", groupColumn: "customer" });
  });

  it("draws rows where the proposed split cannot be made, but never where the operator named the time", async () => {
    const proposed = { method: "time-ordered", timeColumn: "day" };
    const drawn = await play(proposed, { refuse: true });
    expect(drawn.calls.map(({ input }) => input["timeColumn"])).toEqual(["day", undefined]);
    const refused = await play(proposed, { refuse: true, request: { timeColumn: "day" } });
    expect(refused.calls).toHaveLength(1);
    expect(refused.text).toContain("older rows lack a class");
  });
});

describe("the data team lead", () => {
  const valid = { ok: true, errors: 0, failed: [], leakage: [] };
  const play = (leaks: string[][]) =>
    playAgent("data/data_team_lead.agent.yaml", { request }, (call, earlier) => {
      switch (call.name) {
        case "transfer_to_data_validator":
          return { facts: { validation: valid, leakage: { columns: leaks[earlier] ?? [] } } };
        case "transfer_to_feature_engineer":
          return { facts: { data: { rows: 100, columns: 3 }, split: { method: "stratified", ...split } } };
        default:
          return {};
      }
    });
  const round = ["data_cleaner", "data_validator"];
  const workers = ({ calls }: { calls: { name: string }[] }): string[] =>
    calls.map(({ name }) => name.replace("transfer_to_", ""));

  it("mends once more when one leak hid another", async () => {
    const before = ["data_profiler", "data_validator"];
    expect(workers(await play([[]]))).toEqual([...before, "feature_engineer"]);
    expect(workers(await play([["copy"], []]))).toEqual([...before, ...round, "feature_engineer"]);
    const twice = await play([["copy"], ["sum"], []]);
    expect(workers(twice)).toEqual([...before, ...round, ...round, "feature_engineer"]);
  });

  it("stops with the columns' names instead of training on what still gives the target away", async () => {
    const { calls, text } = await play([["copy"], ["sum"], ["other"]]);
    expect(workers({ calls })).not.toContain("feature_engineer");
    expect(text).toContain("[other]");
  });
});
