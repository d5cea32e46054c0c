import { describe, expect, it } from "vitest";
import { createControl } from "../control.ts";
import { frameFromRows } from "../frame/frame-rows.ts";
import { trainModel, type TrainModelOptions } from "../learn/train-model.ts";
import { encodeModel } from "../model/encode-model.ts";
import { createRandom } from "../random.ts";
import { decodeModel } from "../score/decode-model.ts";
import type { Model } from "../score/model-file.ts";
import { createScorer } from "../score/scorer.ts";
import { calibrateModel } from "./calibrate-model.ts";

function rowsOf(count: number, seed: number) {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const [first, second] = [random.normal(), random.normal()];
    const value = first + 0.5 * second + 1.5 * random.normal();
    return {
      first,
      second,
      side: random.uniform() < 0.5 ? "left" : "right",
      outcome: value > 0.3 ? "yes" : "no",
      grade: value > 1 ? "high" : value > -1 ? "mid" : "low",
      amount: value,
    };
  });
}

const training = frameFromRows(rowsOf(400, 1));
const heldOut = frameFromRows(rowsOf(1500, 2));

/** Far too sure of itself: many rounds on few rows. */
function overfitted(options: Partial<TrainModelOptions> = {}): Model {
  return trainModel({
    training,
    target: "outcome",
    algorithm: "gradient-boosting",
    features: ["first", "second"],
    parameters: { rounds: 120, maximalLeaves: 15 },
    seed: 0,
    ...options,
  }).model;
}

const model = overfitted();
const classes = overfitted({ target: "grade" });
const score = (one: Model) => createScorer(one).scoreColumns(heldOut.columns, heldOut.rowCount);

describe("calibrating a model", () => {
  it("lowers log loss, Brier score and calibration error of a model that is too sure, cross-fitted", () => {
    for (const one of [model, classes]) {
      const result = calibrateModel(one, heldOut);
      expect(result.method).not.toBe("none");
      expect(result.after.logLoss).toBeLessThan(result.before.logLoss * 0.9);
      expect(result.after.brier).toBeLessThan(result.before.brier);
      expect(result.after.calibrationError).toBeLessThan(result.before.calibrationError / 2);
      const fresh = frameFromRows(rowsOf(1500, 3));
      const again = calibrateModel(result.model, fresh, { method: "temperature" });
      expect(again.before.calibrationError).toBeLessThan(0.05);
    }
  });

  it("takes the method with the least cross-fitted log loss, and tells what each gave", () => {
    const { attempts, method, after } = calibrateModel(model, heldOut);
    expect(attempts.map((one) => one.method)).toEqual(["temperature", "platt", "isotonic"]);
    const losses = attempts.map((one) => ("quality" in one ? one.quality.logLoss : Infinity));
    expect(after.logLoss).toBe(Math.min(...losses));
    expect(attempts[losses.indexOf(after.logLoss)]?.method).toBe(method);
    for (const one of attempts) {
      const stated = calibrateModel(model, heldOut, { method: one.method });
      expect("quality" in one && one.quality).toEqual(stated.after);
    }
  });

  it.each(["platt", "isotonic", "temperature"] as const)(
    "by %s travels in the model's file, and scores the same from there, row by row too",
    (method) => {
      for (const one of [model, classes]) {
        const { model: calibrated } = calibrateModel(one, heldOut, { method });
        const bytes = encodeModel(calibrated);
        const back = decodeModel(bytes);
        expect(back).toEqual(calibrated);
        expect(encodeModel(back)).toEqual(bytes);
        expect(score(back)).toEqual(score(calibrated));
        expect(score(back)).not.toEqual(score(one));
        const [row] = createScorer(back).scoreRows(rowsOf(1, 2));
        const probabilities = row?.kind === "regression" ? {} : (row?.probabilities ?? {});
        const sum = Object.values(probabilities).reduce((total, value) => total + value, 0);
        expect(sum).toBeCloseTo(1, 12);
      }
    },
  );

  it("leaves files of models without calibration as they were", () => {
    expect(new TextDecoder().decode(encodeModel(model))).not.toContain("calibration");
    const text = JSON.stringify({ ...model, calibration: null });
    expect(encodeModel(decodeModel(text))).toEqual(encodeModel(model));
  });

  it("keeps the decision rule, counts the decisions that change, and records what was done", () => {
    const strict: Model = { ...model, decision: { kind: "threshold", value: 0.8 } };
    const result = calibrateModel(strict, heldOut, { method: "platt" });
    expect(result.model.decision).toEqual(strict.decision);
    const [before, after] = [score(strict), score(result.model)];
    if (before.kind !== "binary" || after.kind !== "binary") throw new Error("two classes were trained");
    const changed = before.predicted.filter((value, row) => value !== after.predicted[row]).length;
    expect(changed).toBeGreaterThan(0);
    expect(result.changedDecisions).toBe(changed);
    expect(result.notes.join()).toContain(`${changed} of 1500 rows are decided otherwise`);
    expect(result.model.training.notes.join()).toMatch(
      /Calibrated by platt on 1500 held-out rows \([0-9a-f]{64}\)/,
    );
    expect(after.predicted.every((value, row) => (value === 1) === after.probability[row]! >= 0.8)).toBe(
      true,
    );
  });

  it("replaces an earlier calibration instead of adding to it", () => {
    const once = calibrateModel(model, heldOut, { method: "isotonic" }).model;
    const twice = calibrateModel(once, heldOut, { method: "platt" });
    expect(twice.model.calibration).toEqual(
      calibrateModel(model, heldOut, { method: "platt" }).model.calibration,
    );
    expect(twice.model.training.notes.at(-1)).toContain("in place of an earlier calibration");
  });

  it("leaves a model as it is where no method helps", () => {
    const honest = trainModel({
      training: frameFromRows(rowsOf(4000, 9)),
      target: "outcome",
      algorithm: "linear",
      features: ["first", "second"],
      seed: 0,
    }).model;
    const result = calibrateModel(honest, frameFromRows(rowsOf(200, 7)));
    expect(result).toMatchObject({ method: "none", changedDecisions: 0, model: honest });
    expect(result.after).toEqual(result.before);
    expect(result.notes.join()).toContain("stays as it is");
  });

  it("gives the same model with the same seed, and other cross-fitted numbers with another", () => {
    const bytes = (seed: number) =>
      encodeModel(calibrateModel(model, heldOut, { method: "isotonic", seed }).model);
    expect(bytes(1)).toEqual(bytes(1));
    const loss = (seed: number) => calibrateModel(model, heldOut, { method: "isotonic", seed }).after.logLoss;
    expect(loss(1)).toBe(loss(1));
    expect(loss(1)).not.toBe(loss(2));
  });

  it("warns of an isotonic curve on few rows", () => {
    const few = frameFromRows(rowsOf(120, 5));
    expect(calibrateModel(model, few, { method: "isotonic" }).notes.join()).toContain("follows chance");
  });

  it("lets no isotonic curve on few rows compete, however well it looks on them", () => {
    const few = calibrateModel(model, frameFromRows(rowsOf(120, 5)));
    expect(few.method).not.toBe("isotonic");
    const refused = few.attempts.filter((one) => "refusal" in one);
    expect(refused.map(({ method }) => method)).toEqual(["isotonic"]);
    expect(few.notes.join()).toContain("tried from 1000 rows on");
  });

  it("stops when asked to", () => {
    const control = createControl({ signal: AbortSignal.abort() });
    expect(() => calibrateModel(model, heldOut, { control })).toThrow(/cancelled/);
  });
});

