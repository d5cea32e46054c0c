import { describe, expect, it } from "vitest";
import { cellValue, getColumn, readParquet } from "#lib/ml/index.ts";
import { flowerRows, loanRows, priceRows } from "../engine/sample-tables.testing.ts";
import { createToolBench, type ToolBench } from "../engine/tool-bench.testing.ts";
import { splitTrainTest } from "./split-train-test.ts";

type Part = "train" | "validation" | "test";
type Output = Record<Part, string> & { method: string; rows: Record<Part, number>; notes: string[] };
type Rows = readonly Readonly<Record<string, unknown>>[];

const PARTS = ["train", "validation", "test"] as const;

async function split(rows: Rows, more: object = {}, options: Parameters<typeof createToolBench>[0] = {}) {
  const bench = createToolBench(options);
  const input = { dataset: await bench.seed(rows), target: "defaulted", ...more };
  return { bench, input, output: await bench.succeed<Output>(splitTrainTest, input) };
}

async function refused(rows: Rows, more: object = {}) {
  const bench = createToolBench();
  return bench.fail(splitTrainTest, { dataset: await bench.seed(rows), target: "defaulted", ...more });
}

async function valuesOf(bench: ToolBench, dataset: string, name: string) {
  const frame = await readParquet({ path: await bench.context.artifacts.path(dataset) });
  const column = getColumn(frame, name);
  return Array.from({ length: frame.rowCount }, (_, row) => cellValue(column, row));
}

async function partsOf({ bench, output }: { bench: ToolBench; output: Output }, name: string) {
  return Promise.all(PARTS.map((part) => valuesOf(bench, output[part], name)));
}

const numbered = <Row extends object>(rows: readonly Row[]) =>
  rows.map((row, index) => ({ ...row, number: index }));

describe("split_train_test", () => {
  it("puts every row into exactly one part", async () => {
    const subject = await split(numbered(loanRows(500)));
    const rows = (await partsOf(subject, "number")).flat();
    expect(rows.map(Number).toSorted((left, right) => left - right)).toEqual(
      Array.from({ length: 500 }, (_, row) => row),
    );
    expect(subject.output.rows).toEqual({ train: 300, validation: 100, test: 100 });
    expect(subject.bench.facts["split"]).toMatchObject({ method: "stratified", train: subject.output.train });
  });

  it("keeps the classes' shares in each part, however rare", async () => {
    const rows = loanRows(1000).map((row, index) => ({ ...row, defaulted: index % 50 === 0 ? "yes" : "no" }));
    const subject = await split(rows);
    const rare = (await partsOf(subject, "defaulted")).map(
      (labels) => labels.filter((label) => label === "yes").length,
    );
    expect(rare).toEqual([12, 4, 4]);
  });

  it("draws rows at random for amounts", async () => {
    const { output } = await split(priceRows(300), { target: "price" });
    expect(output.method).toBe("random");
  });

  it("holds out the newest rows by time, never one time in two parts", async () => {
    const rows = loanRows(600).toReversed();
    const subject = await split(rows, {}, { run: { timeColumn: "month" } });
    expect(subject.output.method).toBe("time-ordered");
    const months = (await partsOf(subject, "month")).map((values) => [...new Set(values.map(String))]);
    const [train = [], validation = [], test = []] = months.map((names) => names.toSorted());
    expect([...train, ...validation, ...test]).toEqual(
      [...new Set(rows.map(({ month }) => month))].toSorted(),
    );
  });

  it("says that dates are ignored where no time column is named, and only then", async () => {
    const dated = numbered(loanRows(300)).map((row) => ({
      loan: row.loan,
      defaulted: row.defaulted,
      day: new Date(Date.UTC(2025, 0, 1 + row.number)).toISOString().slice(0, 10),
    }));
    expect((await split(dated)).output.notes.join()).toMatch(/dates \(day\).*name the time column/);
    expect((await split(dated, { timeColumn: "day" })).output.notes).toEqual([]);
    expect(
      (await split(loanRows(300).map(({ loan, defaulted }) => ({ loan, defaulted })))).output.notes,
    ).toEqual([]);
  });

  it("keeps a group's rows together, and those without a group as one", async () => {
    const rows = loanRows(600).map((row, index) => ({
      ...row,
      customer: index < 20 ? null : `c${index % 90}`,
    }));
    const subject = await split(rows, { groupColumn: "customer" });
    const groups = (await partsOf(subject, "customer")).map((values) => new Set(values));
    const all = groups.flatMap((names) => [...names]);
    expect(new Set(all).size).toBe(all.length);
    expect(subject.output.notes.join()).toContain("20 rows have no customer");
  });

  it("takes the shares that are asked for", async () => {
    const { output } = await split(loanRows(400), { validationShare: 0.1, testShare: 0.3 });
    expect(output.rows).toEqual({ train: 240, validation: 40, test: 120 });
  });

  it("puts classes too rare for every part into training, and says so", async () => {
    const rows = flowerRows(300).map((row, index) => (index === 0 ? { ...row, kind: "lily" } : row));
    const subject = await split(rows, { target: "kind" });
    const [train = [], ...others] = await partsOf(subject, "kind");
    expect(train).toContain("lily");
    expect(others.flat()).not.toContain("lily");
    expect(subject.output.notes.join()).toContain("lily");
  });

  it("splits more than fifty classes, each in every part", async () => {
    const rows = Array.from({ length: 1200 }, (_, row) => ({ x: row % 13, label: `class ${row % 60}` }));
    const parts = await partsOf(await split(rows, { target: "label" }), "label");
    for (const labels of parts) expect(new Set(labels).size).toBe(60);
  });

  it("splits a handful of rows as far as it goes", async () => {
    const rows = loanRows(15).map((row, index) => ({ ...row, defaulted: index % 2 === 0 ? "yes" : "no" }));
    const { output } = await split(rows);
    expect(output.rows.train + output.rows.validation + output.rows.test).toBe(15);
    for (const part of PARTS) expect(output.rows[part]).toBeGreaterThan(0);
  });

  it("gives the same parts with the same seed, and others with another", async () => {
    const digests = async (seed: number) => {
      const { bench } = await split(loanRows(300), {}, { seed });
      return bench.context.kept.map(({ name, sha256 }) => `${name} ${sha256}`);
    };
    const first = await digests(1);
    expect(await digests(1)).toEqual(first);
    expect(await digests(2)).not.toEqual(first);
  });

  it("records ratio, seed and a hash of each part's row numbers, the same for the same rows alone", async () => {
    const report = async (seed: number) => {
      const { bench } = await split(loanRows(300), {}, { seed });
      return bench.report<{ seed: number; fingerprints: Record<Part, string> }>("reports/split.json");
    };
    const [first, again, other] = [await report(1), await report(1), await report(2)];
    expect(first).toEqual(again);
    expect([first.seed, other.seed]).toEqual([1, 2]);
    for (const part of PARTS) {
      expect(first.fingerprints[part]).toMatch(/^[0-9a-f]{64}$/);
      expect(first.fingerprints[part]).not.toBe(other.fingerprints[part]);
    }
  });

  it("records how the target lies in each part", async () => {
    const { bench } = await split(loanRows(500));
    const { targets } = await bench.report<{ targets: Record<Part, { classes: Record<string, number> }> }>(
      "reports/split.json",
    );
    expect(Object.keys(targets.test.classes)).toEqual(["no", "yes"]);
    const amounts = await split(priceRows(300), { target: "price" });
    const means = await amounts.bench.report<{ targets: Record<Part, { mean: number }> }>(
      "reports/split.json",
    );
    expect(means.targets.train.mean).toBeGreaterThan(10_000);
  });
});

