import { describe, expect, it } from "vitest";
import { frameFromRows, writeParquet } from "#lib/ml/index.ts";
import { flowerRows, loanRows, priceRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { loadDataset } from "./load-dataset.ts";

interface Output {
  dataset: string;
  format: string;
  rows: number;
  columns: { name: string; kind: string }[];
  problemType: string;
  positiveClass: string | null;
  positiveReason: string | null;
  classes: string[] | null;
  warnings: string[];
}

const csvOf = (rows: readonly Readonly<Record<string, unknown>>[]): string =>
  [Object.keys(rows[0] ?? {}).join(","), ...rows.map((row) => Object.values(row).join(",")), ""].join("\n");

async function loaded(csv: string, target: string, more: object = {}) {
  const bench = createToolBench();
  const source = await bench.file("table.csv", csv);
  return { bench, output: await bench.succeed<Output>(loadDataset, { source, target, ...more }) };
}

async function refused(csv: string, input: object) {
  const bench = createToolBench();
  return bench.fail(loadDataset, { source: await bench.file("table.csv", csv), ...input });
}

const kindsOf = ({ columns }: Output) => Object.fromEntries(columns.map(({ name, kind }) => [name, kind]));

describe("load_dataset", () => {
  it("settles two classes, several classes and amounts from the target", async () => {
    const loans = await loaded(csvOf(loanRows(100)), "defaulted");
    expect(loans.output).toMatchObject({
      problemType: "binary",
      positiveClass: "yes",
      classes: ["no", "yes"],
    });
    const flowers = await loaded(csvOf(flowerRows(90)), "kind");
    expect(flowers.output).toMatchObject({ problemType: "multiclass", positiveClass: null });
    const prices = await loaded(csvOf(priceRows(90)), "price");
    expect(prices.output).toMatchObject({ problemType: "regression", classes: null });
  });

  it("establishes the data as a fact under the file's name", async () => {
    const { bench, output } = await loaded(csvOf(loanRows(100)), "defaulted");
    expect(bench.facts["data"]).toMatchObject({
      dataset: output.dataset,
      name: "table.csv",
      rows: 100,
      columns: 7,
      target: "defaulted",
    });
  });

  it("says so when a target of few whole numbers may have been meant otherwise", async () => {
    const bench = createToolBench();
    const lines = Array.from({ length: 400 }, (_, row) => `${(row * 37) % 101},${1 + (row % 25)}`);
    const source = await bench.file("rings.csv", ["size,rings", ...lines].join("\n"));
    await bench.succeed(loadDataset, { source, target: "rings" });
    expect(bench.facts["data"]).toMatchObject({
      problemType: "regression",
      doubt: expect.stringMatching(/^multiclass: only 25 different whole numbers/),
    });
    await bench.succeed(loadDataset, { source, target: "size" });
    expect(bench.facts["data"]).not.toHaveProperty("doubt");
  });

  it("takes the class that the caller states as the positive one", async () => {
    const { output } = await loaded(csvOf(loanRows(100)), "defaulted", { positiveClass: "no" });
    expect(output).toMatchObject({ positiveClass: "no", positiveReason: "stated by the caller" });
  });

  it("reads a digest of a run as well as a path, Parquet as well as CSV", async () => {
    const bench = createToolBench();
    const csv = await bench.context.seedArtifact(csvOf(priceRows(60)));
    const parquet = await bench.context.seedArtifact(writeParquet(frameFromRows(priceRows(60))));
    const about = { target: "price", name: "prices.csv" };
    const first = await bench.succeed<Output>(loadDataset, { ...about, source: csv });
    const second = await bench.succeed<Output>(loadDataset, { ...about, source: parquet });
    expect([first.format, second.format]).toEqual(["csv", "parquet"]);
    expect(second.dataset).toBe(first.dataset);
  });

  it("keeps quoted commas, quotes and line feeds in their field", async () => {
    const lines = Array.from({ length: 60 }, (_, row) => `"line ${row % 3}\nof ""two"", parts",${row % 2}`);
    const { output, bench } = await loaded(`remark,y\r\n${lines.join("\r\n")}\r\n`, "y");
    expect(output).toMatchObject({ rows: 60, classes: ["0", "1"] });
    expect(kindsOf(output)).toMatchObject({ remark: "categorical" });
    expect(bench.context.kept.map(({ name }) => name)).toEqual(["data/dataset.parquet"]);
  });

  it("reads dates, whole numbers in quotes and negative zero for what they are", async () => {
    const lines = Array.from(
      { length: 60 },
      (_, row) =>
        `2025-02-${String(1 + (row % 28)).padStart(2, "0")},"${row % 9}",${row % 4 === 0 ? "-0" : row},${row % 2}`,
    );
    const { output } = await loaded(`day,count,signed,y\n${lines.join("\n")}\n`, "y");
    expect(kindsOf(output)).toMatchObject({ day: "date", count: "numeric", signed: "numeric" });
  });

  it("gives the same digest for the same table, and keeps it once a call", async () => {
    const csv = csvOf(loanRows(100));
    const [first, second] = [await loaded(csv, "defaulted"), await loaded(csv, "defaulted")];
    expect(second.output).toEqual(first.output);
    const crlf = await loaded(csv.replaceAll("\n", "\r\n"), "defaulted");
    expect(crlf.output.dataset).toBe(first.output.dataset);
  });
});

describe("load_dataset refuses", () => {
  const csv = csvOf(loanRows(60));

  it.each([
    ["an unknown target, with the nearest name", { target: "Defaulted" }, /did you mean "defaulted"\?/],
    [
      "an unknown target, with the names there are",
      { target: "churn" },
      /no column "churn".*month, sex, age/,
    ],
    ["an unknown protected column", { target: "defaulted", protected: ["gender"] }, /no column "gender"/],
    ["an unknown time column", { target: "defaulted", timeColumn: "day" }, /no column "day"/],
    [
      "a time column of words",
      { target: "defaulted", timeColumn: "sex" },
      /name a column of dates or numbers/,
    ],
    ["a target that is the time", { target: "age", timeColumn: "age" }, /target and as time column/],
    ["a protected target", { target: "sex", protected: ["sex"] }, /audit the decisions by another column/],
    ["dates as groups", { target: "defaulted", protected: ["month"] }, /form no groups; add a column/],
    ["a class that does not occur", { target: "defaulted", positiveClass: "Y" }, /the classes are no, yes/],
    ["a positive class of an amount", { target: "income", positiveClass: "9" }, /leave positiveClass out/],
    ["dates as target", { target: "month" }, /holds date values.*Derive a number/],
  ])("%s", async (_, input, message) => {
    const failure = await refused(csv, input);
    expect(failure.code).toBe("invalid-input");
    expect(failure.message).toMatch(message);
  });

  it("a target with one value, with none, and with more categories than can be learnt", async () => {
    const lines = (value: (row: number) => string) =>
      `x,y\n${Array.from({ length: 300 }, (_, row) => `${row % 11},${value(row)}`).join("\n")}\n`;
    expect(
      (
        await refused(
          lines(() => "same"),
          { target: "y" },
        )
      ).message,
    ).toContain("only one value");
    expect(
      (
        await refused(
          lines(() => ""),
          { target: "y" },
        )
      ).message,
    ).toContain("has no value");
    const many = await refused(
      lines((row) => `kind ${row % 150}`),
      { target: "y" },
    );
    expect(many.message).toMatch(/150 categories|free text|text values/);
  });

  it("a file that is empty, only a header, or not there", async () => {
    expect((await refused("", { target: "y" })).message).toContain("empty");
    expect((await refused("x,y\n", { target: "y" })).code).toBe("invalid-input");
    const bench = createToolBench();
    const absent = await bench.fail(loadDataset, { source: "no/such.csv", target: "y" });
    expect(absent).toMatchObject({ code: "not-found" });
    expect(absent.message).toContain("such.csv");
  });

  it("two columns of one name, saying which and where", async () => {
    const { code, message } = await refused("x,x,y\n1,2,0\n3,4,1\n", { target: "y" });
    expect(code).toBe("invalid-input");
    expect(message).toMatch(/names "x" twice \(fields 1 and 2\)\. Rename one/);
  });

  it("a Parquet file that is none", async () => {
    const bench = createToolBench();
    const source = await bench.file("table.parquet", "x,y\n1,2\n");
    expect((await bench.fail(loadDataset, { source, target: "y" })).code).toBe("invalid-input");
  });
});
