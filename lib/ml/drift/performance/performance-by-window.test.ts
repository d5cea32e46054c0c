import { describe, expect, it } from "vitest";
import { frameFromRows } from "../../frame/frame-rows.ts";
import { sliceRows, type Frame } from "../../frame/frame.ts";
import { trainModel } from "../../learn/train-model.ts";
import { auditFairness } from "../../fairness/audit-fairness.ts";
import { evaluateModel } from "../../metrics/evaluate-model.ts";
import { createRandom } from "../../random.ts";
import { performanceByWindow } from "./performance-by-window.ts";

/** Two groups; `unfair` turns outcomes of the second around from that row on. */
function loans(rows: number, seed: number, unfair = rows): Frame {
  const random = createRandom(seed);
  return frameFromRows(
    Array.from({ length: rows }, (_, row) => {
      const income = random.normal();
      const group = random.uniform() < 0.5 ? "a" : "b";
      const isPaid = random.uniform() < 1 / (1 + Math.exp(-2 * income));
      const isTurned = row >= unfair && group === "b";
      return {
        income,
        group,
        paid: isPaid === isTurned ? "no" : "yes",
        amount: 3 * income + random.normal(),
      };
    }),
  );
}

const halves = [
  { name: "before", rows: Uint32Array.from({ length: 400 }, (_, row) => row) },
  { name: "after", rows: Uint32Array.from({ length: 400 }, (_, row) => 400 + row) },
];
const attributes = [[{ name: "group", bands: null }]];
const train = (target: string) =>
  trainModel({ training: loans(800, 1), target, algorithm: "linear", features: ["income"], seed: 1 }).model;

describe("performance by window", () => {
  const model = train("paid");
  const [promotion, labelled] = [loans(600, 2), loans(800, 3, 400)];
  const [before, after] = performanceByWindow(
    model,
    { promotion, labelled },
    { windows: halves, attributes },
  );

  it("is the model's performance and fairness on each window beside those at promotion", () => {
    const evaluation = evaluateModel(model, sliceRows(labelled, 0, 400));
    const atPromotion = evaluateModel(model, promotion);
    if (evaluation.problem !== "binary" || atPromotion.problem !== "binary") throw new Error("not binary");
    const [value, known] = [evaluation.metrics.auc!, atPromotion.metrics.auc!];
    expect(before?.metrics["auc"]).toEqual({ value, promotion: known, change: value - known });
    const audit = auditFairness(model, promotion, { attributes });
    if (audit.problem !== "binary") throw new Error("not binary");
    expect(before?.fairness[0]?.numbers["accuracyDifference"]?.promotion).toBe(
      audit.attributes[0]?.numbers.accuracyDifference,
    );
  });

  it("shows when a group is served worse, while the window before it is as at promotion", () => {
    expect(Math.abs(before!.metrics["accuracy"]!.change!)).toBeLessThan(0.06);
    expect(Math.abs(before!.fairness[0]!.numbers["accuracyDifference"]!.change!)).toBeLessThan(0.1);
    expect(after!.metrics["accuracy"]!.change!).toBeLessThan(-0.2);
    expect(after!.fairness[0]!.numbers["accuracyDifference"]!.change!).toBeGreaterThan(0.4);
  });

  it("is null where a window does not define a number", () => {
    const oneClass = frameFromRows(
      Array.from({ length: 40 }, () => ({ income: -3, group: "a", paid: "no" })),
    );
    const [only] = performanceByWindow(
      model,
      { promotion, labelled: oneClass },
      { windows: [{ name: "all", rows: Array.from({ length: 40 }, (_, row) => row) }], attributes: [] },
    );
    expect(only?.metrics["auc"]).toMatchObject({ value: null, change: null });
    expect(only?.metrics["recall"]).toMatchObject({ value: null, change: null });
    expect(only?.fairness).toEqual([]);
  });

  it("speaks of errors where the model predicts amounts", () => {
    const [window] = performanceByWindow(
      train("amount"),
      { promotion, labelled },
      { windows: halves, attributes },
    );
    expect(window?.metrics["rmse"]?.value).toBeGreaterThan(0.8);
    expect(window?.fairness[0]?.numbers["maeDifference"]?.value).toBeGreaterThanOrEqual(0);
  });
});
