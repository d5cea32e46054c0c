import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFrame, getColumn, type Frame } from "../frame/frame.ts";
import { frameFromRows, frameToRows } from "../frame/frame-rows.ts";
import { trainModel } from "../learn/train-model.ts";
import { encodeModel } from "../model/encode-model.ts";
import { exportOnnx } from "../model/onnx/export-onnx.ts";
import { createRandom } from "../random.ts";
import { applyEngineering, applyStep } from "../score/apply-engineering.ts";
import { cellText, type Column } from "../score/column.ts";
import { decodeModel } from "../score/decode-model.ts";
import { createScorer } from "../score/scorer.ts";
import type { EngineeringPlan, PlannedStep } from "./engineering-plan.ts";
import { fitEngineering } from "./fit-engineering.ts";
import { fitYeoJohnson } from "./fit-yeo-johnson.ts";
import { INVERTIBLE, restoreSources } from "./restore-sources.ts";

const random = createRandom(9);
const rows = Array.from({ length: 400 }, (_, row) => {
  const city = ["alba", "bern", "cork", "d&d", "e \\ f"][random.integer(5)]!;
  const income = Math.exp(8 + random.normal());
  const debt = row % 50 === 0 ? 0 : 1000 * random.uniform();
  return {
    day: new Date(Date.UTC(2024, 0, 1 + (row % 366), row % 24, row % 60)).toISOString(),
    city,
    code: row < 396 ? `c${row % 6}` : `rare${row}`,
    income,
    debt,
    hour: row % 24,
    won: income + (city === "bern" ? 4000 : 0) + 1500 * random.normal() > 3500 ? "yes" : "no",
  };
});
const frame = frameFromRows(rows);
const about = { target: "won", classes: ["no", "yes"] } as const;
const plan = (...steps: PlannedStep[]): EngineeringPlan => ({ steps, seed: 3 });

const ALL: readonly PlannedStep[] = [
  { kind: "date-part", column: "day", part: "is-weekend" },
  { kind: "cyclic", column: "hour", period: 24 },
  { kind: "cyclic", column: "day", part: "month" },
  { kind: "signed-log", column: "income" },
  { kind: "signed-sqrt", column: "debt" },
  { kind: "yeo-johnson", column: "income" },
  { kind: "bins", column: "income", count: 4 },
  { kind: "ratio", left: "income", right: "debt" },
  { kind: "difference", left: "log income", right: "sqrt debt" },
  { kind: "frequency", columns: ["city", "code"], as: "count" },
  { kind: "target-mean", columns: ["city"] },
  { kind: "rare", column: "code", minimum: 5 },
  { kind: "interaction", left: "city", right: "code grouped" },
];

const numbers = (from: Frame, name: string): number[] => {
  const column = getColumn(from, name);
  return column.kind === "numeric" ? [...column.values] : [];
};

