import { describe, expect, it } from "vitest";
import { StartPipeline } from "#api/contract/pipeline.ts";
import { emptyDraft, problemsOf, requestOf, withDataset, withTarget } from "./run-draft.ts";

const column = (name: string) => ({ name, kind: "number", missing: 0, distinct: 2 });
const dataset = {
  sha256: "a".repeat(64),
  name: "credit.csv",
  bytes: 10,
  rows: 2,
  columns: ["age", "sex", "default"].map(column),
};
const ready = withTarget(
  withDataset({ ...emptyDraft, problem: " who defaults? ", protected: ["sex"] }, dataset),
  "default",
);

describe("a run's draft", () => {
  it("names what is missing, field by field", () => {
    expect(Object.keys(problemsOf(emptyDraft))).toEqual(["dataset", "problem", "target"]);
    expect(problemsOf(ready)).toEqual({});
    expect(Object.keys(problemsOf({ ...ready, seed: "-1", budgetUsd: "zero" }))).toEqual([
      "seed",
      "budgetUsd",
    ]);
  });

  it("becomes a request that the API's own schema takes, with nothing that was left empty", () => {
    expect(StartPipeline.parse(requestOf(ready))).toEqual({
      problemStatement: "who defaults?",
      dataset: { sha256: dataset.sha256, name: "credit.csv" },
      target: "default",
      protected: ["sex"],
      approve: "ask",
    });
    expect(
      requestOf({ ...ready, seed: "7", budgetUsd: "1.5", timeColumn: "age", model: " m " }),
    ).toMatchObject({
      seed: 7,
      budgetUsd: 1.5,
      timeColumn: "age",
      model: "m",
    });
  });

  it("lets the target be neither protected nor the time", () => {
    expect(withTarget({ ...ready, timeColumn: "age" }, "age")).toMatchObject({
      target: "age",
      timeColumn: "",
    });
    expect(withTarget(ready, "sex").protected).toEqual([]);
  });

  it("drops choices of columns that another file does not have", () => {
    const other = withDataset(ready, { ...dataset, columns: ["age"].map(column) });
    expect(other).toMatchObject({ target: "", protected: [], timeColumn: "" });
  });
});
