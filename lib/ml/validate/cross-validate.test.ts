import { describe, expect, it } from "vitest";
import { frameFromRows } from "../frame/frame-rows.ts";
import { selectRows } from "../frame/frame.ts";
import { evaluateModel } from "../metrics/evaluate-model.ts";
import { chooseProblem } from "../learn/prepare-training.ts";
import { trainModel } from "../learn/train-model.ts";
import { encodeModel } from "../model/encode-model.ts";
import { UNWATCHED } from "../control.ts";
import { createRandom } from "../random.ts";
import { crossValidate, type CrossValidateOptions } from "./cross-validate.ts";
import { fitFold } from "./fit-fold.ts";
import { cutFolds } from "./fold-parts.ts";
import { makeFolds } from "./folds.ts";
import { summarizeFolds } from "./summarize-folds.ts";
import { studentQuantile } from "../compare/student-quantile.ts";

const random = createRandom(5);
const rows = Array.from({ length: 400 }, (_, row) => {
  const x = random.normal();
  const c = ["red", "green", "blue"][random.integer(3)]!;
  return {
    x: row % 11 === 0 ? null : x,
    c,
    day: row,
    y: x + (c === "red" ? 1 : 0) + 0.7 * random.normal() > 0.6 ? "yes" : "no",
    amount: 3 * x + (c === "red" ? 2 : 0) + random.normal(),
    kind: ["a", "b", "c"][Math.min(2, Math.max(0, Math.round(x + 1 + 0.4 * random.normal())))]!,
  };
});
const frame = frameFromRows(rows);
const base: CrossValidateOptions = {
  frame,
  target: "y",
  features: ["x", "c"],
  algorithm: "linear",
  seed: 3,
};

describe("crossValidate", () => {
  it("gives what training on each fold's rows and measuring on its test rows gives by hand", () => {
    const result = crossValidate({ ...base, folds: { folds: 4 } });
    const strategy = { kind: "stratified", column: "y" } as const;
    for (const [place, { train, test }] of makeFolds(frame, { strategy, folds: 4, seed: 3 }).entries()) {
      const { model } = trainModel({
        training: selectRows(frame, train),
        target: "y",
        features: ["x", "c"],
        algorithm: "linear",
        seed: 3,
      });
      const { metrics } = evaluateModel(model, selectRows(frame, test));
      expect(metrics).toMatchObject(result.folds[place]!.measures);
      expect(result.folds[place]).toMatchObject({ trainRows: train.length, testRows: test.length });
    }
    const aucs = result.folds.map(({ measures }) => measures.auc!);
    expect(result.summary.auc!.mean).toBeCloseTo(aucs.reduce((sum, auc) => sum + auc, 0) / 4, 14);
    expect(result.outOfFold.tested.every((count) => count === 1)).toBe(true);
  });

  it("uses no test row: other values and other outcomes there leave the fold's model as it is", () => {
    const recipe = { target: "y", features: ["x", "c"], seed: 3 } as const;
    const strategy = { kind: "stratified", column: "y" } as const;
    const choice = chooseProblem({ training: frame, target: "y" });
    for (const [algorithm, parameters] of [
      ["linear", {}],
      ["gradient-boosting", { rounds: 40, patience: 3 }],
    ] as const) {
      const modelOf = (fold: number, table: typeof frame) => {
        // Folds of the original table, so that only the contents of its test rows differ.
        const original = makeFolds(frame, { strategy, seed: 3 })[fold]!;
        const part = cutFolds(frame, { strategy, seed: 3, target: "y", choice })[fold]!;
        const test = selectRows(table, original.test);
        const about = { ...recipe, choice, algorithm, parameters };
        return encodeModel(fitFold({ ...part, test }, about, { control: UNWATCHED }).model);
      };
      for (const fold of [0, 4]) {
        const tested = new Set(makeFolds(frame, { strategy, seed: 3 })[fold]!.test);
        const poisoned = frameFromRows(
          rows.map((row, index) =>
            tested.has(index) ? { ...row, x: 1e9, c: "violet", y: row.y === "no" ? "yes" : "no" } : row,
          ),
        );
        expect(modelOf(fold, poisoned)).toEqual(modelOf(fold, frame));
        // The same change outside the test rows does change the model.
        const part = cutFolds(poisoned, { strategy: { kind: "random" }, seed: 3, target: "y", choice })[0]!;
        const other = fitFold(part, { ...recipe, choice, algorithm, parameters }, { control: UNWATCHED });
        expect(encodeModel(other.model)).not.toEqual(modelOf(fold, frame));
      }
    }
  });

  it("watches rows out of the training part for early stopping, and keeps groups and time apart there too", () => {
    const choice = chooseProblem({ training: frame, target: "y" });
    const grouped = frameFromRows(rows.map((row, index) => ({ ...row, group: `g${index % 9}` })));
    for (const strategy of [
      { kind: "grouped", column: "group" },
      { kind: "time-ordered", column: "day", gap: 3 },
    ] as const) {
      for (const part of cutFolds(grouped, { strategy, folds: 3, seed: 1, target: "y", choice })) {
        const daysOf = ({ columns }: typeof frame) => {
          const column = columns.find(({ name }) => name === "day")!;
          return column.kind === "numeric" ? [...column.values] : [];
        };
        const { training, validation } = part.early();
        const tested = new Set(daysOf(part.test));
        expect(daysOf(training).some((day) => tested.has(day))).toBe(false);
        expect(daysOf(validation).some((day) => tested.has(day))).toBe(false);
        if (strategy.kind === "grouped") {
          const learnt = new Set(daysOf(training).map((day) => day % 9));
          expect(daysOf(validation).some((day) => learnt.has(day % 9))).toBe(false);
        } else {
          expect(Math.min(...daysOf(validation)) - Math.max(...daysOf(training))).toBeGreaterThanOrEqual(3);
          expect(Math.min(...tested) - Math.max(...daysOf(validation))).toBeGreaterThanOrEqual(3);
        }
      }
    }
  });

  it("finds rows to stop early by even where the first folds hold two moments or one", () => {
    const monthly = frameFromRows(rows.map((row, index) => ({ ...row, month: Math.floor(index / 60) })));
    const result = crossValidate({
      ...base,
      frame: monthly,
      algorithm: "gradient-boosting",
      parameters: { rounds: 30, patience: 5 },
      folds: { folds: 5, strategy: { kind: "time-ordered", column: "month" } },
    });
    expect(result.folds[0]!.trainRows).toBeLessThanOrEqual(120);
    expect(result.folds.every(({ rounds }) => rounds !== null && rounds >= 1)).toBe(true);
    const choice = chooseProblem({ training: monthly, target: "y" });
    const strategy = { kind: "time-ordered", column: "month" } as const;
    for (const part of cutFolds(monthly, { strategy, folds: 3, seed: 1, target: "y", choice })) {
      const monthsOf = ({ columns }: typeof monthly) => {
        const column = columns.find(({ name }) => name === "month")!;
        return column.kind === "numeric" ? [...column.values] : [];
      };
      const { training, validation } = part.early();
      if (new Set(monthsOf(part.training)).size > 1) {
        expect(Math.max(...monthsOf(training))).toBeLessThan(Math.min(...monthsOf(validation)));
      }
    }
  });

  it("keeps a prediction for every row, averaged over repeats, and none for the earliest rows over time", () => {
    const repeated = crossValidate({ ...base, folds: { folds: 3, repeats: 2 } });
    expect(repeated.folds).toHaveLength(6);
    expect([...repeated.outOfFold.tested].every((count) => count === 2)).toBe(true);
    const over = crossValidate({
      ...base,
      folds: { folds: 3, strategy: { kind: "time-ordered", column: "day" } },
    });
    const { outputs, tested } = over.outOfFold;
    expect(Array.from(outputs[0]!, (value) => Number.isNaN(value))).toEqual(
      Array.from(tested, (count) => count === 0),
    );
    expect(tested.slice(0, 100).every((count) => count === 0)).toBe(true);
    expect(tested.slice(100).every((count) => count === 1)).toBe(true);
  });

  it("measures several classes and amounts", () => {
    const classes = crossValidate({ ...base, target: "kind" });
    expect(classes.summary.macroAuc!.mean).toBeGreaterThan(0.75);
    expect(classes.outOfFold.outputs).toHaveLength(3);
    const amounts = crossValidate({ ...base, target: "amount", features: ["x", "c"] });
    expect(amounts.strategy).toEqual({ kind: "random" });
    expect(amounts.summary.r2!.mean).toBeGreaterThan(0.6);
    expect(amounts.summary.rmse!.mean).toBeLessThan(2);
  });

  it("gives the same result for the same seed, and reports how far it is", () => {
    const stages: number[] = [];
    const control = {
      throwIfCancelled: () => {},
      report: ({ done, total }: { done: number; total: number }) => void stages.push(done / total),
    };
    const options = {
      ...base,
      algorithm: "gradient-boosting",
      parameters: { rounds: 20, patience: 5 },
    } as const;
    const first = crossValidate({ ...options, control });
    expect(crossValidate(options)).toEqual(first);
    expect(stages.at(-1)).toBe(1);
    expect(stages).toEqual(stages.toSorted((a, b) => a - b));
    expect(first.folds.every(({ rounds }) => rounds !== null && rounds <= 20)).toBe(true);
  });

  it("stops when it is cancelled", () => {
    const control = {
      throwIfCancelled: () => {
        throw new Error("stop");
      },
      report: () => {},
    };
    expect(() => crossValidate({ ...base, control })).toThrow("stop");
  });
});

