import { describe, expect, it } from "vitest";
import { frameFromRows } from "../frame/frame-rows.ts";
import { selectRows, sliceRows } from "../frame/frame.ts";
import { evaluateModel } from "../metrics/evaluate-model.ts";
import { createRandom } from "../random.ts";
import { trainModel, type TrainModelOptions } from "./train-model.ts";

const random = createRandom(9);
const rows = Array.from({ length: 600 }, (_, row) => {
  const x = random.normal();
  return {
    id: row,
    x: row % 10 === 0 ? null : x,
    c: x > 0.5 ? "a" : "b",
    note: `text ${row}`,
    y: x + 0.5 * random.normal() > 0.8 ? "yes" : "no",
    z: 3 * x + random.normal(),
  };
});
const frame = frameFromRows(rows);
const training = sliceRows(frame, 0, 400);
const validation = sliceRows(frame, 400, 600);
const base: TrainModelOptions = { training, target: "y", algorithm: "gradient-boosting", seed: 0 };

describe("trainModel", () => {
  it("chooses features, infers the problem and writes down what it did", () => {
    const { model, notes, history, problem } = trainModel({ ...base, parameters: { rounds: 10 } });
    expect(model.features.map((feature) => feature.name)).toEqual(["x", "c", "z"]);
    expect(notes).toEqual([
      '"id" left out: identifies rows: every value is different.',
      '"note" left out: free text.',
    ]);
    expect(problem).toMatchObject({ problem: "binary", positiveClass: "yes" });
    expect(history).toHaveLength(10);
    expect(model.training).toMatchObject({
      algorithm: "gradient-boosting",
      seed: 0,
      rowCount: 400,
      parameters: { rounds: 10 },
    });
    expect(model.training.dataFingerprint).toHaveLength(64);
  });

  it("stops early on validation rows and notes it", () => {
    const { model, history, notes } = trainModel({
      ...base,
      validation,
      parameters: { rounds: 300, patience: 5 },
    });
    expect(history.length).toBeLessThan(300);
    expect(notes.join()).toContain("Stopped early");
    const evaluation = evaluateModel(model, validation, { bootstrap: { seed: 1, resamples: 50 } });
    if (evaluation.problem !== "binary") expect.unreachable();
    expect(evaluation.metrics.auc).toBeGreaterThan(0.85);
    expect(evaluation.intervals.auc!.low).toBeLessThan(evaluation.metrics.auc!);
    expect(evaluation.perClass.map(({ label }) => label)).toEqual(["no", "yes"]);
  });

  it("gives rare classes their weight when asked to", () => {
    const selected = (classWeights?: TrainModelOptions["classWeights"]) => {
      const { model } = trainModel({
        ...base,
        algorithm: "linear",
        ...(classWeights === undefined ? {} : { classWeights }),
      });
      const evaluation = evaluateModel(model, validation);
      if (evaluation.problem !== "binary") expect.unreachable();
      return evaluation.metrics.recall;
    };
    expect(selected("balanced")).toBeGreaterThan(selected());
    expect(selected({ yes: 0.1 })).toBeLessThan(selected());
  });

  it("is beaten by no constant: the baseline has an AUC of one half", () => {
    const { model } = trainModel({ ...base, algorithm: "baseline" });
    const evaluation = evaluateModel(model, validation);
    if (evaluation.problem !== "binary") expect.unreachable();
    expect(evaluation.metrics.auc).toBe(0.5);
  });

  it.each([
    [{ features: ["x", "y"] }, "target"],
    [{ features: ["nope"] }, 'no column "nope"'],
    [{ target: "nope" }, 'no column "nope"'],
    [{ parameters: { depth: 3 } }, 'no parameter "depth"'],
    [{ algorithm: "linear", parameters: { rounds: 3 } }, 'no parameter "rounds"'],
    [{ parameters: { patience: 5 } }, "needs validation rows"],
    [{ weights: new Float64Array(3) }, "3 weights are given for 400"],
    [{ weights: new Float64Array(400) }, "not all 0"],
    [{ classWeights: { maybe: 2 } }, 'no class "maybe"'],
    [{ problem: "multiclass" }, "stated to be multiclass"],
    [{ problem: "regression" }, "a regression needs numbers"],
    [{ positiveClass: "maybe" }, "does not occur"],
  ] as const)("refuses %j", (options, part) => {
    expect(() => trainModel({ ...base, ...(options as Partial<TrainModelOptions>) })).toThrow(
      new RegExp(part),
    );
  });

  it("refuses rows without a target, and scoring rows of classes it never saw", () => {
    const holes = frameFromRows([...rows.slice(0, 50), { ...rows[0]!, y: null }]);
    expect(() => trainModel({ ...base, training: holes })).toThrow(/in row 51 is missing/);
    const { model } = trainModel(base);
    const strange = frameFromRows([{ ...rows[0]!, y: "perhaps" }]);
    expect(() => evaluateModel(model, strange)).toThrow(/none of the classes no, yes/);
  });

  it("works with three rows, one feature and a class of one row", () => {
    const tiny = selectRows(frame, [0, 1, 2]);
    const fit = trainModel({ ...base, training: tiny, target: "z", features: ["x"] });
    expect(fit.model.problem).toBe("regression");
    const lonely = frameFromRows([
      ...rows.slice(0, 60).map((row) => ({ ...row, y: "no" })),
      { ...rows[0]!, y: "yes" },
    ]);
    expect(trainModel({ ...base, training: lonely, features: ["x", "c"] }).model.classes).toEqual([
      "no",
      "yes",
    ]);
  });
});
