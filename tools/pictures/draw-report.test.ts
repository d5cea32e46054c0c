import { describe, expect, it } from "vitest";
import { drawDriftTimeline } from "./draw/drift.ts";
import { drawDrift, drawEvaluation, drawExplanation, drawFairness, drawTraining } from "./draw-report.ts";
import type { Picture } from "./picture.ts";
import { readShapes } from "./read-shapes.ts";
import { renderPicture } from "./render-picture.ts";

const words = async (picture: Picture | undefined): Promise<string[]> =>
  picture === undefined
    ? []
    : readShapes(await renderPicture(picture, "file")).flatMap((shape) =>
        shape.kind === "text" ? [shape.text] : [],
      );

const marksOf = (picture: Picture | undefined, type: string) =>
  picture?.kind === "drawn"
    ? picture.panels.flatMap(({ marks }) => marks.filter((mark) => mark.type === type))
    : [];

const binary = {
  problem: "binary",
  rows: 8,
  positiveClass: "yes",
  classes: ["no", "yes"],
  metrics: {
    auc: 0.8,
    averagePrecision: 0.7,
    brier: 0.1,
    confusion: { truePositives: 3, falsePositives: 1, falseNegatives: 1, trueNegatives: 3 },
  },
  roc: [0, 0.25, 1].map((rate) => ({ falsePositiveRate: rate, truePositiveRate: Math.sqrt(rate) })),
  precisionRecall: [0.5, 1].map((recall) => ({ recall, precision: 1 - recall / 2 })),
  calibration: [{ from: 0.2, to: 0.3, meanProbability: 0.25, positiveShare: 0.5, rowCount: 8 }],
  calibrationError: 0.25,
  intervals: { auc: { low: 0.7, high: 0.9 } },
};

const classes = Array.from({ length: 20 }, (_, at) => `class number ${at} with a name that is far too long`);
const multiclass = {
  problem: "multiclass",
  rows: 210,
  classes,
  metrics: {
    perClass: classes.map((label, at) => ({ label, auc: at === 0 ? null : 0.9, support: at + 1 })),
    confusion: classes.map((_, row) => classes.map((__, column) => (row === column ? row + 1 : 0))),
  },
};

const history = (losses: readonly number[]) => ({
  model: "m",
  algorithm: "linear",
  history: losses.map((loss, at) => ({ round: at + 1, trainingLoss: loss, validationLoss: null })),
});

const explanation = {
  method: "linear-shap",
  space: "log-odds",
  features: ["a", "b"],
  outputs: ["yes"],
  expected: [0],
  rows: [0, 1],
  contributions: [[1, 0, -1, 0]],
  margins: [[1, -1]],
  importance: [
    { feature: "a", meanAbsolute: 1 },
    { feature: "b", meanAbsolute: 0 },
  ],
  dependence: [
    { feature: "a", values: [5, 5], contributions: [1, -1] },
    { feature: "b", values: [null, null], contributions: [0, 0] },
  ],
};