describe("engineered columns", () => {
  const { engineering, training } = fitEngineering(frame, plan(...ALL), about);

  it("are made in order, one reading what another made, each with its sources", () => {
    expect(training.columns.length).toBe(frame.columns.length + 15);
    expect(
      engineering.steps.map(({ sources, outputs }) => `${outputs.join(", ")} <- ${sources.join(", ")}`),
    ).toContain("log income - sqrt debt <- log income, sqrt debt");
    expect(numbers(training, "log income - sqrt debt")[7]).toBeCloseTo(
      Math.log1p(rows[7]!.income) - Math.sqrt(rows[7]!.debt),
      12,
    );
  });

  it("tell parts of dates as a calendar does, and close the circle of hours", () => {
    const dates = frameFromRows([
      { day: "2024-12-31T23:59:00Z", won: "no" },
      { day: "2023-03-04T00:05:00Z", won: "yes" },
    ]);
    const parts = [
      "year",
      "quarter",
      "month",
      "day-of-month",
      "day-of-week",
      "day-of-year",
      "hour",
      "minute",
      "is-weekend",
    ] as const;
    const made = fitEngineering(
      dates,
      plan(...parts.map((part) => ({ kind: "date-part", column: "day", part }) as const)),
      about,
    );
    expect(parts.map((part) => numbers(made.training, `day ${part}`))).toEqual([
      [2024, 2023],
      [4, 1],
      [12, 3],
      [31, 4],
      [1, 5],
      [366, 63],
      [23, 0],
      [59, 5],
      [0, 1],
    ]);
    const [late, early] = [23, 0].map((hour) => rows.findIndex((row) => row.hour === hour));
    const distance = Math.hypot(
      numbers(training, "hour sin")[late!]! - numbers(training, "hour sin")[early!]!,
      numbers(training, "hour cos")[late!]! - numbers(training, "hour cos")[early!]!,
    );
    expect(distance).toBeCloseTo(2 * Math.sin(Math.PI / 24), 12);
  });

  it("leave a ratio by zero missing, and cut bins with as many training rows each", () => {
    expect(numbers(training, "income / debt").map(Number.isNaN)).toEqual(rows.map((row) => row.debt === 0));
    const bins = getColumn(training, "income bins");
    const counts = new Map<string, number>();
    for (let row = 0; row < 400; row++) {
      const bin = cellText(bins, row)!;
      counts.set(bin, (counts.get(bin) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual([100, 100, 100, 100]);
  });

  it("count what training rows hold, and nothing for what they do not", () => {
    const first = rows[0]!;
    const equal = rows.filter(({ city, code }) => city === first.city && code === first.code).length;
    expect(numbers(training, "city & code count")[0]).toBe(equal);
    const unseen = frameFromRows([{ ...first, city: "nowhere" }]);
    expect(
      numbers(createFrame([...applyEngineering(engineering, unseen.columns, 1)]), "city & code count"),
    ).toEqual([0]);
  });

  it("group the categories that few training rows have, and those that none has", () => {
    const last = frameFromRows([{ ...rows[399]! }, { ...rows[0]!, code: "never seen" }]);
    const grouped = createFrame([...applyEngineering(engineering, last.columns, 2)]);
    expect([0, 1].map((row) => cellText(getColumn(grouped, "code grouped"), row))).toEqual([
      "(other)",
      "(other)",
    ]);
  });

  it("depend on the training rows alone", () => {
    const other = frameFromRows(
      rows.slice(0, 50).map((row) => ({ ...row, income: row.income * 100, city: "alba" })),
    );
    const made = applyEngineering(engineering, other.columns, 50);
    const again = applyEngineering(fitEngineering(frame, plan(...ALL), about).engineering, other.columns, 50);
    expect(made).toEqual(again);
    const alone = applyEngineering(engineering, frameFromRows([{ ...rows[3]! }, { ...rows[4]! }]).columns, 2);
    const whole = applyEngineering(engineering, frame.columns, 400);
    const lone = alone.find(({ name }) => name === "mean target of city")!;
    expect(cellText(lone, 0)).toBe(cellText(whole.find(({ name }) => name === "mean target of city")!, 3));
  });
});

describe("target means", () => {
  it("never show a training row its own target", () => {
    // Every key occurs once: a mean that saw the row would be the target itself.
    const lone = frameFromRows(rows.map((row, index) => ({ key: `k${index % 200}`, won: row.won })));
    const fitted = fitEngineering(lone, plan({ kind: "target-mean", columns: ["key"], smoothing: 0 }), about);
    const flipped = rows.map((row, index) => ({
      key: `k${index % 200}`,
      won: index === 17 ? (row.won === "yes" ? "no" : "yes") : row.won,
    }));
    const other = fitEngineering(
      frameFromRows(flipped),
      plan({ kind: "target-mean", columns: ["key"], smoothing: 0 }),
      about,
    );
    const name = "mean target of key";
    expect(numbers(other.training, name)[17]).toBe(numbers(fitted.training, name)[17]);
    expect(numbers(other.training, name)).not.toEqual(numbers(fitted.training, name));
  });

  it("are drawn to the mean of all by the smoothing", () => {
    const { engineering } = fitEngineering(
      frame,
      plan({ kind: "target-mean", columns: ["city"], smoothing: 10 }),
      about,
    );
    const step = engineering.steps[0]!;
    if (step.kind !== "target-mean") throw new Error(step.kind);
    const prior = rows.filter(({ won }) => won === "yes").length / rows.length;
    const bern = rows.filter(({ city }) => city === "bern");
    const wins = bern.filter(({ won }) => won === "yes").length;
    expect(step.priors[0]).toBeCloseTo(prior, 12);
    expect(step.means[0]![step.keys.indexOf("bern")]).toBeCloseTo(
      (wins + 10 * prior) / (bern.length + 10),
      12,
    );
  });

  it("make one column per class of several, and one of an amount", () => {
    const several = frameFromRows(rows.map((row, index) => ({ city: row.city, kind: "abc"[index % 3]! })));
    const made = fitEngineering(several, plan({ kind: "target-mean", columns: ["city"], name: "m" }), {
      target: "kind",
      classes: ["a", "b", "c"],
    });
    expect(made.engineering.steps[0]!.outputs).toEqual(["m = a", "m = b", "m = c"]);
    const amount = fitEngineering(frame, plan({ kind: "target-mean", columns: ["city"], name: "m" }), {
      target: "income",
      classes: null,
    });
    expect(amount.engineering.steps[0]!.outputs).toEqual(["m"]);
  });
});

describe("refusals", () => {
  it.each([
    [{ kind: "frequency", columns: ["city", "won"] }, /The target "won" is a source/],
    [{ kind: "signed-log", column: "nothing" }, /There is no column "nothing"/],
    [{ kind: "signed-log", column: "city" }, /"city" holds categorical values where numbers/],
    [{ kind: "frequency", columns: ["day"] }, /"day" holds date values.*take a part of the date first/],
    [{ kind: "signed-log", column: "income", name: "debt" }, /would make "debt", which is there already/],
    [{ kind: "cyclic", column: "hour" }, /has no period above 0. Give the period/],
    [{ kind: "cyclic", column: "day", part: "year" }, /"year" does not come round again/],
    [{ kind: "bins", column: "income", count: 1 }, /cannot be cut into 1 bins/],
    [{ kind: "target-mean", columns: ["city"], smoothing: -1 }, /smoothing of 0 or more/],
  ] as const)("say what is wrong with %j", (step, message) => {
    expect(() => fitEngineering(frame, plan(step), about)).toThrow(message);
  });
});

describe("fitYeoJohnson", () => {
  it("finds scikit-learn's lambda", () => {
    // sklearn.preprocessing.PowerTransformer(standardize=False).fit(x).lambdas_, scikit-learn 1.9.1
    const values = [0.1, 0.5, 1.2, 3.4, 7.7, 12, 20, 55, 120, -0.4, -2, 0];
    expect(fitYeoJohnson(Float64Array.from(values))).toBeCloseTo(0.1075076, 5);
    expect(fitYeoJohnson(Float64Array.from([1, 2, 3, 5, 8, 13, 21, 34, 55, 89]))).toBeCloseTo(-0.07690179, 5);
  });

  it("leaves numbers that do not vary as they are", () => {
    expect(fitYeoJohnson(Float64Array.from([4, 4, NaN, 4]))).toBe(1);
  });
});

describe("undoing a step", () => {
  const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  const numeric = (name: string, values: readonly number[]): Column => ({
    kind: "numeric",
    name,
    values: Float64Array.from(values),
  });
  const close = (restored: number, value: number, scale: number): boolean =>
    Math.abs(restored - value) <= 1e-9 * Math.max(1, Math.abs(scale));

  it.each(["signed-log", "signed-sqrt"] as const)("%s gives back every number", (kind) => {
    fc.assert(
      fc.property(finite, (x) => {
        const step = { kind, sources: ["x"], outputs: ["y"] } as const;
        const [column] = restoreSources(step, applyStep(step, [numeric("x", [x])], 1))!;
        return column!.kind === "numeric" && close(column!.values[0]!, x, x);
      }),
    );
  });

  it("a power transformation gives back numbers of ordinary size", () => {
    const lambda = fc.double({ min: -1, max: 3, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: -100, max: 100, noNaN: true }), lambda, (x, power) => {
        const step = { kind: "yeo-johnson", sources: ["x"], outputs: ["y"], lambda: power } as const;
        const [column] = restoreSources(step, applyStep(step, [numeric("x", [x])], 1))!;
        return column!.kind === "numeric" && close(column!.values[0]!, x, 100);
      }),
    );
  });

  it("a cycle gives back the place in the period", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 23.999, noNaN: true }), (x) => {
        const step = { kind: "cyclic", sources: ["x"], outputs: ["s", "c"], part: null, period: 24 } as const;
        const [column] = restoreSources(step, applyStep(step, [numeric("x", [x])], 1))!;
        const restored = column!.kind === "numeric" ? column!.values[0]! : NaN;
        return close(restored, x, 24) || close(restored - 24, x, 24);
      }),
    );
  });

  it.each(["ratio", "product", "difference", "sum"] as const)("%s gives back the first source", (kind) => {
    const away = finite.filter((value) => Math.abs(value) > 1e-3);
    fc.assert(
      fc.property(finite, away, (x, by) => {
        const step = { kind, sources: ["x", "b"], outputs: ["y"] } as const;
        const second = numeric("b", [by]);
        const [column] = restoreSources(step, applyStep(step, [numeric("x", [x]), second], 1), second)!;
        return (
          column!.kind === "numeric" && close(column!.values[0]!, x, Math.max(Math.abs(x), Math.abs(by)))
        );
      }),
    );
  });

  it("an interaction gives back both categories, whatever they hold", () => {
    const text = fc.string({ minLength: 1, unit: fc.constantFrom("a", "&", " ", "\\", "é", "\n") });
    fc.assert(
      fc.property(text, text, (left, right) => {
        const step = { kind: "interaction", sources: ["l", "r"], outputs: ["y"] } as const;
        const column = (name: string, value: string): Column => ({
          kind: "categorical",
          name,
          codes: Int32Array.of(0),
          dictionary: [value],
        });
        const restored = restoreSources(step, applyStep(step, [column("l", left), column("r", right)], 1))!;
        expect(restored.map((one) => cellText(one, 0))).toEqual([left, right]);
      }),
    );
  });

  it("is refused, by what is stated of each kind, where information is gone", () => {
    const { engineering, training } = fitEngineering(frame, plan(...ALL), about);
    for (const step of engineering.steps) {
      const outputs = step.outputs.map((name) => getColumn(training, name));
      const second = step.sources[1] === undefined ? null : getColumn(training, step.sources[1]);
      expect(restoreSources(step, outputs, second) !== null).toBe(INVERTIBLE[step.kind] !== "no");
    }
  });
});

