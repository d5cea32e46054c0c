import { describe, expect, it } from "vitest";
import { frameFromRows } from "../frame/frame-rows.ts";
import { sliceRows } from "../frame/frame.ts";
import { trainModel } from "../learn/train-model.ts";
import { evaluateModel } from "../metrics/evaluate-model.ts";
import { encodeModel } from "../model/encode-model.ts";
import { createRandom } from "../random.ts";
import { decodeModel } from "../score/decode-model.ts";
import type { Model } from "../score/model-file.ts";
import { createScorer } from "../score/scorer.ts";
import { frameToRows } from "../frame/frame-rows.ts";
import { outputsOf } from "../validate/cross-validate.ts";
import { trainStack, type TrainStackOptions } from "./train-stack.ts";

const random = createRandom(21);
const rows = Array.from({ length: 900 }, (_, row) => {
  const x = random.normal();
  const z = random.normal();
  const c = ["red", "green", "blue"][random.integer(3)]!;
  // A straight part and an interaction, so that each kind of model knows something the other does not.
  const signal = 1.2 * x + (c === "red" ? 1 : 0) + (Math.abs(z) > 1 ? 1.5 : -0.5);
  return {
    x: row % 13 === 0 ? null : x,
    z,
    c,
    y: signal + random.normal() > 0.8 ? "yes" : "no",
    kind: ["a", "b", "c"][Math.min(2, Math.max(0, Math.round(signal / 1.5 + 0.5 * random.normal())))]!,
    amount: 10 * signal + 5 * random.normal(),
  };
});
const frame = frameFromRows(rows);
const training = sliceRows(frame, 0, 600);
const test = sliceRows(frame, 600, 900);
const features = ["x", "z", "c"];
const boosting = { algorithm: "gradient-boosting", parameters: { rounds: 60, learningRate: 0.1 } } as const;
const members = [boosting, { algorithm: "linear" }] as const;
const base: TrainStackOptions = { training, target: "y", features, members, seed: 5 };

const outputs = (model: Model) => outputsOf(createScorer(model).scoreColumns(test.columns, test.rowCount));

