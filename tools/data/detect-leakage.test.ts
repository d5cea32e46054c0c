import { describe, expect, it } from "vitest";
import { loanRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { LeakageFact } from "../facts.ts";
import { detectLeakageTool } from "./detect-leakage.ts";

interface Output {
  columns: string[];
  hints: { kind: string; severity: string; columns: string[]; message: string }[];
  split: { method: string; column: string | null };
}

describe("detect_leakage", () => {
  it("names the columns to drop, and keeps the report", async () => {
    const bench = createToolBench();
    const rows = loanRows(600).map((row, index) => ({
      ...row,
      loanNumber: index,
      closing: row.defaulted === "yes" ? 17 : 3,
      recovered: row.defaulted === "yes" && index % 2 === 0 ? index / 7 : null,
    }));
    const dataset = await bench.seed(rows);
    const output = await bench.succeed<Output>(detectLeakageTool, { dataset, target: "defaulted" });
    expect(output.columns.toSorted()).toEqual(["closing", "recovered"]);
    expect(output.hints.find(({ kind }) => kind === "identifier")?.columns).toEqual(["loanNumber"]);
    expect(output.split).toMatchObject({ method: "time-ordered", column: "month" });
    expect(await bench.report("reports/leakage_1.json")).toMatchObject({ dataset, columns: output.columns });
  });

  it("compares parts, and asks for no column to be dropped for what they share", async () => {
    const bench = createToolBench();
    const rows = loanRows(400).map((row, index) => ({
      ...row,
      rate: Math.sin(index),
      score: Math.cos(index * 3),
    }));
    const input = {
      dataset: await bench.seed(rows.slice(0, 300)),
      heldOut: await bench.seed(rows.slice(200)),
      target: "defaulted",
    };
    const output = await bench.succeed<Output>(detectLeakageTool, input);
    expect(output.columns).toEqual([]);
    expect(output.hints.map(({ kind }) => kind)).toContain("row-overlap");
    expect(output.hints.find(({ kind }) => kind === "row-overlap")?.message).toContain("100 of 200");
  });

  it("tells the run why each column goes, and leaves to it what the audit and the order need", async () => {
    const bench = createToolBench({ run: { protected: ["group"], timeColumn: "moment" } });
    const rows = loanRows(600).map(({ month: _month, ...row }, index) => {
      const isLate = row.defaulted === "yes";
      return {
        ...row,
        closing: isLate ? 17 : 3,
        group: isLate ? "a" : "b",
        moment: isLate ? index : -index - 1,
      };
    });
    const dataset = await bench.seed(rows);
    await bench.succeed<Output>(detectLeakageTool, { dataset, target: "defaulted" });
    const fact = LeakageFact.parse(bench.facts["leakage"]);
    expect(fact).toMatchObject({ dataset, columns: ["closing"] });
    expect(fact.reasons).toEqual({ closing: expect.stringContaining("closing") });
    expect(fact.suspicious).toEqual(expect.arrayContaining(["group", "moment"]));
    expect(fact.split).toMatchObject({ method: "time-ordered", timeColumn: "moment" });
  });

  it("refuses a column that is not there", async () => {
    const bench = createToolBench();
    const dataset = await bench.seed(loanRows(100));
    const { code, message } = await bench.fail(detectLeakageTool, {
      dataset,
      target: "defaulted",
      groupColumn: "Region ",
    });
    expect(code).toBe("invalid-input");
    expect(message).toContain('did you mean "region"');
  });
});