describe("a model with engineered columns", () => {
  const trained = (algorithm: "gradient-boosting" | "linear") =>
    trainModel({ training: frame, target: "won", algorithm, engineering: plan(...ALL), seed: 1 }).model;

  it.each(["gradient-boosting", "linear"] as const)(
    "%s takes raw rows and keeps its predictions in its file",
    (algorithm) => {
      const model = trained(algorithm);
      expect(model.features.map(({ name }) => name).toSorted()).toEqual([
        "city",
        "code",
        "day",
        "debt",
        "hour",
        "income",
      ]);
      const again = decodeModel(encodeModel(model));
      const fromRows = createScorer(again).scoreRows(frameToRows(frame));
      const fromFrame = createScorer(model).scoreColumns(frame.columns, 400);
      if (fromFrame.kind !== "binary") throw new Error(fromFrame.kind);
      expect(fromRows.map((row) => (row.kind === "binary" ? row.probability : NaN))).toEqual([
        ...fromFrame.probability,
      ]);
      expect(encodeModel(again)).toEqual(encodeModel(model));
    },
  );

  it("keeps only the steps that its features need, and asks for their raw sources alone", () => {
    const { model } = trainModel({
      training: frame,
      target: "won",
      algorithm: "linear",
      engineering: plan(...ALL),
      features: ["log income - sqrt debt", "city"],
      seed: 1,
    });
    expect(model.preparation.engineering?.steps.map(({ kind }) => kind)).toEqual([
      "signed-log",
      "signed-sqrt",
      "difference",
    ]);
    expect(model.features.map(({ name }) => name)).toEqual(["city", "income", "debt"]);
  });

  it("has the bytes it always had when nothing is engineered", () => {
    const plain = { training: frame, target: "won", algorithm: "linear", seed: 1 } as const;
    const bytes = encodeModel(trainModel(plain).model);
    expect(encodeModel(trainModel({ ...plain, engineering: { steps: [], seed: 0 } }).model)).toEqual(bytes);
    expect(new TextDecoder().decode(bytes)).not.toContain("engineering");
  });

  it("refuses a file whose step was tampered with, naming the place", () => {
    const text = new TextDecoder().decode(encodeModel(trained("linear")));
    expect(() => decodeModel(text.replace('"kind":"signed-log"', '"kind":"cube"'))).toThrow(
      /preparation\.engineering\.steps\[3\]\.kind/,
    );
    expect(() => decodeModel(text.replace('"period":24', '"period":0'))).toThrow(/a period above 0/);
  });

  it("is refused as ONNX by the names of its columns, which that format would leave out", () => {
    const exported = exportOnnx(trained("linear"));
    if (exported.kind !== "refused") throw new Error(exported.kind);
    expect(exported.reasons).toContain(
      'The engineered column "log income" (signed-log) is not written as ONNX.',
    );
  });

  it("says which column is missing when a source is not given", () => {
    const model = trained("linear");
    const without = frame.columns.filter(({ name }) => name !== "debt");
    expect(() => createScorer(model).scoreColumns(without, 400)).toThrow(/Column "debt" is missing/);
  });
});
