import { describe, expect, it } from "vitest";
import { DATA, hasReference } from "../fixtures/shared-reference.ts";
import { filterRows, type Frame } from "../frame/frame.ts";
import { frameFromRows } from "../frame/frame-rows.ts";
import { readCsv } from "../frame/read-csv.ts";
import { createRandom } from "../random.ts";
import type { Problem } from "../score/model-file.ts";
import { detectLeakage, type DetectLeakageOptions } from "./detect-leakage.ts";

const random = createRandom(4);

/** Two honest measurements and an outcome that depends on them. */
const honest = (count: number) =>
  Array.from({ length: count }, () => {
    const [a, b] = [random.normal(), random.normal()];
    const amount = Math.round(1000 * (20 + 3 * a + 2 * random.normal())) / 1000;
    return { a, b, amount, won: a + b + random.normal() > 0.4 ? "yes" : "no" };
  });

type Row = ReturnType<typeof honest>[number];

function found(frame: Frame, options: Partial<DetectLeakageOptions> & { problem: Problem; target: string }) {
  const { hints } = detectLeakage(frame, { seed: 0, ...options });
  return hints.map((hint) => `${hint.kind} ${hint.columns.join("+")} ${hint.severity}`);
}

const amounts = (make: (row: Row) => unknown) =>
  found(
    frameFromRows(honest(600).map((row) => ({ a: row.a, b: row.b, other: make(row), amount: row.amount }))),
    {
      problem: "regression",
      target: "amount",
    },
  );
const outcomes = (make: (row: Row, index: number) => unknown, count = 600) =>
  found(
    frameFromRows(
      honest(count).map((row, index) => ({ a: row.a, b: row.b, other: make(row, index), won: row.won })),
    ),
    { problem: "binary", target: "won" },
  );

describe("detectLeakage in the columns", () => {
  it("finds nothing among honest columns", () => {
    expect(outcomes((row) => row.amount)).toEqual([]);
    expect(amounts((row) => row.won)).toEqual([]);
  });

  it.each([
    ["scaled", (row: Row) => 2.5 * row.amount - 7],
    ["falling", (row: Row) => -row.amount],
    ["transformed", (row: Row) => Math.log(row.amount + 100)],
    ["as text", (row: Row) => `EUR ${row.amount.toFixed(3)}`],
  ])("finds an amount under another name: %s", (_, make) => {
    expect(amounts(make)).toEqual(["target-copy other leak"]);
  });

  it.each([
    ["recoded", (row: Row) => (row.won === "yes" ? 17 : 3)],
    ["as other words", (row: Row) => (row.won === "yes" ? "W" : "L")],
    ["as truth values", (row: Row) => row.won === "yes"],
  ])("finds a class under another name: %s", (_, make) => {
    expect(outcomes(make)).toEqual(["target-copy other leak"]);
  });

  it("finds a rounded copy, which is no exact one", () => {
    expect(amounts((row) => Math.round(row.amount * 4) / 4)).toEqual(["single-feature other suspicious"]);
  });

  it("finds a field that is filled in only after the outcome, even when it often is not", () => {
    expect(outcomes((row, index) => (row.won === "yes" && index % 3 === 0 ? index * 1.5 : null))).toEqual([
      "missingness other leak",
    ]);
    expect(
      outcomes((row, index) => (row.won === "yes" && index % 3 === 0 ? `closed by ${index}` : null)),
    ).toEqual(["missingness other leak"]);
  });

  it("does not take a field that is missing at random, or in a few rows, for one", () => {
    expect(outcomes((_, index) => (index % 3 === 0 ? null : index * 1.5 + random.normal()))).toEqual([]);
    expect(outcomes((row, index) => (row.won === "yes" && index < 12 ? null : random.normal()))).toEqual([]);
  });

  it("names keys and row numbers, which can only be learnt by heart", () => {
    expect(outcomes((_, index) => 5000 + index)).toEqual(["identifier other suspicious"]);
    expect(outcomes((_, index) => `K-${(index * 7919) % 600}-x`)).toEqual(["identifier other suspicious"]);
  });

  it("finds the parts of a total of which a few are missing", () => {
    const rows = honest(400).map(({ a, b }, index) => ({
      a: index % 40 === 0 ? null : a,
      b: index % 50 === 7 ? null : b,
      other: random.normal(),
      total: 3 * a + b,
    }));
    expect(found(frameFromRows(rows), { problem: "regression", target: "total" })).toContain(
      "linear-combination a+b leak",
    );
  });

  it("does not take many columns for the parts of a total because rows are few", () => {
    const rows = honest(100).map(({ amount }) => ({
      ...Object.fromEntries(Array.from({ length: 150 }, (_, column) => [`c${column}`, random.normal()])),
      amount,
    }));
    expect(found(frameFromRows(rows), { problem: "regression", target: "amount" })).toEqual([]);
  });

  it("does not take every column of a table put in twice for a copy of the target", () => {
    const rows = honest(300).map(({ a, b, amount }) => ({ a, b, amount }));
    expect(found(frameFromRows([...rows, ...rows]), { problem: "regression", target: "amount" })).toEqual([]);
  });

  it("says nothing of a handful of rows", () => {
    expect(outcomes((row) => row.won === "yes", 8)).toEqual([]);
  });
});

