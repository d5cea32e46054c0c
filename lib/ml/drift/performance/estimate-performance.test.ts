import { describe, expect, it } from "vitest";
import { createControl } from "../../control.ts";
import { frameFromRows } from "../../frame/frame-rows.ts";
import { dropColumns, getColumn, sliceRows, type Frame } from "../../frame/frame.ts";
import { trainModel } from "../../learn/train-model.ts";
import { binaryMetrics } from "../../metrics/binary-metrics.ts";
import { multiclassMetrics } from "../../metrics/multiclass-metrics.ts";
import { rankScores } from "../../metrics/ranking-metrics.ts";
import { encodeTarget } from "../../prepare/encode-target.ts";
import { createRandom } from "../../random.ts";
import type { Model } from "../../score/model-file.ts";
import { createScorer } from "../../score/scorer.ts";
import { estimatePerformance, type PerformanceEstimate } from "./estimate-performance.ts";
import { expectedBinaryMetrics, expectedClassMetrics, type MetricNumbers } from "./expected-metrics.ts";
import { chooseRecalibration, fitRecalibration, labelledScores } from "./recalibrate.ts";

interface Draw {
  readonly rows: number;
  readonly seed: number;
  /** Mean of `x`: where rows lie, not what follows from it. */
  readonly shift?: number;
  /** 1 as learnt; -1 turns what follows from `x` around. */
  readonly effect?: number;
}

type Kind = "binary" | "multiclass" | "regression";

function draw(kind: Kind, { rows, seed, shift = 0, effect = 1 }: Draw): Frame {
  const random = createRandom(seed);
  return frameFromRows(
    Array.from({ length: rows }, () => {
      const [x, z] = [random.normal() + shift, random.normal()];
      const margin = effect * 1.5 * x - z;
      const chance = 1 / (1 + Math.exp(-margin));
      const uniform = random.uniform();
      const noise = random.normal() * (0.5 + Math.abs(x));
      const word = uniform < chance ? "high" : uniform < chance + (1 - chance) / 2 ? "middle" : "low";
      const y =
        kind === "regression" ? margin + noise : kind === "binary" ? (uniform < chance ? "yes" : "no") : word;
      return { x, z, y };
    }),
  );
}

function train(kind: Kind, more: Partial<Parameters<typeof trainModel>[0]> = {}): Model {
  return trainModel({
    training: draw(kind, { rows: 6000, seed: 1 }),
    target: "y",
    algorithm: "linear",
    seed: 1,
    ...more,
  }).model;
}

/** The metrics that the rows turned out to have. */
function realised(model: Model, frame: Frame): MetricNumbers {
  const actual = encodeTarget(getColumn(frame, "y"), model.classes);
  const scored = createScorer(model).scoreColumns(frame.columns, frame.rowCount);
  if (scored.kind === "binary") {
    const ranking = rankScores(scored.probability);
    return expectedBinaryMetrics({ ranking, predicted: scored.predicted }, actual);
  }
  if (scored.kind === "multiclass") {
    const indicators = model.classes!.map((_, index) => actual.map((label) => Number(label === index)));
    return expectedClassMetrics(scored.predicted, indicators);
  }
  const errors = scored.values.map((value, row) => value - actual[row]!);
  return {
    mae: errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length,
    rmse: Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length),
  };
}

function estimate(model: Model, kind: Kind, current: Draw): PerformanceEstimate {
  const reference = draw(kind, { rows: 800, seed: current.seed + 1000 });
  const rows = dropColumns(draw(kind, current), ["y"]);
  return estimatePerformance(model, { reference, current: rows }, { seed: 3, resamples: 40 });
}

/** The share of realised metrics that lie in their bands, over draws of rows that moved or did not. */
function coverage(model: Model, kind: Kind): { share: number; outside: string[] } {
  const outside: string[] = [];
  let all = 0;
  for (let seed = 20; seed < (kind === "regression" ? 28 : 34); seed++) {
    const current = { rows: 400, seed, shift: seed % 2 === 0 ? 0 : 0.8 };
    const truth = realised(model, draw(kind, current));
    for (const [name, { low, high }] of Object.entries(estimate(model, kind, current).windows[0]!.metrics)) {
      all++;
      const value = truth[name] ?? Number.NaN;
      if (!(value >= (low ?? Number.NaN) && value <= (high ?? Number.NaN))) outside.push(`${seed} ${name}`);
    }
  }
  return { share: 1 - outside.length / all, outside };
}

