import { describe, expect, it } from "vitest";
import { loanRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { profileData } from "./profile-data.ts";

interface Output {
  rows: number;
  missingCells: number;
  duplicateRows: number;
  columns: { name: string; kind: string; missing: number; distinct: number; flags: string[] }[];
  strongest: string[];
  warnings: string[];
  anomalies?: { rule: string; seed: number; rows: { row: number; score: number }[]; unusedColumns: string[] };
}

async function profiled(rows: readonly Readonly<Record<string, unknown>>[], more: object = {}) {
  const bench = createToolBench();
  const dataset = await bench.seed(rows);
  const output = await bench.succeed<Output>(profileData, { dataset, ...more });
  return {
    bench,
    output,
    text: new TextDecoder().decode(bench.context.bytesOf("reports/data_profile.json")),
  };
}

describe("profile_data", () => {
  it("counts rows, missing cells and copies, as answer and as fact", async () => {
    const rows = loanRows(100).map((row, index) => (index < 10 ? { ...row, age: null } : row));
    const { bench, output } = await profiled([...rows, ...rows.slice(50, 53)]);
    expect(output).toMatchObject({ rows: 103, missingCells: 10, duplicateRows: 3 });
    expect(output.columns.find(({ name }) => name === "age")).toMatchObject({ missing: 10, kind: "numeric" });
    expect(bench.facts["profile"]).toMatchObject({
      missingCells: 10,
      missingShare: 0.01387,
      duplicateRows: 3,
    });
  });

  it("ranks the columns by how they go with the target", async () => {
    const { output } = await profiled(loanRows(800), { target: "defaulted" });
    expect(output.strongest.slice(0, 3).toSorted()).toEqual(["income", "loan", "region"]);
  });

  it("flags row numbers, constants, empty columns and equal columns", async () => {
    const { output } = await profiled(
      loanRows(200).map((row, index) => ({
        id: index,
        ...row,
        same: 4,
        nothing: Number.NaN,
        income_again: row.income,
      })),
    );
    const flags = Object.fromEntries(output.columns.map((column) => [column.name, column.flags.join()]));
    expect(flags["id"]).toContain("identifier");
    expect(flags["same"]).toContain("constant");
    expect(flags["nothing"]).not.toBe("");
    expect(flags["income"]).toBe("");
    expect(output.warnings).toContain("income_again: equals income in every row");
  });

  it("shows no value that fewer than five rows share, and none of a key", async () => {
    const { text } = await profiled(
      loanRows(300).map((row, index) => ({
        account: `DE-${index}-secret`,
        town: index < 3 ? "Lonelyville" : "Bigtown",
        ...row,
      })),
    );
    expect(text).toContain("Bigtown");
    expect(text).not.toContain("Lonelyville");
    expect(text).not.toContain("secret");
  });

  it("refuses an unknown target and what is no table", async () => {
    const bench = createToolBench();
    const dataset = await bench.seed(loanRows(60));
    const unknown = await bench.fail(profileData, { dataset, target: "churn" });
    expect(unknown.message).toContain('no column "churn"');
    const text = await bench.context.seedArtifact("not a table");
    expect((await bench.fail(profileData, { dataset: text })).code).toBe("invalid-input");
  });

  it("names the rows that stand out when asked, by number and score alone, the same for the same seed", async () => {
    const odd = (index: number) => (index === 40 ? { age: 61, income: 9_000_000, loan: 1 } : {});
    const rows = loanRows(300).map((row, index) => ({
      account: `DE-${index}-secret`,
      ...row,
      ...odd(index),
    }));
    const ask = { anomalies: 3, target: "defaulted" };
    const { output, text } = await profiled(rows, ask);
    const { anomalies } = output;
    expect(anomalies?.rows.map(({ row }) => row)[0]).toBe(40);
    expect(anomalies?.rows).toHaveLength(3);
    const scores = anomalies?.rows.map(({ score }) => score) ?? [];
    expect(scores).toEqual(scores.toSorted((left, right) => right - left));
    expect(scores[0]).toBeGreaterThan(0.6);
    expect(anomalies?.unusedColumns).toEqual(["account", "defaulted"]);
    expect(anomalies?.rule).toContain("isolation forest");
    expect(JSON.parse(text)).toMatchObject({ anomalies });
    expect(Object.keys(anomalies?.rows[0] ?? {})).toEqual(["row", "score"]);
    expect((await profiled(rows, ask)).text).toBe(text);
    expect((await profiled(rows, { ...ask, seed: 7 })).output.anomalies?.rows).not.toEqual(anomalies?.rows);
  });

  it("looks for no such rows unless asked", async () => {
    const { output, text } = await profiled(loanRows(60));
    expect(output.anomalies).toBeUndefined();
    expect(text).not.toContain("anomalies");
  });

  it("gives the same bytes for the same table", async () => {
    expect((await profiled(loanRows(200))).text).toBe((await profiled(loanRows(200))).text);
  });
});
