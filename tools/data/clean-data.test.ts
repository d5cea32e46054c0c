import { describe, expect, it } from "vitest";
import { cellValue, getColumn, readParquet } from "#lib/ml/index.ts";
import { flowerRows, loanRows } from "../engine/sample-tables.testing.ts";
import { createToolBench, type ToolBench } from "../engine/tool-bench.testing.ts";
import { cleanData } from "./clean-data.ts";

interface Output {
  dataset: string;
  rows: number;
  columns: number;
  steps: { step: string; columns: string[]; rows?: number; cells?: number; reason: string }[];
  notes: string[];
}

type Rows = readonly Readonly<Record<string, unknown>>[];
type BenchOptions = Parameters<typeof createToolBench>[0];

const loans = (count = 600) =>
  loanRows(count).map((row, index) => ({ ...row, score: Math.sin(index), rate: Math.cos(3 * index) }));

async function cleaned(rows: Rows, more: object = {}, options: BenchOptions = {}) {
  const bench = createToolBench(options);
  const input = { dataset: await bench.seed(rows), target: "defaulted", ...more };
  const output = await bench.succeed<Output>(cleanData, input);
  return { bench, input, output, steps: output.steps.map(({ step }) => step) };
}

async function valuesOf(bench: ToolBench, dataset: string, name: string) {
  const frame = await readParquet({ path: await bench.context.artifacts.path(dataset) });
  const column = getColumn(frame, name);
  return Array.from({ length: frame.rowCount }, (_, row) => cellValue(column, row));
}

describe("clean_data", () => {
  it("leaves a sound table as it is, to the byte", async () => {
    const { input, output } = await cleaned(loans());
    expect(output).toMatchObject({ dataset: input.dataset, rows: 600, steps: [], notes: [] });
  });

  it("keeps the reason for which a column is dropped, and joins columns that go for the same one", async () => {
    const { output } = await cleaned(loans(), {
      dropColumns: ["score", "rate", "income"],
      dropReasons: { score: "adds up to the target", rate: "adds up to the target" },
    });
    expect(output.steps.map(({ columns, reason }) => [columns, reason])).toEqual([
      [["score", "rate"], "adds up to the target"],
      [["income"], "named by validation or by the caller"],
    ]);
  });

  it("takes out rows without a target or a time, and counts them", async () => {
    const rows = loans().map((row, index) => ({
      ...row,
      day: index === 4 ? Number.NaN : index,
      defaulted: index < 3 ? null : row.defaulted,
    }));
    const { output, bench } = await cleaned(rows, { timeColumn: "day" });
    expect(output.rows).toBe(596);
    expect(output.steps).toEqual([
      {
        step: "remove-rows-without-target",
        columns: ["defaulted"],
        rows: 3,
        reason: "defaulted is missing or infinite",
      },
      { step: "remove-rows-without-time", columns: ["day"], rows: 1, reason: "day is missing or infinite" },
    ]);
    expect(bench.facts["clean"]).toMatchObject({ rowsRemoved: 4, columnsRemoved: [], cellsChanged: 0 });
    expect(bench.facts["data"]).toMatchObject({ dataset: output.dataset, rows: 596 });
  });

  it("sets impossible values to missing and touches no other", async () => {
    const rows = loans().map((row, index) => ({ ...row, age: index < 4 ? -(row.age ?? 0) : row.age }));
    const { output, bench } = await cleaned(rows);
    expect(output.steps).toMatchObject([{ step: "set-impossible-to-missing", columns: ["age"], cells: 4 }]);
    const ages = await valuesOf(bench, output.dataset, "age");
    expect(ages.slice(0, 4)).toEqual([null, null, null, null]);
    expect(ages.slice(4)).toEqual(rows.slice(4).map(({ age }) => age));
  });

  it("gives each category the spelling that most rows use, the target's and the positive class's included", async () => {
    const rows = loans().map((row, index) => ({
      ...row,
      region: index % 9 === 0 ? `${row.region.toUpperCase()} ` : row.region,
      defaulted: index % 20 === 0 ? row.defaulted.toUpperCase() : row.defaulted,
    }));
    const { output, bench } = await cleaned(rows, { positiveClass: "YES" });
    expect(new Set(await valuesOf(bench, output.dataset, "region"))).toEqual(new Set(["north", "south"]));
    expect(bench.facts["data"]).toMatchObject({ classes: ["no", "yes"], positiveClass: "yes" });
  });

  it("takes out copied rows and keeps the first of each", async () => {
    const rows = loans();
    const { output, bench } = await cleaned([...rows, ...rows.slice(10, 50)]);
    expect(output.steps).toMatchObject([{ step: "remove-copied-rows", rows: 40 }]);
    expect(await valuesOf(bench, output.dataset, "score")).toEqual(rows.map(({ score }) => score));
  });

  it("keeps rows that are equal because the columns have few values", async () => {
    const few = flowerRows(400).map(({ kind }, index) => ({ a: index % 3, b: index % 2, kind }));
    expect((await cleaned(few, { target: "kind" })).output).toMatchObject({ rows: 400, steps: [] });
  });

  it("keeps missing values missing", async () => {
    const rows = loans().map((row, index) => ({ ...row, income: index % 3 === 0 ? Number.NaN : row.income }));
    const { output, bench } = await cleaned(rows);
    expect(output.steps).toEqual([]);
    const incomes = await valuesOf(bench, output.dataset, "income");
    expect(incomes.filter((value) => value === null)).toHaveLength(200);
  });

  it("changes nothing in what it has cleaned", async () => {
    const spoilt = loans().map((row, index) => ({
      ...row,
      age: index < 4 ? -(row.age ?? 0) : row.age,
      region: index % 9 === 0 ? row.region.toUpperCase() : row.region,
    }));
    const { bench, input, output } = await cleaned([...spoilt, ...spoilt.slice(0, 40)]);
    expect(output.steps.length).toBeGreaterThan(2);
    const again = await bench.succeed<Output>(cleanData, { ...input, dataset: output.dataset });
    expect(again).toMatchObject({ dataset: output.dataset, steps: [] });
  });

  it("drops the columns that are named", async () => {
    const { output, bench } = await cleaned(loans(), { dropColumns: ["score", "score"] });
    expect(output).toMatchObject({ columns: 8, steps: [{ step: "drop-columns", columns: ["score"] }] });
    expect(bench.facts["clean"]).toMatchObject({ columnsRemoved: ["score"] });
  });

  it("asks for a look where more than a tenth of the rows went", async () => {
    const rows = loans().map((row, index) => (index < 100 ? { ...row, defaulted: null } : row));
    expect((await cleaned(rows)).output.notes.join()).toContain("100 of 600 rows went");
  });

  it("gives the same bytes for the same table", async () => {
    const kept = async () => {
      const { bench } = await cleaned([...loans(), ...loans().slice(0, 30)]);
      return bench.context.kept.map(({ name, sha256 }) => `${name} ${sha256}`);
    };
    expect(await kept()).toEqual(await kept());
  });
});