describe("metrics of expected outcomes", () => {
  it("are the usual metrics where outcomes are certain", () => {
    const model = train("binary");
    const frame = draw("binary", { rows: 400, seed: 9 });
    const labels = encodeTarget(getColumn(frame, "y"), model.classes);
    const scored = createScorer(model).scoreColumns(frame.columns, frame.rowCount);
    if (scored.kind !== "binary") throw new Error("not binary");
    const { accuracy, precision, recall, f1, auc } = binaryMetrics({ labels, ...scored });
    const expected = expectedBinaryMetrics(
      { ranking: rankScores(scored.probability), predicted: scored.predicted },
      labels,
    );
    for (const [name, value] of Object.entries({ accuracy, precision, recall, f1, auc })) {
      expect(expected[name], name).toBeCloseTo(value ?? Number.NaN, 12);
    }
  });

  it("are the usual metrics for several classes too", () => {
    const [labels, predicted] = [[0, 1, 2, 2, 1, 0], Int32Array.of(0, 2, 2, 1, 1, 0)];
    const classes = ["a", "b", "c"];
    const indicators = classes.map((_, index) =>
      Float64Array.from(labels, (label) => Number(label === index)),
    );
    const usual = multiclassMetrics({ labels, predicted, probabilities: indicators, classes });
    const expected = expectedClassMetrics(predicted, indicators);
    expect(expected["macroF1"]).toBeCloseTo(usual.macro.f1, 12);
    expect(expected["accuracy"]).toBeCloseTo(usual.accuracy, 12);
  });

  it("are the means over all outcomes that could happen", () => {
    const ranking = rankScores(Float64Array.of(0.9, 0.6, 0.6, 0.2));
    const predicted = [1, 1, 1, 0];
    const chances = [0.8, 0.5, 0.7, 0.1];
    let [pairs, together, accuracy] = [0, 0, 0];
    for (let outcome = 0; outcome < 16; outcome++) {
      const labels = chances.map((_, row) => (outcome >> row) & 1);
      const chance = labels.reduce(
        (product, label, row) => product * (label === 1 ? chances[row]! : 1 - chances[row]!),
        1,
      );
      const positives = labels.reduce((sum, label) => sum + label, 0);
      const numbers = expectedBinaryMetrics({ ranking, predicted }, labels);
      accuracy += chance * numbers["accuracy"]!;
      together += chance * positives * (4 - positives);
      pairs += chance * (numbers["auc"] ?? 0) * positives * (4 - positives);
    }
    const expected = expectedBinaryMetrics({ ranking, predicted }, chances);
    expect(expected["accuracy"]).toBeCloseTo(accuracy, 12);
    expect(expected["auc"]).toBeCloseTo(pairs / together, 12);
  });

  it("are null where no row defines them", () => {
    const nobody = expectedBinaryMetrics(
      { ranking: rankScores(Float64Array.of(0.1, 0.2)), predicted: [0, 0] },
      [0, 0],
    );
    expect(nobody).toMatchObject({ precision: null, recall: null, auc: null, accuracy: 1 });
  });
});

describe("recalibration", () => {
  const random = createRandom(5);
  const chances = Float64Array.from({ length: 3000 }, () => random.uniform());
  const labels = chances.map((chance) => Number(random.uniform() < chance));

  it("hardly touches good probabilities, and mends bent and overconfident ones", () => {
    const good = labelledScores(chances, labels);
    expect(chooseRecalibration(good)).toBe("logistic");
    const kept = fitRecalibration("logistic", good, null)(chances);
    for (const [row, value] of kept.entries()) expect(Math.abs(value - chances[row]!)).toBeLessThan(0.03);
    const overconfident = chances.map((chance) => 1 / (1 + ((1 - chance) / chance) ** 3));
    expect(chooseRecalibration(labelledScores(overconfident, labels))).toBe("logistic");
    const bent = chances.map((chance) => (chance < 0.5 ? chance / 50 : 0.99 + chance / 100));
    const name = chooseRecalibration(labelledScores(bent, labels));
    expect(name).toBe("isotonic");
    const mended = fitRecalibration(name, labelledScores(bent, labels), null)(bent);
    const error =
      mended.reduce((sum, value, row) => sum + Math.abs(value - chances[row]!), 0) / chances.length;
    expect(error).toBeLessThan(0.03);
  });

  it("is scikit-learn's isotonic regression", () => {
    const rows = labelledScores(Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6), [0, 1, 0, 1, 0, 1]);
    // IsotonicRegression(out_of_bounds="clip").fit(x, y).predict([...]), scikit-learn 1.9.1.
    const fitted = fitRecalibration("isotonic", rows, null)(Float64Array.of(0, 0.15, 0.25, 0.35, 0.55, 0.7));
    for (const [place, value] of [0.0, 0.24999999999999994, 0.5, 0.5, 0.7500000000000002, 1.0].entries())
      expect(fitted[place]).toBeCloseTo(value, 12);
  });

  it("stays finite where scores separate the outcomes or do not vary", () => {
    const separable = labelledScores(Float64Array.of(0.1, 0.2, 0.8, 0.9), [0, 0, 1, 1]);
    for (const value of fitRecalibration("logistic", separable, null)(separable.scores)) {
      expect(Number.isFinite(value)).toBe(true);
    }
    const flat = labelledScores(new Float64Array(4).fill(0.5), [0, 0, 0, 1]);
    expect(fitRecalibration("logistic", flat, null)(flat.scores)[0]).toBeCloseTo(0.25, 6);
  });
});

