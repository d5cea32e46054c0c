import { describe, expect, it } from "vitest";
import { frameFromRows } from "../frame/frame-rows.ts";
import { sliceRows } from "../frame/frame.ts";
import { trainModel } from "../learn/train-model.ts";
import { createRandom } from "../random.ts";
import { crossValidate } from "../validate/cross-validate.ts";
import { compareCrossValidations } from "./compare-cross-validations.ts";
import { compareModels } from "./compare-models.ts";

const random = createRandom(8);
const rows = Array.from({ length: 900 }, () => {
  const x = random.normal();
  const z = random.normal();
  return {
    x,
    z,
    noise: random.normal(),
    y: x + z + random.normal() > 0 ? "yes" : "no",
    kind: ["a", "b", "c"][Math.min(2, Math.max(0, Math.round(x + 1 + 0.5 * random.normal())))]!,
    amount: 2 * x + z + random.normal(),
  };
});
const frame = frameFromRows(rows);
const training = sliceRows(frame, 0, 500);
const test = sliceRows(frame, 500, 900);
const bootstrap = { resamples: 100, seed: 2 };

const trained = (target: string, features: string[]) => ({
  name: features.join("+"),
  model: trainModel({ training, target, features, algorithm: "linear", seed: 0 }).model,
});

describe("compareModels", () => {
  it.each([
    ["y", undefined, "DeLong"],
    ["y", "accuracy", "McNemar"],
    ["y", "logLoss", "paired t on logLoss"],
    ["y", "f1", "paired bootstrap"],
    ["kind", undefined, "paired bootstrap"],
    ["kind", "accuracy", "McNemar"],
    ["amount", "rmse", "paired t on squaredError"],
    ["amount", "mae", "paired t on absoluteError"],
    ["amount", undefined, "paired t on squaredError"],
  ])("shows which model of %s is better by %s, with %s", (target, measure, name) => {
    const both = trained(target, ["x", "z"]);
    const noise = trained(target, ["noise"]);
    const options = { bootstrap, ...(measure === undefined ? {} : { measure }) };
    const result = compareModels([noise, both], test, options);
    expect(result.best).toBe("x+z");
    const [pair] = result.pairs;
    expect(pair).toMatchObject({ first: "noise", second: "x+z", test: name, better: "x+z" });
    expect(pair!.adjustedP).toBeLessThan(0.001);
    const isInside = pair!.interval!.low <= pair!.difference && pair!.difference <= pair!.interval!.high;
    expect(isInside).toBe(true);
    expect(pair!.interval!.low * pair!.interval!.high).toBeGreaterThan(0);
    expect(compareModels([both, noise], test, options).pairs[0]!.difference).toBe(-pair!.difference);
  });

  it("calls a tie no win: the same model under two names, and models that differ by chance alone", () => {
    const one = trained("y", ["x", "z"]);
    const same = compareModels([one, { ...one, name: "again" }], test, { bootstrap });
    expect(same.best).toBeNull();
    expect(same.pairs[0]).toMatchObject({ difference: 0, p: 1, better: null, decisions: { p: 1 } });
    const close = compareModels([one, trained("y", ["x", "z", "noise"])], test, { bootstrap });
    expect(close.pairs[0]!.difference).not.toBe(0);
    expect(close).toMatchObject({ best: null, pairs: [{ better: null }] });
  });

  it("adjusts for the number of pairs, and names no best while two share the lead", () => {
    const models = [
      trained("y", ["noise"]),
      trained("y", ["x", "z"]),
      { ...trained("y", ["x", "z"]), name: "twin" },
    ];
    const { pairs, best } = compareModels(models, test, { bootstrap });
    expect(pairs).toHaveLength(3);
    expect(pairs.map(({ better }) => better)).toEqual(["x+z", "twin", null]);
    expect(best).toBeNull();
    for (const { p, adjustedP } of pairs) expect(adjustedP).toBeGreaterThanOrEqual(p);
  });

  it("gives ranks of errors for amounts and decisions for classes", () => {
    const amounts = compareModels([trained("amount", ["x"]), trained("amount", ["x", "z"])], test, {
      bootstrap,
    });
    expect(amounts.pairs[0]!.ranks!.p).toBeLessThan(0.001);
    expect(amounts.pairs[0]!.decisions).toBeNull();
    const classes = compareModels([trained("y", ["x"]), trained("y", ["x", "z"])], test, { bootstrap });
    const { onlyFirst, onlySecond } = classes.pairs[0]!.decisions!;
    expect(onlySecond).toBeGreaterThan(onlyFirst);
    expect(classes.pairs[0]!.ranks).toBeNull();
  });

  it("refuses single models, models of different targets, and rows that do not define the measure", () => {
    const one = trained("y", ["x"]);
    expect(() => compareModels([one], test, { bootstrap })).toThrow(/at least two models/);
    expect(() => compareModels([one, one], test, { bootstrap })).toThrow(/same name/);
    expect(() => compareModels([one, trained("amount", ["z"])], test, { bootstrap })).toThrow(
      /something else/,
    );
    const lonely = frameFromRows(rows.filter(({ y }) => y === "yes"));
    expect(() => compareModels([one, trained("y", ["z"])], lonely, { bootstrap })).toThrow(
      /do not define auc/,
    );
    expect(() => compareModels([one, trained("y", ["z"])], test, { bootstrap, measure: "rmse" })).toThrow(
      /no measure of a binary problem/,
    );
  });
});

describe("compareCrossValidations", () => {
  const validated = (features: string[], seed = 1) => ({
    name: features.join("+"),
    ...crossValidate({ frame, target: "y", features, algorithm: "linear", seed }),
  });

  it("shows a difference on the same folds only beyond what shared rows explain", () => {
    const strong = compareCrossValidations([validated(["x"]), validated(["x", "z"])]);
    expect(strong.best).toBe("x+z");
    expect(strong.pairs[0]).toMatchObject({ test: "corrected t over folds", better: "x+z" });
    const weak = compareCrossValidations([validated(["x", "z"]), validated(["x", "z", "noise"])]);
    expect(weak.best).toBeNull();
    const lower = compareCrossValidations([validated(["x"]), validated(["x", "z"])], { measure: "logLoss" });
    expect(lower.best).toBe("x+z");
  });

  it("refuses other folds", () => {
    const other = crossValidate({
      frame,
      target: "y",
      features: ["z"],
      algorithm: "linear",
      seed: 1,
      folds: { folds: 4 },
    });
    expect(() => compareCrossValidations([validated(["x"]), { name: "z", ...other }])).toThrow(/same folds/);
    expect(() => compareCrossValidations([validated(["x"])])).toThrow(/at least two/);
  });
});
