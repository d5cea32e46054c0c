import { describe, expect, it } from "vitest";
import { loanRows, priceRows, withoutColumn } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { trainClassifier } from "../training/train-classifier.ts";
import { trainRegressor } from "../training/train-regressor.ts";
import { estimatePerformanceTool } from "./estimate-performance.ts";

interface Changed {
  value: number | null;
  promotion: number | null;
  change: number | null;
}

interface Output {
  artifact: string;
  method: string;
  windows: {
    name: string;
    rows: number;
    metrics: Record<string, { estimate: number; low: number; high: number; isAlert: boolean }>;
    alerts: string[];
    state: string;
    action: string;
  }[];
  measured: {
    name: string;
    rows: number;
    metrics: Record<string, Changed>;
    fairness: { attribute: string; numbers: Record<string, Changed> }[];
  }[];
  limits: string;
}

type Rows = readonly Readonly<Record<string, unknown>>[];

async function trained(target: "defaulted" | "price") {
  const bench = createToolBench();
  const rows = target === "price" ? priceRows : loanRows;
  const input = {
    train: await bench.seed(rows(600, 1)),
    validation: await bench.seed(rows(200, 2)),
    target,
    algorithm: "linear",
  };
  const { model } = await bench.succeed<{ model: string }>(
    target === "price" ? trainRegressor : trainClassifier,
    input,
  );
  const reference = await bench.seed(rows(900, 3));
  const estimate = async (current: Rows, more: object = {}) =>
    bench.succeed<Output>(estimatePerformanceTool, {
      model,
      reference,
      current: await bench.seed(current),
      ...more,
    });
  return { bench, model, reference, train: input.train, estimate };
}

describe("estimate_performance", () => {
  it("estimates a classifier without labels, with bands that hold what labels show later", async () => {
    const { estimate } = await trained("defaulted");
    const later = loanRows(900, 4);
    const { windows, method, measured, limits } = await estimate(withoutColumn(later, "defaulted"));
    expect({ method, measured }).toEqual({ method: "cbpe", measured: [] });
    expect(limits).toContain("concept drift");
    const shown = await estimate(later);
    expect(shown.windows).toEqual(windows);
    for (const name of ["accuracy", "auc", "precision", "recall", "f1"]) {
      const { low, high } = windows[0]!.metrics[name]!;
      const value = shown.measured[0]!.metrics[name]!.value!;
      expect(value, name).toBeGreaterThanOrEqual(low);
      expect(value, name).toBeLessThanOrEqual(high);
    }
  });

  it("estimates errors of amounts in the target's units", async () => {
    const { estimate } = await trained("price");
    const { windows, method } = await estimate(withoutColumn(priceRows(600, 4), "price"));
    expect(method).toBe("dle");
    expect(windows[0]?.metrics["rmse"]?.estimate).toBeGreaterThan(1000);
  });

  it("gives every period of a time column its own estimate", async () => {
    const { estimate } = await trained("defaulted");
    const { windows } = await estimate(loanRows(3000, 4), { timeColumn: "month" });
    expect(windows.length).toBeGreaterThan(3);
    expect(windows.reduce((sum, { rows }) => sum + rows, 0)).toBe(3000);
  });

  it("measures performance and fairness per period where labels are there, beside promotion", async () => {
    const { estimate, bench } = await trained("defaulted");
    const rows = loanRows(3000, 4).map((row) => (row.month >= "2025-09" ? { ...row, defaulted: null } : row));
    const { measured, windows } = await estimate(rows, { timeColumn: "month", protected: ["sex"] });
    expect(measured.length).toBeGreaterThan(0);
    expect(measured.length).toBeLessThan(windows.length);
    const [first] = measured;
    const { value, promotion, change } = first!.metrics["auc"]!;
    expect(change).toBeCloseTo((value ?? 0) - (promotion ?? 0), 12);
    expect(first!.fairness[0]?.attribute).toBe("sex");
    expect(first!.fairness[0]?.numbers["demographicParityDifference"]?.promotion).toBeTypeOf("number");
    const { request } = await bench.report<{ request: { minimumRows: number } }>("drift/performance_1.json");
    expect(request.minimumRows).toBe(200);
  });

  it("raises the state only after alerts in as many periods as asked", async () => {
    const { estimate } = await trained("defaulted");
    // From July on, loans lie where the model cannot tell who pays.
    const rows = loanRows(3000, 4).map((row) =>
      row.month < "2025-07" ? row : { ...row, loan: row.income + (row.region === "north" ? -810 : 810) },
    );
    const run = async (holdFor: number) =>
      (await estimate(withoutColumn(rows, "defaulted"), { timeColumn: "month", holdFor })).windows;
    const once = await run(1);
    const firstAlert = once.findIndex(({ alerts }) => alerts.includes("accuracy"));
    expect(once[firstAlert]).toMatchObject({ name: "2025-07", state: "alert", action: "change" });
    expect(once.slice(0, firstAlert).every(({ alerts }) => alerts.length === 0)).toBe(true);
    const thrice = await run(3);
    expect(thrice.findIndex(({ state }) => state === "alert")).toBe(firstAlert + 2);
  });

  it("refuses the rows that the model was trained on and those without the target", async () => {
    const { bench, model, train, reference } = await trained("defaulted");
    const learnt = await bench.fail(estimatePerformanceTool, { model, reference: train, current: reference });
    expect(learnt.message).toMatch(/rows that the model was trained on/);
    const bare = await bench.seed(withoutColumn(loanRows(300, 5), "defaulted"));
    expect(
      (await bench.fail(estimatePerformanceTool, { model, reference: bare, current: reference })).message,
    ).toContain("defaulted");
    const few = await bench.seed(loanRows(10, 5));
    expect((await bench.fail(estimatePerformanceTool, { model, reference, current: few })).message).toMatch(
      /10 rows; at least 30/,
    );
  });
});
