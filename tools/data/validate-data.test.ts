import { describe, expect, it } from "vitest";
import { flowerRows, loanRows, priceRows } from "../engine/sample-tables.testing.ts";
import { createToolBench } from "../engine/tool-bench.testing.ts";
import { cleanData } from "./clean-data.ts";
import { validateData } from "./validate-data.ts";

interface Finding {
  check: string;
  severity: string;
  message: string;
  columns: string[];
  rows?: number;
}

interface Output {
  ok: boolean;
  findings: Finding[];
}

type Rows = readonly Readonly<Record<string, unknown>>[];

async function validated(rows: Rows, more: object = {}) {
  const bench = createToolBench();
  const dataset = await bench.seed(rows);
  const input = { dataset, target: "defaulted", ...more };
  const output = await bench.succeed<Output>(validateData, input);
  const finding = (check: string) => output.findings.find((one) => one.check === check);
  return { bench, input, output, finding };
}

/** Loans with two measurements on top, so that no two rows are equal by chance. */
const loans = (count = 600, seed = 1) =>
  loanRows(count, seed).map((row, index) => ({
    ...row,
    score: Math.sin(index + seed),
    rate: Math.cos(3 * index),
  }));

describe("validate_data", () => {
  it("finds nothing in a sound table, and says so as a fact", async () => {
    const { bench, output } = await validated(loans());
    expect(output).toMatchObject({ ok: true, findings: [] });
    expect(bench.facts["validation"]).toMatchObject({
      ok: true,
      errors: 0,
      warnings: 0,
      failed: [],
      leakage: [],
    });
  });

  it.each<[string, string, (rows: ReturnType<typeof loans>) => Rows, RegExp]>([
    [
      "rows without a target",
      "target-missing",
      (rows) => rows.map((row, index) => (index < 5 ? { ...row, defaulted: null } : row)),
      /5 rows have no defaulted/,
    ],
    [
      "copied rows",
      "duplicate-rows",
      (rows) => [...rows, ...rows.slice(0, 40)],
      /40 rows repeat another row/,
    ],
    [
      "ages below zero",
      "impossible-values",
      (rows) => rows.map((row, index) => (index < 4 ? { ...row, age: -(row.age ?? 0) } : row)),
      /age \(4, negative/,
    ],
    [
      "codes of nines",
      "impossible-values",
      (rows) => rows.map((row, index) => (index < 6 ? { ...row, age: 999 } : row)),
      /age \(6, 999 stands for unknown\)/,
    ],
    [
      "infinite numbers",
      "impossible-values",
      (rows) => rows.map((row, index) => (index < 2 ? { ...row, rate: Infinity } : row)),
      /rate \(2, infinite\)/,
    ],
    [
      "several spellings",
      "category-spellings",
      (rows) =>
        rows.map((row, index) => (index % 9 === 0 ? { ...row, region: row.region.toUpperCase() } : row)),
      /spelt in several ways in region/,
    ],
    [
      "a copy of the target",
      "target-leakage",
      (rows) =>
        rows.map((row) => ({ ...row, closed: row.defaulted === "yes" ? "written off" : "paid back" })),
      /closed/,
    ],
  ])("finds %s as an error that cleaning mends", async (_, check, spoil, message) => {
    const { bench, input, output, finding } = await validated(spoil(loans()));
    expect(output.ok).toBe(false);
    expect(finding(check)).toMatchObject({ severity: "error" });
    expect(finding(check)?.message).toMatch(message);
    const leaks = output.findings.flatMap((one) => (one.check === "target-leakage" ? one.columns : []));
    const cleaned = await bench.succeed<{ dataset: string }>(cleanData, { ...input, dropColumns: leaks });
    expect(await bench.succeed<Output>(validateData, { ...input, dataset: cleaned.dataset })).toMatchObject({
      ok: true,
    });
    expect(bench.context.kept.map(({ name }) => name)).toContain("reports/validation_1.json");
  });

  it("finds parts that add up to the target", async () => {
    const parts = priceRows(400).map(({ price, ...row }, index) => ({
      ...row,
      ground: 1000 * (index % 97),
      house: price - 1000 * (index % 97),
      price,
    }));
    const { finding } = await validated(parts, { target: "price" });
    expect(finding("target-leakage")?.columns.toSorted()).toEqual(["ground", "house"]);
  });

  it("does not take a protected column or the time for a leak", async () => {
    const rows = loans().map((row) => ({ ...row, group: row.defaulted === "yes" ? "a" : "b" }));
    expect((await validated(rows, { protected: ["group"] })).finding("target-leakage")).toBeUndefined();
    expect((await validated(rows)).finding("target-leakage")?.columns).toEqual(["group"]);
  });

  it("tells natural duplicates from copies", async () => {
    const few = flowerRows(400).map(({ kind }, index) => ({ a: index % 3, b: index % 2, kind }));
    const { output, finding } = await validated(few, { target: "kind" });
    expect(finding("natural-duplicates")).toMatchObject({ severity: "warning" });
    expect(output.findings.map(({ check }) => check)).not.toContain("duplicate-rows");
  });

  it("says that accuracy misleads where one class is nearly all, and only there", async () => {
    const rare = loans(1000).map((row, index) => ({ ...row, defaulted: index % 25 === 0 ? "yes" : "no" }));
    const message = (await validated(rare)).finding("class-imbalance")?.message;
    expect(message).toMatch(/96\.0 % of the rows are no.*judge by AUC/);
    expect((await validated(loans())).finding("class-imbalance")).toBeUndefined();
  });

  it("names classes of few rows", async () => {
    const rows = flowerRows(300).map((row, index) => (index < 4 ? { ...row, kind: "lily" } : row));
    expect((await validated(rows, { target: "kind" })).finding("rare-class")?.message).toContain("lily (4)");
  });

  it.each([1, 19, 49])("finds %i rows too few, without failing on them", async (count) => {
    const rows = [...loans(count), { ...loans(1)[0], defaulted: "yes" }, { ...loans(1)[0], defaulted: "no" }];
    const { finding } = await validated(rows.slice(-Math.max(2, count)));
    expect(finding("few-rows")?.message).toMatch(/too few.*Collect more/);
  });

  it("finds a table without a usable column, saying why each is none", async () => {
    const { finding } = await validated(
      loans().map(({ defaulted }, index) => ({ id: index, one: 1, nothing: Number.NaN, defaulted })),
    );
    expect(finding("no-features")?.message).toMatch(
      /no column is left.*id \(identifies rows.*one \(only one value\).*nothing \(no value\)/,
    );
  });

  it("finds rows that cannot be put in order", async () => {
    const rows = loans().map((row, index) => ({ ...row, day: index < 7 ? Number.NaN : index }));
    const { finding } = await validated(rows, { timeColumn: "day" });
    expect(finding("time-missing")).toMatchObject({ severity: "error", rows: 7 });
  });

  it("says what an audit will not be able to say: one group, small groups, missing values", async () => {
    const limited = async (spoil: (index: number, sex: string | null) => string | null) => {
      const rows = loans().map((row, index) => ({ ...row, sex: spoil(index, row.sex) }));
      return (await validated(rows, { protected: ["sex"] })).finding("protected-groups")?.message;
    };
    expect(await limited(() => "female")).toContain("fewer than two groups");
    expect(await limited((index, sex) => (index < 20 ? "other" : sex))).toContain(
      "1 of 3 groups are too small",
    );
    expect(await limited((index, sex) => (index < 60 ? null : sex))).toMatch(
      /60 rows have no value and form a group of their own/,
    );
    expect(await limited((_, sex) => sex)).toBeUndefined();
  });

  it("refuses a column that is not there", async () => {
    const bench = createToolBench();
    const dataset = await bench.seed(loans());
    const { code, message } = await bench.fail(validateData, {
      dataset,
      target: "defaulted",
      protected: ["race"],
    });
    expect(code).toBe("invalid-input");
    expect(message).toContain('no column "race"');
  });

  it("never shows what a single row holds", async () => {
    const rows = loans().map((row, index) => ({ ...row, name: `Person ${index}` }));
    const { bench } = await validated([...rows, ...rows.slice(0, 50)]);
    const text = new TextDecoder().decode(bench.context.bytesOf("reports/validation_1.json"));
    expect(text).not.toContain("Person");
  });

  it("gives the same bytes for the same table", async () => {
    const bytes = async () => (await validated(loans())).bench.context.bytesOf("reports/validation_1.json");
    expect(await bytes()).toEqual(await bytes());
  });
});
