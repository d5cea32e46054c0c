import { describe, expect, it } from "vitest";
import { readDriftColumns } from "../compliance/evidence/column-detail.ts";
import { loanRows, withoutColumn } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { detectDrift } from "./detect-drift.ts";

interface Output {
  verdict: string;
  passed: boolean;
  limit: number;
  comparedPeriod: string | null;
  columns: { column: string; psi: number; countedPsi: number; verdict: string }[];
  skipped: { column: string; reason: string }[];
  timeline: {
    period: string;
    rows: number;
    verdict: string;
    largestPsi: number;
    largestPsiColumn: string | null;
  }[];
  notes: string[];
}

interface Report {
  columns: { column: string; comparison: { categories?: string[]; newCategories?: string[] } }[];
  timeline: object[];
  rule: string;
}

const TARGET = "defaulted";
/** Loans whose last month has larger sums. */
const shifted = (count: number, seed: number) =>
  loanRows(count, seed).map((row) => (row.month === "2025-12" ? { ...row, loan: row.loan + 3000 } : row));

async function compare(
  reference: readonly Record<string, unknown>[],
  current: readonly Record<string, unknown>[],
  more: object = {},
) {
  const bench = createToolBench();
  const input = {
    reference: await bench.seed(reference),
    current: await bench.seed(current),
    target: TARGET,
  };
  const output = await bench.succeed<Output>(detectDrift, { ...input, ...more });
  return { bench, output, report: await bench.report<Report>("drift.json") };
}