describe("summarizeFolds", () => {
  it("widens the standard error for the rows that folds share (Nadeau and Bengio 2003)", () => {
    const values = [0.8, 0.82, 0.78, 0.81, 0.79].map((value) => ({ value, trainRows: 400, testRows: 100 }));
    const summary = summarizeFolds(values)!;
    const variance = 0.001 / 4;
    expect(summary.mean).toBeCloseTo(0.8, 14);
    expect(summary.deviation).toBeCloseTo(Math.sqrt(variance), 14);
    expect(summary.standardError).toBeCloseTo(Math.sqrt((1 / 5 + 100 / 400) * variance), 14);
    // scipy.stats.t.ppf(0.975, 4) = 2.7764451051977987
    expect(summary.high! - summary.mean).toBeCloseTo(2.7764451051977987 * summary.standardError!, 9);
  });

  it("leaves out folds that do not define a measure, and has no spread for a single one", () => {
    const fold = { trainRows: 10, testRows: 5 };
    expect(summarizeFolds([{ ...fold, value: null }])).toBeNull();
    expect(
      summarizeFolds([
        { ...fold, value: null },
        { ...fold, value: 0.5 },
      ]),
    ).toEqual({
      mean: 0.5,
      deviation: null,
      standardError: null,
      low: null,
      high: null,
      folds: 1,
    });
  });
});

describe("studentQuantile", () => {
  it("agrees with scipy.stats.t.ppf", () => {
    expect(studentQuantile(0.95, 9)).toBeCloseTo(2.262157162740992, 9);
    expect(studentQuantile(0.95, 1)).toBeCloseTo(12.706204736432095, 9);
    expect(studentQuantile(0.99, 30)).toBeCloseTo(2.749995653567, 9);
    expect(studentQuantile(0, 5)).toBeCloseTo(0, 12);
  });
});
