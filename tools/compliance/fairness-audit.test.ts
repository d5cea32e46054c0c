import { describe, expect, it } from "vitest";
import { loanRows, priceRows, withoutColumn } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { trainClassifier } from "../training/train-classifier.ts";
import { trainRegressor } from "../training/train-regressor.ts";
import { fairnessAudit } from "./fairness-audit.ts";

interface Output {
  audited: boolean;
  passed: boolean;
  limit: number;
  attributes: Record<string, Record<string, number>>;
  worst: { attribute: string; metric: string; value: number } | null;
  notJudged: { attribute: string; group: string; rows: number }[];
  warnings: string[];
}

async function loans(options: Parameters<typeof createToolBench>[0] = {}) {
  const bench = createToolBench(options);
  const train = await bench.seed(loanRows(800, 1));
  const { model } = await bench.succeed<{ model: string }>(trainClassifier, {
    train,
    validation: await bench.seed(loanRows(300, 2)),
    target: "defaulted",
    protected: ["sex"],
    algorithm: "linear",
  });
  return { bench, model, train, test: await bench.seed(loanRows(600, 3)) };
}

describe("fairness_audit", () => {
  it("fails a model that treats the sexes differently without seeing their column, and names the worst", async () => {
    const { bench, model, test } = await loans();
    const output = await bench.succeed<Output>(fairnessAudit, { model, test, protected: ["sex", "age"] });
    expect(output).toMatchObject({ audited: true, passed: false, limit: 0.1 });
    expect(output.worst).toMatchObject({ attribute: "sex", metric: "demographicParityDifference" });
    expect(Object.keys(output.attributes)).toEqual(["sex", "age"]);
    expect(bench.facts["fairness"]).toMatchObject({ passed: false, model });
  });

  it("gives every number of the verdict its interval, and every rate of the report", async () => {
    const { bench, model, test } = await loans();
    const output = await bench.succeed<
      Output & { intervals: Record<string, Record<string, { low: number; high: number }>> }
    >(fairnessAudit, { model, test, protected: ["sex"] });
    expect(Object.keys(output.intervals.sex ?? {}).toSorted()).toEqual(
      Object.keys(output.attributes.sex ?? {}).toSorted(),
    );
    const { low, high } = output.intervals.sex!.demographicParityDifference!;
    const value = output.attributes.sex!.demographicParityDifference!;
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
    const report = await bench.report<{
      intervalRule: string;
      attributes: { rateIntervals: { groups: Record<string, Record<string, object>> } }[];
    }>("fairness.json");
    expect(report.intervalRule).toContain("not stratified");
    expect(Object.keys(report.attributes[0]!.rateIntervals.groups.female ?? {})).toContain("precision");
  });

  it("compares groups within the values of a control feature that explains the difference", async () => {
    const { bench, model, test } = await loans();
    await bench.succeed(fairnessAudit, { model, test, protected: ["sex"], controlFeatures: ["region"] });
    const { attributes } = await bench.report<{
      attributes: {
        demographicParityDifference: number;
        strata: { stratum: string; audit: { numbers: { demographicParityDifference: number } } }[];
      }[];
    }>("fairness.json");
    const [sex] = attributes;
    expect(sex!.strata.map(({ stratum }) => stratum)).toEqual(["north", "south"]);
    for (const { audit } of sex!.strata) {
      expect(audit.numbers.demographicParityDifference).toBeLessThan(sex!.demographicParityDifference / 2);
    }
    const { message } = await bench.fail(fairnessAudit, {
      model,
      test,
      protected: ["sex"],
      controlFeatures: ["Region"],
    });
    expect(message).toContain('did you mean "region"?');
  });

  it("passes by the limit: the same model under another one", async () => {
    const { bench, model, test } = await loans();
    const audit = async (limit: number) =>
      (await bench.succeed<Output>(fairnessAudit, { model, test, protected: ["sex"], limit })).passed;
    expect([await audit(0.05), await audit(0.95)]).toEqual([false, true]);
  });

  it("audits what the run protects, whatever the call names", async () => {
    const { bench, model, test } = await loans({ run: { protected: ["sex"] } });
    const output = await bench.succeed<Output>(fairnessAudit, { model, test, protected: ["region"] });
    expect(Object.keys(output.attributes)).toEqual(["sex", "region"]);
  });

  it("keeps the deployment's limit in a run where the call names a milder one", async () => {
    const { bench, model, test } = await loans({ run: { protected: ["sex"] } });
    const output = await bench.succeed<Output>(fairnessAudit, { model, test, limit: 0.95 });
    expect(output).toMatchObject({ limit: 0.1, passed: false });
    expect(output.warnings.join()).toContain("milder");
  });

  it("says that nothing was audited where nothing is protected", async () => {
    const { bench, model, test } = await loans();
    const output = await bench.succeed<Output>(fairnessAudit, { model, test });
    expect(output).toMatchObject({ audited: false, passed: true, worst: null, attributes: {} });
    expect(output.warnings.join()).toContain("nothing was audited");
  });

  it("does not let a handful of rows decide, and names them", async () => {
    const { bench, model } = await loans();
    const rows = loanRows(600, 3).map((row, index) => (index < 4 ? { ...row, sex: "other" } : row));
    const output = await bench.succeed<Output>(fairnessAudit, {
      model,
      test: await bench.seed(rows),
      protected: ["sex"],
    });
    expect(output.notJudged).toEqual([{ attribute: "sex", group: "other", rows: 4 }]);
    expect(output.warnings.join()).toContain("only 4 rows");
  });

  it("finds no difference in an attribute of one group", async () => {
    const { bench, model } = await loans();
    const test = await bench.seed(loanRows(300, 3).map((row) => ({ ...row, sex: "female" })));
    const output = await bench.succeed<Output>(fairnessAudit, { model, test, protected: ["sex"] });
    expect(output).toMatchObject({ passed: true, worst: { value: 0 } });
  });

  it("puts rows without a value into a group of their own", async () => {
    const { bench, model } = await loans();
    const rows = loanRows(600, 3).map((row, index) => (index % 6 === 0 ? { ...row, sex: null } : row));
    await bench.succeed(fairnessAudit, { model, test: await bench.seed(rows), protected: ["sex"] });
    const { attributes } = await bench.report<{
      attributes: { groups: { label: string; count: number }[] }[];
    }>("fairness.json");
    expect(attributes[0]?.groups.find(({ label }) => label === "(missing)")?.count).toBe(100);
  });

  it("reports amounts in their own units, and no limit applies to them", async () => {
    const bench = createToolBench();
    const { model } = await bench.succeed<{ model: string }>(trainRegressor, {
      train: await bench.seed(priceRows(400, 1)),
      validation: await bench.seed(priceRows(100, 2)),
      target: "price",
      protected: ["town"],
      algorithm: "linear",
    });
    const test = await bench.seed(priceRows(300, 3));
    const output = await bench.succeed<Output>(fairnessAudit, { model, test, protected: ["town"] });
    expect(output).toMatchObject({ passed: true, worst: { metric: "meanErrorDifference" } });
    expect(output.worst?.value).toBeGreaterThan(10_000);
    expect(output.warnings.join()).toContain("no limit applies");
  });

  it("refuses training rows, and columns that are not there, are the target or hold dates", async () => {
    const { bench, model, train, test } = await loans();
    const wrong = async (more: object) =>
      (await bench.fail(fairnessAudit, { model, test, protected: ["sex"], ...more })).message;
    expect(await wrong({ test: train })).toContain("Give the test part");
    expect(await wrong({ protected: ["Sex"] })).toContain('did you mean "sex"?');
    expect(await wrong({ protected: ["defaulted"] })).toContain("audit the decisions by another column");
    expect(await wrong({ protected: ["month"] })).toContain("form no groups");
    expect(await wrong({ limit: 0 })).toContain("limit");
    const bare = await bench.seed(withoutColumn(loanRows(300, 3), "sex"));
    expect(await wrong({ test: bare })).toContain('no column "sex"');
  });

  it("gives the same bytes with the same seed", async () => {
    const bytes = async () => {
      const { bench, model, test } = await loans();
      await bench.succeed(fairnessAudit, { model, test, protected: ["sex", "age"] });
      return bench.context.bytesOf("fairness.json");
    };
    expect(await bytes()).toEqual(await bytes());
  });
});
