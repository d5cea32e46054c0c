import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { compareFrames } from "../drift/compare-frames.ts";
import { auditFairness } from "../fairness/audit-fairness.ts";
import { fitGroupThresholds, reweighFrame } from "../fairness/mitigate.ts";
import { columnNames, filterRows, getColumn, selectRows, type Frame } from "../frame/frame.ts";
import { readCsv } from "../frame/read-csv.ts";
import { trainModel } from "../learn/train-model.ts";
import { evaluateModel } from "../metrics/evaluate-model.ts";
import { duplicateRows } from "../profile/duplicates.ts";
import { inferProblem } from "../profile/infer-problem.ts";
import { findLeakage } from "../profile/find-leakage.ts";
import { cellText } from "../score/column.ts";
import type { Model } from "../score/model-file.ts";
import { splitRows } from "../split/split-rows.ts";
import { CONSUMER_CREDIT, consumerCreditCsv } from "./consumer-credit.ts";

const { target, timeColumn, months, driftedMonth } = CONSUMER_CREDIT;
const csv = consumerCreditCsv();
const attribute = [{ name: "sex", bands: null }];
let frame: Frame;
let train: Frame;
let validation: Frame;
let test: Frame;

beforeAll(async () => {
  frame = (await readCsv({ text: csv })).frame;
  const shares = { train: 0.6, validation: 0.2, test: 0.2 };
  const split = splitRows(frame, { strategy: { kind: "stratified", column: target }, shares, seed: 0 });
  train = selectRows(frame, split.train);
  validation = selectRows(frame, split.validation);
  test = selectRows(frame, split.test);
});

function inMonths(keep: (month: string) => boolean): Frame {
  const column = getColumn(frame, timeColumn);
  return filterRows(frame, (row) => keep(cellText(column, row) ?? ""));
}

function measure(model: Model): { auc: number; difference: number } {
  const evaluation = evaluateModel(model, test);
  const audit = auditFairness(model, test, { attributes: [attribute] });
  if (evaluation.problem !== "binary" || audit.problem !== "binary") expect.unreachable();
  return {
    auc: evaluation.metrics.auc ?? NaN,
    difference: audit.attributes[0]!.numbers.demographicParityDifference,
  };
}

function boost(features: readonly string[], weights?: Float64Array): Model {
  const base = { training: train, target, algorithm: "gradient-boosting", features, seed: 0 } as const;
  const parameters = { rounds: 80, learningRate: 0.08 };
  return trainModel({ ...base, parameters, ...(weights === undefined ? {} : { weights }) }).model;
}

describe("the consumer credit sample", () => {
  it("is the same text for the same seed, another for another", () => {
    const digest = (text: string) => createHash("sha256").update(text).digest("hex");
    expect(consumerCreditCsv()).toBe(csv);
    expect(digest(consumerCreditCsv({ seed: 1, rowCount: 500 }))).not.toBe(
      digest(consumerCreditCsv({ seed: 2, rowCount: 500 })),
    );
    expect(csv.split("\n")).toHaveLength(frame.rowCount + 2);
  });

  it("has about 20,000 rows of realistic columns, a fifth of them defaults, without a leak", () => {
    expect(frame.rowCount).toBeGreaterThan(20_000);
    expect(frame.columns.map((column) => column.kind).toSorted()).toContain("date");
    const problem = inferProblem(frame, target);
    expect(problem).toMatchObject({ problem: "binary", positiveClass: CONSUMER_CREDIT.positiveClass });
    const share = problem.classCounts![1]! / frame.rowCount;
    expect(share).toBeGreaterThan(0.18);
    expect(share).toBeLessThan(0.23);
    expect(findLeakage(frame, target, { problem: "binary", seed: 0 })).toEqual([]);
  });

  it("has faults that a cleaner can find", () => {
    const ages = getColumn(frame, "age");
    const employment = getColumn(frame, "employment_years");
    if (ages.kind !== "numeric" || employment.kind !== "numeric") expect.unreachable();
    expect(ages.values.some((age) => age < 0)).toBe(true);
    expect(employment.values.some((years) => years === 999)).toBe(true);
    expect([...duplicateRows(frame)].length).toBeGreaterThan(50);
    const housing = getColumn(frame, "housing");
    if (housing.kind !== "categorical") expect.unreachable();
    expect(housing.dictionary).toEqual(expect.arrayContaining(["rent", "RENT", "Rent", "rent "]));
  });

  it.each([
    ["with the protected column", []],
    ["without the protected column", ["sex"]],
  ])("makes a model unfair %s, and group thresholds mend it at little cost", (_, excluded) => {
    const skip = [target, "application_id", ...excluded];
    const model = boost(columnNames(frame).filter((name) => !skip.includes(name)));
    const base = measure(model);
    expect(base.auc).toBeGreaterThan(0.78);
    expect(base.auc).toBeLessThan(0.86);
    expect(base.difference).toBeGreaterThan(0.12);
    const mended = fitGroupThresholds(model, validation, { attribute, constraint: "demographic-parity" });
    const fair = measure(mended.model);
    expect(fair.difference).toBeLessThan(0.06);
    expect(fair.auc).toBe(base.auc);
    expect(mended.before.metrics.accuracy - mended.after.metrics.accuracy).toBeLessThan(0.03);
  });

  it("lets reweighing bring the difference under 0.1 for a small loss of AUC", () => {
    const features = columnNames(frame).filter((name) => name !== target && name !== "application_id");
    const base = measure(boost(features));
    const weights = reweighFrame(train, { target, classes: ["no", "yes"], attribute });
    const fair = measure(boost(features, weights));
    expect(fair.difference).toBeLessThan(0.085);
    expect(base.auc - fair.auc).toBeLessThan(0.03);
  });

  it("drifts in the last month and in no earlier one", () => {
    const earlier = inMonths((month) => month !== driftedMonth);
    const report = compareFrames(
      earlier,
      inMonths((month) => month === driftedMonth),
    );
    expect(report).toMatchObject({ verdict: "drift" });
    expect(report.columns.filter(({ verdict }) => verdict === "drift").map(({ column }) => column)).toContain(
      "utilization",
    );
    for (const month of months.slice(0, -1)) {
      const others = inMonths((other) => other !== driftedMonth && other !== month);
      expect(
        compareFrames(
          others,
          inMonths((other) => other === month),
        ).verdict,
      ).toBe("stable");
    }
  });
});
