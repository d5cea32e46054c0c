import { describe, expect, it } from "vitest";
import { frameFromRows, frameToRows } from "../frame/frame-rows.ts";
import { trainModel, type TrainModelOptions } from "../learn/train-model.ts";
import { createRandom } from "../random.ts";
import { decodeModel } from "../score/decode-model.ts";
import type { DecisionRule, Model } from "../score/model-file.ts";
import { createScorer } from "../score/scorer.ts";
import { encodeModel } from "./encode-model.ts";

const random = createRandom(1);
const rows = Array.from({ length: 300 }, (_, row) => {
  const age = Math.round(20 + 50 * random.uniform());
  const city = ["Bonn", "Lyon", "Rome"][row % 3]!;
  const value = age / 10 + (city === "Rome" ? 2 : 0) + random.normal();
  return {
    age: row % 11 === 0 ? null : age,
    city: row % 17 === 0 ? null : city,
    since: `2024-0${1 + (row % 9)}-15`,
    member: row % 2 === 0,
    sex: row % 4 < 2 ? "f" : "m",
    amount: Math.round(value * 100) / 100,
    outcome: value > 5 ? "yes" : "no",
    grade: value > 6 ? "high" : value > 4 ? "mid" : "low",
  };
});
const frame = frameFromRows(rows);
const features = ["age", "city", "since", "member"];

function train(options: Partial<TrainModelOptions> = {}): Model {
  const base = {
    training: frame,
    target: "outcome",
    algorithm: "gradient-boosting",
    features,
    seed: 0,
  } as const;
  return trainModel({ ...base, ...options }).model;
}

const models = (["outcome", "grade", "amount"] as const).flatMap((target) =>
  (["gradient-boosting", "linear", "baseline"] as const).map((algorithm) => ({ target, algorithm })),
);

describe("a model file", () => {
  it.each(models)(
    "keeps $algorithm for $target to the last bit, in bytes that are always the same",
    (choice) => {
      const model = train(choice);
      const bytes = encodeModel(model);
      const back = decodeModel(bytes);
      expect(back).toEqual(model);
      expect(encodeModel(back)).toEqual(bytes);
      expect(encodeModel(train(choice))).toEqual(bytes);
      const score = (candidate: Model) => createScorer(candidate).scoreColumns(frame.columns, frame.rowCount);
      expect(score(back)).toEqual(score(model));
    },
  );

  it("has the same bytes whatever the order of parameters and thresholds was", () => {
    const model = train();
    const decision = (thresholds: Record<string, number>): DecisionRule => ({
      kind: "group-thresholds",
      columns: [{ feature: { kind: "categorical", name: "sex", categories: ["f", "m"] }, bands: null }],
      thresholds,
      fallback: 0.5,
    });
    const first = encodeModel({ ...model, decision: decision({ m: 0.4, f: 0.6 }) });
    expect(encodeModel({ ...model, decision: decision({ f: 0.6, m: 0.4 }) })).toEqual(first);
  });

  it("changes with seed, row or hyperparameter", () => {
    const bytes = encodeModel(train());
    expect(encodeModel(train({ seed: 1 }))).not.toEqual(bytes);
    expect(encodeModel(train({ parameters: { rounds: 99 } }))).not.toEqual(bytes);
    const changed = frameFromRows(rows.map((row, index) => (index === 7 ? { ...row, age: 99 } : row)));
    expect(encodeModel(train({ training: changed }))).not.toEqual(bytes);
  });

  it.each([
    ["no JSON", (text: string) => text.slice(0, 100), "no JSON text"],
    ["another format", (text: string) => text.replace("swarm-model/1", "swarm-model/9"), '"swarm-model/9"'],
    [
      "an unknown key",
      (text: string) => text.replace('"target":', '"extra":1,"target":'),
      'unknown key "extra"',
    ],
    [
      "a missing key",
      (text: string) => text.replace('"positiveClass":"yes",', ""),
      '"positiveClass" is missing',
    ],
    [
      "a wrong class",
      (text: string) => text.replace('"positiveClass":"yes"', '"positiveClass":"no"'),
      ".classes",
    ],
    [
      "a child that is no node",
      (text: string) => text.replace(/"left":\[1/, '"left":[0'),
      "a later node is expected",
    ],
    ["a list cut short", (text: string) => text.replace(/"cover":\[[^,]+,/, '"cover":['), ".cover"],
    [
      "a number that is none",
      (text: string) => text.replace(/"base":\[[^\]]+\]/, '"base":[null]'),
      ".estimator.base[0]",
    ],
    ["a feature outside", (text: string) => text.replace(/"feature":\[\d+/, '"feature":[77'), ".feature[0]"],
    [
      "a rule for others",
      (text: string) => text.replace(/"kind":"threshold","value":0.5/, '"kind":"identity"'),
      "decision rule",
    ],
  ])("is refused with the place of the fault: %s", (_, damage, part) => {
    const text = new TextDecoder().decode(encodeModel(train()));
    const damaged = damage(text);
    expect(damaged).not.toBe(text);
    try {
      decodeModel(damaged);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "bad-model", message: expect.stringContaining(part) });
    }
  });

  it("is not written with numbers that JSON cannot hold", () => {
    const model = train({ algorithm: "baseline" });
    const broken = { ...model, estimator: { kind: "constant", link: "logit", margins: [NaN] } } as const;
    expect(() => encodeModel(broken)).toThrow(/margins\[0\]/);
  });
});