describe("split_train_test refuses", () => {
  it("rows without a target, and says what takes them out", async () => {
    const rows = loanRows(100).map((row, index) => (index < 3 ? { ...row, defaulted: null } : row));
    expect((await refused(rows)).message).toMatch(/3 rows have no defaulted.*clean_data does/);
  });

  it("time and group together", async () => {
    const { message } = await refused(loanRows(100), { timeColumn: "month", groupColumn: "region" });
    expect(message).toContain("Name one of them");
  });

  it("columns that are not there, a time of words, shares that leave nothing", async () => {
    const rows = loanRows(100);
    expect((await refused(rows, { target: "churn" })).message).toContain('no column "churn"');
    expect((await refused(rows, { groupColumn: "customer" })).message).toContain('no column "customer"');
    expect((await refused(rows, { timeColumn: "region" })).message).toContain("puts no order on rows");
    expect((await refused(rows, { validationShare: 0.5, testShare: 0.5 })).message).toContain(
      "less than a tenth",
    );
    expect((await refused(rows, { testShare: 0 })).message).toContain("testShare");
  });

  it("a class that only newer rows have, for no model can learn it", async () => {
    const rows = loanRows(600).map((row, index) => ({
      ...row,
      day: index,
      kind: index > 550 ? "late" : index % 2 === 0 ? "a" : "b",
    }));
    const { message } = await refused(rows, { target: "kind", timeColumn: "day" });
    expect(message).toMatch(/older rows to train on have no row of 1 of kind's classes \(late; 49 rows/);
  });

  it("older rows that all have the same target", async () => {
    const rows = loanRows(600).map((row, index) => ({
      ...row,
      day: index,
      defaulted: index > 500 ? "yes" : "no",
    }));
    expect((await refused(rows, { timeColumn: "day" })).code).toBe("invalid-input");
  });

  it("a target with one value, and too few rows to fill the parts", async () => {
    const one = loanRows(100).map((row) => ({ ...row, defaulted: "no" }));
    expect((await refused(one)).message).toContain("only one value");
    const two = [
      { x: 1, defaulted: "yes" },
      { x: 2, defaulted: "no" },
    ];
    expect((await refused(two)).message).toMatch(/would be empty|same defaulted|too few/);
  });
});