describe("performance estimated without labels", () => {
  it.each(["binary", "multiclass", "regression"] as const)(
    "of a %s model holds the truth in its bands when rows move",
    (kind) => {
      const model = train(kind);
      const { share, outside } = coverage(model, kind);
      expect(share, outside.join(", ")).toBeGreaterThanOrEqual(0.85);
    },
  );

  it("of a model with bad probabilities holds it too, as they are recalibrated first", () => {
    const model = train("binary", {
      training: draw("binary", { rows: 1500, seed: 1 }),
      algorithm: "gradient-boosting",
      parameters: { rounds: 100, learningRate: 0.3, maximalLeaves: 12 },
    });
    expect(estimate(model, "binary", { rows: 800, seed: 20 }).recalibration).toHaveLength(1);
    expect(coverage(model, "binary").share).toBeGreaterThanOrEqual(0.85);
  });

  it("sees rows move to where the model is worse, and alerts", () => {
    const model = train("regression");
    const calm = estimate(model, "regression", { rows: 800, seed: 30 }).windows[0]!;
    const moved = estimate(model, "regression", { rows: 800, seed: 31, shift: 2 }).windows[0]!;
    expect(calm.alerts).toEqual([]);
    expect(moved.alerts).toContain("mae");
    expect(moved.metrics["mae"]!.estimate).toBeGreaterThan(1.4 * calm.metrics["mae"]!.estimate!);
  });

  it("knows nothing of outcomes that change for the same rows, and says so", () => {
    const model = train("binary");
    const turned = { rows: 800, seed: 32, effect: -1 };
    const report = estimate(model, "binary", turned);
    expect(report.windows).toEqual(estimate(model, "binary", { ...turned, effect: 1 }).windows);
    const { accuracy } = report.windows[0]!.metrics;
    expect(realised(model, draw("binary", turned))["accuracy"]).toBeLessThan(accuracy!.low!);
    expect(report.limits).toMatch(/cannot see outcomes changing for the same inputs \(concept drift\)/);
  });

  it.each(["binary", "multiclass", "regression"] as const)("of a %s model lies in its own band", (kind) => {
    const { metrics } = estimate(train(kind), kind, { rows: 400, seed: 40, shift: 1 }).windows[0]!;
    for (const { estimate: value, low, high } of Object.values(metrics)) {
      expect(value).toBeGreaterThanOrEqual(low!);
      expect(value).toBeLessThanOrEqual(high!);
    }
  });

  it("is given window by window, the same for the same seed", () => {
    const model = train("binary");
    const [reference, current] = [
      draw("binary", { rows: 600, seed: 2 }),
      draw("binary", { rows: 200, seed: 33 }),
    ];
    const windows = [0, 1].map((half) => ({
      name: `half ${half}`,
      rows: Uint32Array.from({ length: 100 }, (_, row) => half * 100 + row),
    }));
    const run = () => estimatePerformance(model, { reference, current }, { windows, seed: 1, resamples: 40 });
    const report = run();
    expect(report.windows.map(({ name, rows }) => [name, rows])).toEqual([
      ["half 0", 100],
      ["half 1", 100],
    ]);
    expect(report).toEqual(run());
    const second = estimatePerformance(
      model,
      { reference, current: sliceRows(current, 100, 200) },
      { seed: 1, resamples: 40 },
    );
    expect(second.windows[0]?.metrics).toEqual(report.windows[1]?.metrics);
  });

  it("refuses too few rows and a reference of one class, and stops when cancelled", () => {
    const model = train("binary");
    const reference = draw("binary", { rows: 300, seed: 2 });
    const run =
      (parts: { reference: Frame; current: Frame }, more: object = {}) =>
      () =>
        estimatePerformance(model, parts, { seed: 1, ...more });
    const few = sliceRows(reference, 0, 5);
    expect(run({ reference, current: few })).toThrow(/"all" has 5 rows/);
    expect(run({ reference: few, current: reference })).toThrow(/"reference" has 5 rows/);
    const answers = encodeTarget(getColumn(reference, "y"), model.classes);
    const yes = Array.from(answers.keys()).filter((row) => answers[row] === 1);
    const oneClass = frameFromRows(yes.map((row) => ({ x: row, z: row, y: "yes" })));
    expect(run({ reference: oneClass, current: reference })).toThrow(/the same outcome/);
    const control = createControl({ signal: AbortSignal.abort() });
    expect(run({ reference, current: reference }, { control })).toThrow(/cancelled/);
  });
});