describe("detect_drift", () => {
  it("finds nothing between two draws of the same table", async () => {
    const { output } = await compare(loanRows(1500, 1), loanRows(900, 2));
    expect(output).toMatchObject({ verdict: "stable", passed: true });
  });

  it("names the column that moved, as fact, answer and report", async () => {
    const { output, bench } = await compare(
      loanRows(1500, 1),
      loanRows(900, 2).map((row) => ({ ...row, loan: row.loan + 3000 })),
    );
    expect(output).toMatchObject({ verdict: "major", passed: false });
    expect(output.columns[0]).toMatchObject({ column: "loan", verdict: "major" });
    expect(bench.facts["drift"]).toMatchObject({ passed: false, column: "loan", driftedColumns: ["loan"] });
  });

  it("keeps index, test and p of every column in drift.json: KS for numbers, chi-squared for categories", async () => {
    const { bench } = await compare(loanRows(1500, 1), loanRows(1200, 2));
    const { columns } = await bench.report<{
      columns: {
        column: string;
        psi: number;
        test: { name: string; p: number };
        comparison: { ks?: { statistic: number }; chiSquared?: { statistic: number } };
      }[];
    }>("drift.json");
    for (const { column, psi, test, comparison } of columns) {
      const isNumber = ["age", "income", "loan"].includes(column);
      expect(psi).toBeGreaterThanOrEqual(0);
      expect(test.p).toBeGreaterThan(0);
      expect(test.name).toBe(isNumber ? "kolmogorov-smirnov" : "chi-squared");
      expect((isNumber ? comparison.ks : comparison.chiSquared)?.statistic).toBeGreaterThanOrEqual(0);
    }
    expect(columns.length).toBeGreaterThanOrEqual(6);
  });

  it("compares the target too, and every column once", async () => {
    const { output } = await compare(
      loanRows(1500, 1),
      loanRows(900, 2).map((row) => ({ ...row, defaulted: "yes" })),
    );
    expect(output.columns[0]?.column).toBe(TARGET);
    const names = output.columns.map(({ column }) => column);
    expect(new Set(names).size).toBe(names.length);
  });

  it("judges by the newest period, and tells how each one stood", async () => {
    const { output } = await compare(loanRows(3000, 1), shifted(3600, 2), { timeColumn: "month" });
    expect(output.comparedPeriod).toBe("2025-12");
    expect(output.verdict).toBe("major");
    expect(output.timeline).toHaveLength(12);
    expect(output.timeline[0]).toMatchObject({
      period: "2025-01",
      verdict: "stable",
      largestPsiColumn: null,
    });
    expect(output.timeline.at(-1)).toMatchObject({ verdict: "major", largestPsiColumn: "loan" });
    expect(output.columns.map(({ column }) => column)).not.toContain("month");
  });

  it("does not compare the time itself, whether dates or numbers", async () => {
    const numbered = (count: number, start: number) =>
      loanRows(count, start + 1).map((row, index) => ({ ...row, day: start + index / 10 }));
    const { output } = await compare(numbered(1200, 0), numbered(1200, 120), { timeColumn: "day" });
    expect(output.verdict).toBe("stable");
    expect([...output.columns, ...output.skipped].map(({ column }) => column)).not.toContain("day");
  });

  it("gives the report's readers each column once, with the newest period's numbers", async () => {
    const { output, report } = await compare(loanRows(3000, 1), shifted(3600, 2), { timeColumn: "month" });
    const rows = readDriftColumns(report);
    const names = rows.map(({ column }) => column);
    expect(new Set(names).size).toBe(names.length);
    expect(names.toSorted()).toEqual(output.columns.map(({ column }) => column).toSorted());
    for (const { column, psi } of rows) {
      expect(psi).toBe(output.columns.find((one) => one.column === column)?.psi);
    }
    for (const entry of report.timeline) {
      expect(Object.keys(entry)).toEqual(["period", "rows", "verdict", "largestPsi", "largestPsiColumn"]);
    }
  });

  it("compares a column that lost all its values by whether it has any", async () => {
    const { output } = await compare(
      loanRows(900, 1),
      loanRows(900, 2).map((row) => ({ ...row, income: Number.NaN })),
    );
    expect(output.columns[0]).toMatchObject({ column: "income", verdict: "major" });
  });

  it("lists what cannot be compared, with the reason", async () => {
    const { output } = await compare(
      loanRows(600, 1),
      withoutColumn(loanRows(600, 2), "income").map((row) => ({
        ...row,
        loan: `about ${Number(row["loan"]) > 2000 ? "much" : "little"}`,
      })),
    );
    const reasons = Object.fromEntries(output.skipped.map(({ column, reason }) => [column, reason]));
    expect(reasons["income"]).toBe("absent in the newer data");
    expect(reasons["loan"]).toContain("numeric");
  });

  it("says when a side has too few rows to see more than large shifts", async () => {
    const { output } = await compare(loanRows(600, 1), loanRows(25, 2));
    expect(output.verdict).toBe("stable");
    expect(output.notes.join()).toContain("only 25 rows");
  });

  it("does not name categories that fewer than five rows have, where there are many", async () => {
    const streets = (count: number) =>
      Array.from({ length: count }, (_, row) => ({
        street: row % 6 === 0 ? `lonely ${(row / 6) % 75}` : `big ${row % 20}`,
        defaulted: row % 3 === 0 ? "yes" : "no",
      }));
    const { report } = await compare(streets(900), streets(900));
    const street = report.columns.find(({ column }) => column === "street");
    expect(street?.comparison.categories?.join()).toContain("with fewer than 5 rows each");
    expect(street?.comparison.categories?.filter((name) => name.startsWith("lonely"))).toEqual([]);
  });

  it("keeps the deployment's limit in a run where a call names a milder one, and takes a stricter", async () => {
    const bench = createToolBench({ run: {}, settings: { driftLimit: 0.2 } });
    const input = {
      reference: await bench.seed(loanRows(600, 1)),
      current: await bench.seed(loanRows(600, 2)),
      target: TARGET,
    };
    const milder = await bench.succeed<Output>(detectDrift, { ...input, limit: 0.9 });
    expect(milder.limit).toBe(0.2);
    expect(milder.notes.join()).toContain("milder");
    expect((await bench.succeed<Output>(detectDrift, { ...input, limit: 0.1 })).limit).toBe(0.1);
  });

  it("refuses an unknown target and a time column that puts no order on rows, naming what to do", async () => {
    const bench = createToolBench();
    const digest = await bench.seed(loanRows(300, 1));
    const input = { reference: digest, current: digest, target: TARGET };
    const unknown = await bench.fail(detectDrift, { ...input, target: "Defaulted" });
    expect(unknown.code).toBe("invalid-input");
    expect(unknown.message).toContain('did you mean "defaulted"?');
    const unordered = await bench.fail(detectDrift, { ...input, timeColumn: "region" });
    expect(unordered.message).toMatch(/time column region is categorical.*name a column of dates or numbers/);
    expect((await bench.fail(detectDrift, { ...input, reference: "nothing" })).message).toContain("digest");
    expect((await bench.fail(detectDrift, { ...input, current: "0".repeat(64) })).code).toBe("not-found");
  });

  it("gives the same bytes for the same data", async () => {
    const bytes = async () => {
      const { bench } = await compare(loanRows(900, 1), shifted(900, 2), { timeColumn: "month" });
      return bench.context.bytesOf("drift.json");
    };
    expect(await bytes()).toEqual(await bytes());
  });
});