describe("trainStack", () => {
  it.each(["y", "kind", "amount"])("is no worse than its members on new rows (%s)", (target) => {
    const stack = trainStack({ ...base, target }).model;
    const main = (model: Model) => {
      const evaluation = evaluateModel(model, test);
      if (evaluation.problem === "binary") return -evaluation.metrics.logLoss;
      return evaluation.problem === "multiclass" ? -evaluation.metrics.logLoss : evaluation.metrics.r2!;
    };
    for (const member of members) {
      const alone = trainModel({ training, target, features, ...member, seed: 5 }).model;
      expect(main(stack)).toBeGreaterThan(main(alone) - 0.005);
    }
    expect(stack.estimator).toMatchObject({ kind: "stack", members: [{}, {}] });
    expect(stack.training).toMatchObject({
      algorithm: "stack",
      parameters: {
        "member 1": "gradient-boosting",
        "member 1 rounds": 60,
        "member 2": "linear",
        penalty: 1,
      },
    });
    expect(stack.training.notes.join()).toContain("on average out of fold");
  });

  it.each(["y", "amount"])("of one member is a rising map of that member's predictions (%s)", (target) => {
    for (const member of members) {
      const [alone] = outputs(trainModel({ training, target, features, ...member, seed: 5 }).model);
      const [stacked] = outputs(trainStack({ ...base, target, members: [member] }).model);
      const order = Uint32Array.from(alone!, (_, row) => row).sort((a, b) => alone![a]! - alone![b]!);
      for (let place = 1; place < order.length; place++) {
        const [below, above] = [order[place - 1]!, order[place]!];
        if (alone![above]! - alone![below]! > 1e-9)
          expect(stacked![above]!).toBeGreaterThan(stacked![below]!);
        else expect(stacked![above]!).toBeCloseTo(stacked![below]!, 6);
      }
    }
  });

  it.each(["y", "kind", "amount"])(
    "predicts the same to the last bit after saving and loading (%s)",
    (target) => {
      const { model } = trainStack({ ...base, target });
      const bytes = encodeModel(model);
      const loaded = decodeModel(bytes);
      expect(outputs(loaded)).toEqual(outputs(model));
      expect(encodeModel(loaded)).toEqual(bytes);
      const [scored] = createScorer(loaded).scoreRows(frameToRows(test, 0, 1));
      const whole = outputs(model).map((values) => values[0]!);
      if (scored!.kind === "regression") expect(scored!.prediction).toBe(whole[0]);
      else expect(Object.values(scored!.probabilities)).toContain(whole.at(-1));
    },
  );

  it("gives the same bytes for the same options, others for another seed", () => {
    const bytes = (seed: number) => encodeModel(trainStack({ ...base, seed }).model);
    expect(bytes(5)).toEqual(bytes(5));
    expect(bytes(6)).not.toEqual(bytes(5));
  });

  it("makes the columns that several members read only once", () => {
    const twice = [boosting, { ...boosting, parameters: { ...boosting.parameters, maximalLeaves: 4 } }];
    const { model } = trainStack({ ...base, members: twice });
    expect(model.preparation.encoders).toHaveLength(3);
    const { model: mixed } = trainStack(base);
    expect(mixed.preparation.encoders.length).toBeGreaterThan(3);
    expect(mixed.features.map(({ name }) => name)).toEqual(features);
  });

  it("trains members on all rows for as many rounds as they needed in the folds, or stops on validation rows", () => {
    const early = {
      algorithm: "gradient-boosting",
      parameters: { rounds: 300, learningRate: 0.2, patience: 5 },
    } as const;
    const roundsOf = ({ model }: ReturnType<typeof trainStack>) => {
      const { estimator } = model;
      const member = estimator.kind === "stack" ? estimator.members[0]!.estimator : estimator;
      return member.kind === "tree-ensemble" ? member.trees.length : NaN;
    };
    const without = roundsOf(trainStack({ ...base, members: [early] }));
    expect(without).toBeGreaterThan(3);
    expect(without).toBeLessThan(100);
    const watched = trainStack({ ...base, members: [early], validation: test });
    expect(roundsOf(watched)).toBeLessThan(100);
    expect(watched.notes.join()).toContain("Stopped early");
  });

  it("learns its weights from later rows over time, without the earliest", () => {
    const ordered = frameFromRows(rows.slice(0, 300).map((row, day) => ({ ...row, day })));
    const { model } = trainStack({
      ...base,
      training: ordered,
      folds: { strategy: { kind: "time-ordered", column: "day" }, folds: 3 },
    });
    expect(evaluateModel(model, test)).toMatchObject({ problem: "binary" });
    const { metrics } = evaluateModel(model, test);
    expect("auc" in metrics && metrics.auc).toBeGreaterThan(0.8);
  });

  it("refuses no members, too many, and folds that lack a class", () => {
    expect(() => trainStack({ ...base, members: [] })).toThrow(/1 to 10 members/);
    expect(() => trainStack({ ...base, penalty: -1 })).toThrow(/penalty/);
    const lonely = frameFromRows([
      ...rows.slice(0, 40).map((row) => ({ ...row, y: "no" })),
      { ...rows[0]!, y: "yes" },
    ]);
    expect(() => trainStack({ ...base, training: lonely })).toThrow(/both classes/);
  });
});

describe("a stack's file", () => {
  const { model } = trainStack({ ...base, members: [{ algorithm: "linear" }] });
  const text = new TextDecoder().decode(encodeModel(model));
  const broken = (change: (estimator: Record<string, unknown>) => void) => {
    const document = JSON.parse(text) as { estimator: Record<string, unknown> };
    change(document.estimator);
    return () => decodeModel(JSON.stringify(document));
  };

  it("is refused where it names columns that are not there, nests stacks or lacks weights", () => {
    const member = (JSON.parse(text) as { estimator: { members: { columns: number[] }[] } }).estimator
      .members[0]!;
    expect(broken((estimator) => (estimator["members"] = []))).toThrow(/at least one member/);
    const far = { ...member, columns: member.columns.map((place) => place + 100) };
    expect(broken((estimator) => (estimator["members"] = [far]))).toThrow(
      /members\[0\].columns\[0\].*at most/,
    );
    const nested = { ...member, estimator: JSON.parse(text).estimator as unknown };
    expect(broken((estimator) => (estimator["members"] = [nested]))).toThrow(/no stack/);
    expect(broken((estimator) => (estimator["combiner"] = [{ intercept: 0, terms: [] }]))).toThrow(
      /1 lists of one number/,
    );
  });
});