describe("detectLeakage between parts", () => {
  const rows = honest(800).map((row, index) => ({
    ...row,
    c: random.normal(),
    day: `2024-${String(1 + Math.floor(index / 80)).padStart(2, "0")}-${String(1 + (index % 28)).padStart(2, "0")}`,
    patient: `P${String(Math.floor(index / 4)).padStart(4, "0")}`,
  }));
  const parts = (
    isHeldOut: (index: number) => boolean,
    columns: readonly (keyof (typeof rows)[number])[],
  ) => {
    const frame = frameFromRows(
      rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name]]))),
    );
    return { training: filterRows(frame, (row) => !isHeldOut(row)), heldOut: filterRows(frame, isHeldOut) };
  };
  const about = { problem: "binary", target: "won" } as const;
  const every = (index: number) => index % 5 === 4;
  const last = (index: number) => index >= 640;

  it("finds nothing in parts that share nothing", () => {
    const { training, heldOut } = parts(every, ["a", "b", "c", "won"]);
    expect(found(training, { ...about, heldOut })).toEqual([]);
  });

  it("finds held-out rows that are also learnt from", () => {
    const { training } = parts(every, ["a", "b", "c", "won"]);
    const heldOut = filterRows(training, (row) => row % 6 === 0);
    const { hints } = detectLeakage(training, { ...about, heldOut, seed: 0 });
    expect(hints[0]).toMatchObject({ kind: "row-overlap", severity: "leak", value: 1 });
  });

  it("finds twins that differ in one column", () => {
    const twins = rows.slice(0, 40).map(({ a, b, c, won }) => ({ a, b: b + 0.01, c, won }));
    const { training } = parts(every, ["a", "b", "c", "won"]);
    const heldOut = frameFromRows([
      ...twins.filter((_, index) => !every(index)),
      ...rows.filter((_, index) => every(index)).map(({ a, b, c, won }) => ({ a, b, c, won })),
    ]);
    const { hints } = detectLeakage(training, { ...about, heldOut, seed: 0 });
    expect(hints).toMatchObject([{ kind: "near-duplicates", severity: "leak", value: 32 / 192 }]);
  });

  it("finds one entity in both parts, surely when it is named", () => {
    const { training, heldOut } = parts(every, ["a", "b", "patient", "won"]);
    expect(found(training, { ...about, heldOut })).toEqual(["group-overlap patient suspicious"]);
    expect(found(training, { ...about, heldOut, groupColumn: "patient" })).toEqual([
      "group-overlap patient leak",
    ]);
    const whole = parts(last, ["a", "b", "patient", "won"]);
    expect(found(whole.training, { ...about, heldOut: whole.heldOut, groupColumn: "patient" })).toEqual([]);
  });

  it("finds rows to learn from that are newer than held-out ones", () => {
    const columns = ["a", "b", "day", "won"] as const;
    const mixed = parts(every, columns);
    expect(found(mixed.training, { ...about, heldOut: mixed.heldOut, timeColumn: "day" })).toEqual([
      "time-overlap day leak",
    ]);
    expect(found(mixed.training, { ...about, heldOut: mixed.heldOut })).toEqual([
      "time-overlap day suspicious",
    ]);
    const ordered = parts((index) => rows[index]!.day > "2024-09", columns);
    expect(found(ordered.training, { ...about, heldOut: ordered.heldOut, timeColumn: "day" })).toEqual([]);
  });

  it("proposes to split by time, by group, or neither", () => {
    const proposed = (columns: Parameters<typeof parts>[1]) =>
      detectLeakage(parts(() => false, columns).training, { ...about, seed: 0 }).split;
    expect(proposed(["a", "day", "patient", "won"])).toMatchObject({ method: "time-ordered", column: "day" });
    expect(proposed(["a", "patient", "won"])).toMatchObject({ method: "grouped", column: "patient" });
    expect(proposed(["a", "b", "won"])).toMatchObject({ method: "stratified", column: null });
  });
});

const REAL = [
  ["abalone", "Rings", "regression", [], "random"],
  ["adult", "income", "binary", [], "stratified"],
  [
    "bike_hour",
    "cnt",
    "regression",
    [
      "linear-combination casual+registered leak",
      "identifier instant suspicious",
      "single-feature registered suspicious",
    ],
    "time-ordered",
  ],
  ["california_housing", "median_house_value", "regression", [], "random"],
  ["compas", "Two_yr_Recidivism", "binary", [], "stratified"],
  ["credit_default", "default.payment.next.month", "binary", ["identifier ID suspicious"], "stratified"],
  ["iris", "class", "multiclass", [], "stratified"],
] as const;

describe.skipIf(!hasReference)("detectLeakage on the shared data sets", () => {
  it.each(REAL)(
    "%s: names what leaks and raises no false alarm",
    async (name, target, problem, hints, method) => {
      const { frame } = await readCsv({ path: `${DATA}/${name}/${name}.csv` });
      expect(found(frame, { target, problem })).toEqual(hints);
      const { split } = detectLeakage(frame, { target, problem, seed: 0 });
      expect(split.method).toBe(method);
      if (name === "bike_hour") expect(split).toMatchObject({ column: "dteday", alternatives: ["instant"] });
    },
  );

  it.each(REAL)(
    "%s: parts drawn at random share nothing that should alarm",
    async (name, target, problem, hints) => {
      const { frame } = await readCsv({ path: `${DATA}/${name}/${name}.csv` });
      const training = filterRows(frame, (row) => row % 5 !== 4);
      const heldOut = filterRows(frame, (row) => row % 5 === 4);
      const between = found(training, { target, problem, heldOut }).filter(
        (hint) => !hints.some((one) => one === hint),
      );
      expect(between).toEqual(name === "bike_hour" ? ["time-overlap dteday suspicious"] : []);
    },
  );
});