describe("calibration refuses", () => {
  it("the rows that the model was trained on", () => {
    expect(() => calibrateModel(model, training)).toThrow(/the rows that the model was trained on/);
  });

  it("amounts, and thresholds per group with the order to keep", () => {
    const amounts = overfitted({ target: "amount" });
    expect(() => calibrateModel(amounts, heldOut)).toThrow(/predicts amounts/);
    const grouped: Model = {
      ...model,
      decision: {
        kind: "group-thresholds",
        columns: [
          { feature: { kind: "categorical", name: "side", categories: ["left", "right"] }, bands: null },
        ],
        thresholds: { left: 0.4, right: 0.6 },
        fallback: 0.5,
      },
    };
    expect(() => calibrateModel(grouped, heldOut)).toThrow(/Calibrate the model that it was made from/);
  });

  it("rows that lack a class, and wrong numbers of parts", () => {
    const ones = frameFromRows(rowsOf(100, 5).map((row) => ({ ...row, outcome: "yes" })));
    expect(() => calibrateModel(model, ones)).toThrow(/0 of class no/);
    expect(() => calibrateModel(model, heldOut, { folds: 1 })).toThrow(/from 2 to 20/);
  });

  it("a model that ranks the wrong way round, instead of turning it", () => {
    const turned = frameFromRows(
      rowsOf(1200, 6).map((row) => ({ ...row, outcome: row.outcome === "yes" ? "no" : "yes" })),
    );
    expect(() => calibrateModel(model, turned, { method: "platt" })).toThrow(/against the outcomes/);
    const { attempts } = calibrateModel(model, turned);
    expect(attempts.flatMap((one) => ("refusal" in one ? [one.method] : []))).toEqual([
      "temperature",
      "platt",
    ]);
  });

  it.each([
    ["a curve that falls", { kind: "isotonic", curves: [{ inputs: [0, 1], outputs: [1, 0] }] }, ".outputs"],
    ["a curve without points", { kind: "isotonic", curves: [{ inputs: [], outputs: [] }] }, "at least one"],
    [
      "a line too many",
      { kind: "platt", input: "log-odds", lines: [1, 2].map(() => ({ slope: 1, intercept: 0 })) },
      ".lines",
    ],
    [
      "a line that falls",
      { kind: "platt", input: "log-odds", lines: [{ slope: -1, intercept: 0 }] },
      ".slope",
    ],
    ["a temperature of 0", { kind: "temperature", temperature: 0 }, ".temperature"],
  ])("in a model's file %s", (_, calibration, place) => {
    expect(() => decodeModel(JSON.stringify({ ...model, calibration }))).toThrow(place);
  });

  it("in a model's file for amounts", () => {
    const amounts = {
      ...overfitted({ target: "amount" }),
      calibration: { kind: "temperature", temperature: 1 },
    };
    expect(() => decodeModel(JSON.stringify(amounts))).toThrow(/no probabilities/);
  });
});