describe("clean_data refuses", () => {
  const refused = async (rows: Rows, more: object, options: BenchOptions = {}) => {
    const bench = createToolBench(options);
    return bench.fail(cleanData, { dataset: await bench.seed(rows), target: "defaulted", ...more });
  };

  it("to drop target, time or what is protected, by the call or by the run", async () => {
    const drop = async (name: string, more: object, options: BenchOptions = {}) =>
      (await refused(loans(), { dropColumns: [name], ...more }, options)).message;
    expect(await drop("defaulted", {})).toContain("may not be dropped");
    expect(await drop("score", { timeColumn: "score" })).toContain("score is the target, the time column or");
    expect(await drop("sex", { protected: ["sex"] })).toContain("needed for the audit");
    expect(await drop("sex", {}, { run: { protected: ["sex"] } })).toContain("needed for the audit");
  });

  it("a column that is not there, with the nearest name", async () => {
    expect((await refused(loans(), { dropColumns: ["Score"] })).message).toContain('did you mean "score"?');
  });

  it("a class that the table never had", async () => {
    const { message } = await refused(loans(), { positiveClass: "perhaps" });
    expect(message).toContain("the classes are no, yes");
  });

  it("a table of which no row would be left", async () => {
    const rows = loans().map((row, index) => ({ ...row, day: index < 300 ? index : Number.NaN }));
    const emptied = rows.map((row, index) => ({ ...row, defaulted: index < 300 ? null : row.defaulted }));
    const { message } = await refused(emptied, { timeColumn: "day" });
    expect(message).toMatch(/no row would be left.*Give a table whose target is filled in/);
  });
});