describe("pictures of a report", () => {
  it("mark the point at which the model decides on both curves", () => {
    const [roc, precisionRecall] = drawEvaluation(binary);
    expect(marksOf(roc, "dots")).toMatchObject([{ points: [[0.25, 0.75]], shape: "diamond" }]);
    expect(marksOf(precisionRecall, "dots")).toMatchObject([{ points: [[0.75, 0.75]] }]);
    expect(roc?.summary).toBe(
      "AUC is 0.8000 (95 % interval 0.7000 to 0.9000); 0.5 is chance, 1 is perfect. As it decides now, the model finds 75.0 % of the rows of yes and wrongly flags 25.0 % of the others.",
    );
  });

  it("draw the base rate beneath precision, and chance beneath the ROC curve", () => {
    const [roc, precisionRecall] = drawEvaluation(binary);
    expect(marksOf(precisionRecall, "segments")).toMatchObject([
      { segments: [[0, 0.5, 1, 0.5]], dash: "dashed" },
    ]);
    expect(marksOf(roc, "segments")).toMatchObject([{ segments: [[0, 0, 1, 1]], dash: "dashed" }]);
  });

  it("write counts and shares into a confusion, and join classes beyond twelve", async () => {
    const [, , , two] = drawEvaluation(binary);
    expect(await words(two)).toEqual(expect.arrayContaining(["3", "75.0 %", "1", "25.0 %", "true class"]));
    const [many] = drawEvaluation(multiclass);
    const texts = await words(many);
    // Columns are numbered where their names have no room; the rare classes are taken together.
    expect(texts).toEqual(expect.arrayContaining(["11", "12 9 other classes", "100"]));
    expect(many?.kind === "drawn" && many.table.rows).toHaveLength(12);
    expect(many?.kind === "drawn" && many.table.rows.at(-1)?.[0]).toBe("9 other classes");
    expect(many?.kind === "drawn" && many.table.rows[0]?.[0]).toBe(classes[19]);
  });

  it("say why there is nothing to draw instead of an empty frame", () => {
    const one = { ...binary, roc: [], precisionRecall: [], calibration: [] };
    expect(drawEvaluation(one).map(({ kind }) => kind)).toEqual(["empty", "empty", "empty", "drawn"]);
    const none = {
      ...binary.metrics,
      confusion: { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 },
    };
    expect(drawEvaluation({ ...binary, metrics: none }).at(-1)?.summary).toBe(
      "Nothing to draw: no row was scored.",
    );
    expect(drawTraining(history([]))[0]?.summary).toBe("Nothing to draw: linear does not learn in rounds.");
    expect(drawTraining(history([1]))[0]?.kind).toBe("empty");
    const flat = {
      ...explanation,
      contributions: [[0, 0, 0, 0]],
      importance: explanation.importance.map((one) => ({ ...one, meanAbsolute: 0 })),
    };
    expect(
      drawExplanation(flat)
        .slice(0, 2)
        .map(({ kind }) => kind),
    ).toEqual(["empty", "empty"]);
    expect(drawExplanation(explanation).at(-1)?.summary).toContain("b has no value");
    expect(drawDriftTimeline({ limit: 0.2, columns: [], timeline: [] }).kind).toBe("empty");
    expect(
      drawEvaluation({
        problem: "regression",
        rows: 3,
        metrics: { rmse: 1, mae: 1, r2: null, meanError: 0 },
      })[0]?.kind,
    ).toBe("empty");
  });

  it("hold a constant loss and a single value without a number that is none", async () => {
    for (const picture of [...drawTraining(history([2, 2, 2])), ...drawExplanation(explanation)])
      expect(await renderPicture(picture, "file"), picture.id).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("give every explained row of a small table a dot, and name the feature that spreads widest", () => {
    const swarm = drawExplanation(explanation)[1];
    expect(marksOf(swarm, "dots").flatMap((mark) => ("points" in mark ? mark.points : []))).toHaveLength(4);
    expect(swarm?.summary).toContain("a spreads widest, from -1 to 1");
  });

  it("draw groups that are too small to decide in another shape, and intervals with the limit", () => {
    const [differences, groups] = drawFairness({
      audited: true,
      limit: 0.1,
      problem: "binary",
      positiveClass: "yes",
      attributes: [
        {
          attribute: "race",
          groups: [
            { label: "x", count: 900 },
            { label: "y", count: 4 },
            { label: "z", count: 300 },
          ],
          metrics: { selectionRate: { overall: 0.3, byGroup: [0.35, 1, null] } },
          demographicParityDifference: 0.2,
          leftOut: [{ group: "y", rows: 4 }],
          judged: { intervals: { demographicParityDifference: { low: 0.1, high: 0.3 } } },
          rateIntervals: { groups: { x: { selectionRate: { low: 0.3, high: 0.4 } } } },
        },
      ],
    });
    expect(differences?.summary).toContain("0.2000, over the limit of 0.1");
    expect(marksOf(differences, "segments")).toMatchObject([
      { segments: [[0.1, 0, 0.3, 0], {}, {}] },
      { dash: "dashed" },
    ]);
    expect(marksOf(groups, "dots")).toMatchObject([
      { shape: "circle", points: [[0.35, 1]] },
      { shape: "diamond", points: [[1, 0]] },
    ]);
    expect(groups?.summary).toContain("too small to decide");
  });

  it("draw older and newer rows on the same bins, each side's shares adding up to one", () => {
    const drawn = drawDrift({
      limit: 0.25,
      timeline: ["2026-01", "2026-02"].map((period, at) => ({
        period,
        rows: 300,
        verdict: at === 0 ? "stable" : "major",
        largestPsi: at,
        largestPsiColumn: at === 0 ? null : "income",
      })),
      columns: [
        {
          column: "income",
          verdict: "major",
          psi: 0.9,
          comparison: {
            kind: "numeric",
            reference: { count: 4 },
            current: { count: 8 },
            edges: [10, 20],
            referenceCounts: [1, 2, 1],
            currentCounts: [0, 0, 8],
          },
        },
      ],
    });
    expect(drawn.map(({ id }) => id)).toEqual(["drift", "drift-timeline", "drift-income"]);
    for (const mark of marksOf(drawn[2], "boxes")) {
      const boxes = mark.type === "boxes" ? mark.boxes : [];
      expect(boxes.map(([from]) => from)).toEqual([-0.44, 0.56, 1.56]);
      expect(boxes.reduce((sum, [, , , share]) => sum + share, 0)).toBeCloseTo(1, 12);
    }
    expect(drawn[2]?.summary).toContain("over 20 moved most, from 25.0 % to 100.0 %");
    expect(marksOf(drawn[1], "segments")).toHaveLength(2);
    expect(marksOf(drawn[1], "dots").map((mark) => mark.type === "dots" && mark.shape)).toEqual([
      "circle",
      "square",
    ]);
  });
});
