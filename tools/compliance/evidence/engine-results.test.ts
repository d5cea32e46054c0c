import { describe, expect, it } from "vitest";
import { compareFrames } from "#lib/ml/drift/compare-frames.ts";
import { explainModel } from "#lib/ml/explain/explain-model.ts";
import { auditFairness } from "#lib/ml/fairness/audit-fairness.ts";
import { createFrame, type Frame } from "#lib/ml/frame/frame.ts";
import { evaluateModel } from "#lib/ml/metrics/evaluate-model.ts";
import { profileFrame } from "#lib/ml/profile/profile-frame.ts";
import { sampleModels } from "../../deployment/sample-model.testing.ts";
import { drawEvaluation } from "../../pictures/draw-report.ts";
import { readDriftColumns, readProfileColumns, readRanking } from "./column-detail.ts";
import { readGroups } from "./group-detail.ts";
import { readMetricsDetail } from "./metrics-detail.ts";

const ROWS = 240;

/** What an artifact holds: the engine's results after a way through JSON. */
const recorded = (result: unknown): unknown => JSON.parse(JSON.stringify(result));

const categories = (name: string, dictionary: string[], code: (row: number) => number) => ({
  kind: "categorical" as const,
  name,
  dictionary,
  codes: Int32Array.from({ length: ROWS }, (_, row) => code(row)),
});

const numbers = (name: string, value: (row: number) => number) => ({
  kind: "numeric" as const,
  name,
  values: Float64Array.from({ length: ROWS }, (_, row) => value(row)),
});

function loans(shift = 0): Frame {
  return createFrame([
    numbers("income", (row) => 500 + shift + ((row * 37) % 97) * 50),
    categories("housing", ["own", "rent"], (row) => row % 2),
    {
      kind: "boolean",
      name: "has_guarantor",
      values: Uint8Array.from({ length: ROWS }, (_, row) => (row % 5 === 0 ? 1 : 0)),
    },
    {
      kind: "date",
      name: "applied",
      values: Float64Array.from({ length: ROWS }, (_, row) => Date.UTC(2026, row % 12, 1)),
      precision: "day",
      order: "year-first",
    },
    categories("sex", ["female", "male"], (row) => (row % 3 === 0 ? 0 : 1)),
    categories("default", ["no", "yes"], (row) => ((row * 37) % 97 < 40 ? 1 : 0)),
  ]);
}

describe("what the engine measured on two classes", () => {
  const binary = evaluateModel(sampleModels.binary, loans(), { bootstrap: { resamples: 20, seed: 1 } });
  const metrics = readMetricsDetail(recorded(binary));
  it("gives numbers for each class, under its name", () => {
    expect(metrics.perClass.map(({ label }) => label)).toEqual(["no", "yes"]);
    expect(metrics.perClass[0]?.values).toHaveProperty("support");
  });

  it("gives the confusion counts, which add up to the rows", () => {
    expect(metrics.confusion?.labels).toEqual(["no", "yes"]);
    expect(metrics.confusion?.counts.flat().reduce((sum, count) => sum + count, 0)).toBe(ROWS);
  });

  it("gives curves and intervals", () => {
    const drawn = drawEvaluation(recorded({ rows: ROWS, ...binary }));
    expect(drawn.map(({ id, kind }) => `${kind} ${id}`)).toEqual([
      "drawn roc",
      "drawn precision-recall",
      "drawn calibration",
      "drawn confusion",
    ]);
    expect(metrics.intervals.auc?.low).toBeLessThanOrEqual(metrics.intervals.auc?.high ?? 0);
  });

  it("gives the groups of each protected attribute with their size and rates", () => {
    const attributes = [[{ name: "sex", bands: null }], [{ name: "housing", bands: null }]];
    const groups = readGroups(recorded(auditFairness(sampleModels.binary, loans(), { attributes })));
    expect(groups.map(({ attribute, group }) => `${attribute} ${group}`)).toEqual([
      "sex female",
      "sex male",
      "housing own",
      "housing rent",
    ]);
    expect(groups[0]?.values.count).toBe(80);
    expect(groups[0]?.values.selectionRate).toBeGreaterThan(0);
  });

  it("gives every compared column's drift, strongest first", () => {
    const columns = readDriftColumns(recorded(compareFrames(loans(), loans(3000))));
    expect(columns.map(({ column }) => column).toSorted()).toEqual(
      ["applied", "default", "has_guarantor", "housing", "income", "sex"].filter((name) =>
        columns.some(({ column }) => column === name),
      ),
    );
    expect(columns[0]).toMatchObject({ column: "income" });
    expect(columns[0]?.ks).toBeGreaterThan(0.2);
    expect(columns.find(({ column }) => column === "housing")?.pValue).toBeCloseTo(1, 6);
  });

  it("gives the ranking of the features", () => {
    const ranking = readRanking(recorded(explainModel(sampleModels.binary, loans())));
    expect(ranking[0]?.feature).toBe("income");
    expect(ranking.map(({ feature }) => feature).toSorted()).toEqual([
      "applied",
      "has_guarantor",
      "housing",
      "income",
    ]);
  });

  it("gives the columns of a profile", () => {
    expect(readProfileColumns(recorded(profileFrame(loans())))).toContainEqual({
      column: "housing",
      kind: "categorical",
      missing: 0,
      distinct: 2,
    });
  });
});

describe("what the engine measured on many classes", () => {
  const iris = createFrame([
    numbers("petal_length", (row) => 1 + (row % 60) / 10),
    categories("species", ["setosa", "versicolor", "virginica"], (row) => Math.floor((row % 60) / 20)),
    categories("site", ["a", "b"], (row) => row % 2),
  ]);

  it("gives a confusion with the classes' names, and numbers for each", () => {
    const metrics = readMetricsDetail(recorded(evaluateModel(sampleModels.multiclass, iris)));
    expect(metrics.confusion?.labels).toEqual(["setosa", "versicolor", "virginica"]);
    expect(metrics.perClass).toHaveLength(3);
  });

  it("gives the groups once for each class that counts as positive", () => {
    const audit = auditFairness(sampleModels.multiclass, iris, {
      attributes: [[{ name: "site", bands: null }]],
    });
    const groups = readGroups(recorded(audit));
    expect(groups).toHaveLength(6);
    expect(groups[0]).toMatchObject({ attribute: "site (class setosa)", group: "a" });
  });
});

describe("what the engine measured on a regression", () => {
  it("gives the errors of each group", () => {
    const houses = createFrame([
      numbers("rooms", (row) => 1 + (row % 6)),
      categories("district", ["north", "south"], (row) => row % 2),
      numbers("price", (row) => 80 + (row % 6) * 12),
    ]);
    const audit = auditFairness(sampleModels.regression, houses, {
      attributes: [[{ name: "district", bands: null }]],
    });
    const groups = readGroups(recorded(audit));
    expect(groups.map(({ attribute, group }) => [attribute, group])).toEqual([
      ["district", "north"],
      ["district", "south"],
    ]);
    expect(groups[0]?.values).toHaveProperty("meanError");
  });
});