describe("a scorer", () => {
  it.each(models)("scores JSON rows as it scores frames: $algorithm for $target", (choice) => {
    const scorer = createScorer(train(choice));
    const columns = scorer.scoreColumns(frame.columns, frame.rowCount);
    const scored = scorer.scoreRows(frameToRows(frame));
    for (const [row, result] of scored.entries()) {
      if (result.kind === "regression" && columns.kind === "regression")
        expect(result.prediction).toBe(columns.values[row]);
      else if (result.kind === "binary" && columns.kind === "binary") {
        expect(result.probability).toBe(columns.probability[row]);
        expect(result.prediction).toBe(columns.predicted[row] === 1 ? "yes" : "no");
      } else if (result.kind === "multiclass" && columns.kind === "multiclass") {
        expect(Object.values(result.probabilities).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
        expect(result.probability).toBe(Math.max(...columns.probabilities.map((values) => values[row]!)));
      } else expect.unreachable();
    }
  });

  it("reads numbers as text, unknown categories, absent fields, and names the field it cannot read", () => {
    const scorer = createScorer(train());
    const [first, second] = scorer.scoreRows([
      { age: "41", city: "Paris", since: "2024-02-15", member: "true" },
      { age: 41, city: null, since: Date.UTC(2024, 1, 15), member: 1, unknown: "x" },
    ]);
    expect(first).toEqual(second);
    expect(scorer.scoreRows([{}])[0]).toMatchObject({ kind: "binary", threshold: 0.5 });
    const bad = (row: Record<string, unknown>) => () => scorer.scoreRows([{}, row]);
    expect(bad({ age: "old" })).toThrow(/Row 1: field "age" must be a number/);
    expect(bad({ since: "soon" })).toThrow(/field "since" must be a date/);
    expect(bad({ member: "maybe" })).toThrow(/field "member" must be true or false/);
    expect(bad({ city: ["Rome"] })).toThrow(/field "city" must be a text or null, but holds a list/);
    expect(() => scorer.scoreRows([JSON.parse("[1]") as Record<string, unknown>])).toThrow(
      /Row 0 is not an object/,
    );
  });

  it("decides by group where the rule says so, with the fallback for groups it does not know", () => {
    const model: Model = {
      ...train(),
      decision: {
        kind: "group-thresholds",
        columns: [
          { feature: { kind: "categorical", name: "sex", categories: ["f", "m"] }, bands: null },
          { feature: { kind: "numeric", name: "age" }, bands: [40] },
        ],
        thresholds: { "f & < 40": 0, "m & >= 40": 1.5 },
        fallback: 0.25,
      },
    };
    const scorer = createScorer(decodeModel(encodeModel(model)));
    expect(scorer.inputs.map((input) => input.name)).toContain("sex");
    const decided = scorer.scoreRows([
      { sex: "f", age: 30 },
      { sex: "m", age: 60 },
      { sex: "m", age: 20 },
      { sex: null },
    ]);
    expect(decided.map((row) => (row.kind === "binary" ? row.threshold : NaN))).toEqual([0, 1.5, 0.25, 0.25]);
    expect(decided[0]).toMatchObject({ prediction: "yes" });
    expect(decided[1]).toMatchObject({ prediction: "no" });
  });

  it("needs every column it was trained with, in a kind it can read", () => {
    const scorer = createScorer(train());
    const without = frame.columns.filter((column) => column.name !== "age");
    expect(() => scorer.scoreColumns(without, frame.rowCount)).toThrow(/Column "age" is missing/);
    const wrong = [...without, { ...frame.columns[1]!, name: "age" }];
    expect(() => scorer.scoreColumns(wrong, frame.rowCount)).toThrow(/Column "age" holds categorical values/);
  });
});
