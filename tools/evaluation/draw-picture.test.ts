import { beforeAll, describe, expect, it } from "vitest";
import { fairnessAudit } from "../compliance/fairness-audit.ts";
import { loanRows, priceRows } from "../engine/sample-tables.testing.ts";
import { createToolBench, type ToolBench } from "../engine/tool-bench.testing.ts";
import { trainClassifier } from "../training/train-classifier.ts";
import { trainRegressor } from "../training/train-regressor.ts";
import { detectDrift } from "./detect-drift.ts";
import { drawPictureTool } from "./draw-picture.ts";
import { evaluateModelTool } from "./evaluate-model.ts";
import { explainModelTool } from "./explain-model.ts";
import { explainPrediction } from "./explain-prediction.ts";

interface Drawn {
  pictures: {
    artifact: string;
    name: string;
    finding: string;
    isDrawn: boolean;
    columns: string[];
    rows: string[][];
  }[];
}

/** Every report of one model, by the tool that kept it. */
interface Reports {
  bench: ToolBench;
  model: string;
  training: string;
  metrics: string;
  fairness: string;
  drift: string;
  explanation: string;
  prediction: string;
}

async function makeReports(): Promise<Reports> {
  const bench = createToolBench();
  const train = await bench.seed(loanRows(600, 1));
  const validation = await bench.seed(loanRows(300, 2));
  const test = await bench.seed(loanRows(300, 3));
  const { model, report } = await bench.succeed<{ model: string; report: string }>(trainClassifier, {
    train,
    validation,
    target: "defaulted",
    protected: ["sex"],
    parameters: { rounds: 30, patience: 5 },
  });
  const kept = async (tool: typeof drawPictureTool, input: object) =>
    (await bench.succeed<{ artifact: string }>(tool, input)).artifact;
  return {
    bench,
    model,
    training: report,
    metrics: await kept(evaluateModelTool, { model, test, resamples: 20 }),
    fairness: await kept(fairnessAudit, { model, test, protected: ["sex"], resamples: 20 }),
    drift: await kept(detectDrift, { reference: train, current: test, target: "defaulted" }),
    explanation: await kept(explainModelTool, { model, data: test }),
    prediction: await kept(explainPrediction, { model, data: test, rowNumbers: [4, 7] }),
  };
}

describe("draw_picture", () => {
  let reports: Reports;
  beforeAll(async () => {
    reports = await makeReports();
  }, 60_000);
  const draw = (report: keyof Omit<Reports, "bench">, wish: object = {}) =>
    reports.bench.succeed<Drawn>(drawPictureTool, { report: reports[report], ...wish });
  const svgOf = async (digest: string) =>
    new TextDecoder().decode(await reports.bench.context.artifacts.read(digest));

  it.each([
    ["metrics", ["roc", "precision-recall", "calibration", "confusion"]],
    ["training", ["learning-curve"]],
    ["fairness", ["fairness", "fairness-sex-selection-rate"]],
    ["prediction", ["shap-waterfall-4"]],
  ] as const)("draws all that a report allows: %s", async (report, ids) => {
    const { pictures } = await draw(report);
    expect(pictures.map(({ name }) => name)).toEqual(ids.map((id) => `pictures/${id}.svg`));
    expect(pictures.map(({ isDrawn }) => isDrawn)).toEqual(ids.map(() => true));
    for (const { artifact, rows, columns } of pictures) {
      expect(await svgOf(artifact)).not.toMatch(/NaN|undefined|Infinity/);
      for (const row of rows) expect(row).toHaveLength(columns.length);
    }
  });

  it("keeps each picture with the report that it was drawn from, the same bytes each time", async () => {
    const [first, second] = [await draw("metrics"), await draw("metrics")];
    expect(second).toEqual(first);
    const kept = reports.bench.context.kept.find(({ name }) => name === "pictures/roc.svg");
    expect(kept).toMatchObject({ kind: "chart", mediaType: "image/svg+xml", inputs: [reports.metrics] });
  });

  it("ranks features as the explanation does, and shows no single row unasked", async () => {
    const { pictures } = await draw("explanation");
    const { importance } = await reports.bench.report<{ importance: { feature: string }[] }>("shap.json");
    const [bars] = pictures;
    expect(bars?.rows.map(([feature]) => feature)).toEqual(
      importance.map(({ feature }) => feature).slice(0, 15),
    );
    expect(pictures.map(({ name }) => name).join(" ")).not.toContain("waterfall");
  });

  it("draws a row's way from the expected score to its own, whose steps add up", async () => {
    const { pictures } = await draw("prediction", { picture: "shap-waterfall", row: 7 });
    const { rows } = await reports.bench.report<{ rows: { base: number; score: number }[] }>(
      "explanations/prediction_1.json",
    );
    const steps = pictures[0]?.rows.map(([, , step]) => Number(step)) ?? [];
    const sum = steps.reduce((total, step) => total + step, rows[1]?.base ?? 0);
    expect(sum).toBeCloseTo(rows[1]?.score ?? Number.NaN, 2);
  });

  it("draws another rate of the groups, a column's bins and a feature's dependence on request", async () => {
    const rates = await draw("fairness", { picture: "fairness-groups", measure: "truePositiveRate" });
    expect(rates.pictures[0]?.name).toBe("pictures/fairness-sex-true-positive-rate.svg");
    const bins = await draw("drift", { picture: "drift-histogram", column: "income" });
    expect(bins.pictures[0]).toMatchObject({ name: "pictures/drift-income.svg", isDrawn: true });
    const dependence = await draw("explanation", { picture: "shap-dependence", feature: "region" });
    expect(dependence.pictures[0]).toMatchObject({
      name: "pictures/shap-dependence-region.svg",
      isDrawn: true,
    });
  });

  it("says why there is nothing to draw", async () => {
    const { pictures } = await draw("drift", { picture: "drift-timeline" });
    expect(pictures[0]).toMatchObject({ isDrawn: false, rows: [] });
    expect(pictures[0]?.finding).toMatch(/^Nothing to draw: the check knew no periods/);
  });

  it.each([
    ["metrics", { picture: "drift" }, "give the digest that detect_drift returned"],
    ["metrics", { picture: "residuals" }, "no residuals of a binary evaluation"],
    ["drift", { picture: "drift-histogram", column: "nope" }, "knows no column nope; it has"],
    ["prediction", { row: 99 }, "explains no row 99; it has 4, 7"],
    ["model", {}, "no report that pictures are drawn from"],
  ] as const)(
    "refuses what the report does not hold, and says what to give: %s %j",
    async (report, wish, words) => {
      const failure = await reports.bench.fail(drawPictureTool, { report: reports[report], ...wish });
      expect(failure.code).toBe("invalid-input");
      expect(failure.message).toContain(words);
    },
  );

  it("draws the errors of amounts, each row once", async () => {
    const bench = createToolBench();
    const { model } = await bench.succeed<{ model: string }>(trainRegressor, {
      train: await bench.seed(priceRows(400, 1)),
      validation: await bench.seed(priceRows(200, 2)),
      target: "price",
      parameters: { rounds: 30 },
    });
    const test = await bench.seed(priceRows(150, 3));
    const { artifact } = await bench.succeed<{ artifact: string }>(evaluateModelTool, {
      model,
      test,
      resamples: 0,
    });
    const { pictures } = await bench.succeed<Drawn>(drawPictureTool, { report: artifact });
    expect(pictures.map(({ name }) => name)).toEqual(["pictures/residuals.svg"]);
    const rows = pictures[0]?.rows.reduce((sum, [, count]) => sum + Number(count), 0);
    expect(rows).toBe(150);
  });
});
