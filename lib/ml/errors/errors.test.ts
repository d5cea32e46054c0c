import { describe, expect, it } from "vitest";
import { frameFromRows } from "../frame/frame-rows.ts";
import { sliceRows } from "../frame/frame.ts";
import { trainModel } from "../learn/train-model.ts";
import { createRandom } from "../random.ts";
import { analyzeErrors } from "./analyze-errors.ts";
import { cutColumn } from "./cut-column.ts";
import { findFailingSlices } from "./find-failing-slices.ts";
import { testSlice } from "./slice-statistics.ts";

const tableOf = (count: number, seed: number) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => ({
    region: ["north", "south", "east", "west"][random.integer(4)]!,
    device: ["phone", "desk"][random.integer(2)]!,
    age: 18 + random.integer(60),
    noise: random.normal(),
  }));
};
type Row = ReturnType<typeof tableOf>[number];
const columns = ["region", "device", "age", "noise"];

/** Losses that are 1 with a chance that depends on the row. */
const errorsOf = (rows: readonly Row[], chance: (row: Row) => number, seed = 1) => {
  const random = createRandom(seed);
  return Float64Array.from(rows, (row) => (random.uniform() < chance(row) ? 1 : 0));
};

describe("findFailingSlices", () => {
  const rows = tableOf(4000, 1);
  const frame = frameFromRows(rows);

  it("names a value and a band in which errors are planted", () => {
    const losses = errorsOf(
      rows,
      ({ region, age }) => 0.1 + (region === "west" ? 0.2 : 0) + (age >= 63 ? 0.2 : 0),
    );
    const { slices, tested } = findFailingSlices(frame, losses, { columns, isError: true });
    const singles = slices.filter(({ conditions }) => conditions.length === 1);
    expect(singles.map(({ conditions }) => conditions[0]!.column).toSorted()).toEqual(["age", "region"]);
    expect(singles.find(({ conditions }) => conditions[0]!.column === "region")).toMatchObject({
      conditions: [{ value: "west" }],
    });
    expect(singles.find(({ conditions }) => conditions[0]!.column === "age")!.conditions[0]!.value).toMatch(
      /^>= 6/,
    );
    expect(tested).toBeGreaterThan(50);
    for (const { mean, rest, adjustedP, p, rows: size, excess } of slices) {
      expect(mean).toBeGreaterThan(rest);
      expect(adjustedP).toBeGreaterThanOrEqual(p);
      expect(adjustedP).toBeLessThan(0.05);
      expect(excess).toBeCloseTo(size * (mean - rest), 9);
    }
  });

  it("names a pair where only the two together fail, and no pair that one of them explains", () => {
    const both = errorsOf(rows, ({ region, device }) =>
      region === "west" && device === "phone" ? 0.6 : 0.1,
    );
    const { slices } = findFailingSlices(frame, both, { columns, isError: true });
    const pair = slices.find(({ conditions }) => conditions.length === 2)!;
    expect(pair.conditions).toEqual([
      { column: "region", value: "west" },
      { column: "device", value: "phone" },
    ]);
    expect(pair.mean).toBeGreaterThan(0.5);
    const one = errorsOf(rows, ({ region }) => (region === "west" ? 0.5 : 0.1));
    const explained = findFailingSlices(frame, one, { columns, isError: true });
    expect(explained.slices.map(({ conditions }) => conditions)).toEqual([
      [{ column: "region", value: "west" }],
    ]);
    expect(
      findFailingSlices(frame, both, { columns, isError: true, depth: 1 }).slices.every(
        ({ conditions }) => conditions.length === 1,
      ),
    ).toBe(true);
  });

  it("finds nothing in errors by chance, in nearly every table", () => {
    let found = 0;
    for (let seed = 0; seed < 40; seed++) {
      const table = tableOf(1000, 100 + seed);
      const losses = errorsOf(table, () => 0.2, seed);
      found +=
        findFailingSlices(frameFromRows(table), losses, { columns, isError: true }).slices.length > 0 ? 1 : 0;
    }
    expect(found).toBeLessThanOrEqual(5);
  });

  it("looks at no slice below the minimum, and at missing values as a slice of their own", () => {
    const holes = frameFromRows(
      rows.map((row, index) => ({ ...row, age: index % 8 === 0 ? null : row.age })),
    );
    const losses = Float64Array.from(rows, (_, index) => (index % 8 === 0 ? 1 : 0));
    const { slices } = findFailingSlices(holes, losses, { columns: ["age", "region"], isError: true });
    expect(slices[0]).toMatchObject({
      conditions: [{ column: "age", value: "(missing)" }],
      mean: 1,
      rest: 0,
      rows: 500,
    });
    const large = findFailingSlices(holes, losses, { columns: ["age"], isError: true, minimalRows: 501 });
    expect(large.slices).toEqual([]);
  });

  it("tests losses that are no errors by Welch's t", () => {
    const random = createRandom(4);
    const losses = Float64Array.from(
      rows,
      ({ device }) => Math.abs(random.normal()) * (device === "desk" ? 1.5 : 1),
    );
    const { slices } = findFailingSlices(frame, losses, { columns, isError: false });
    expect(slices[0]!.conditions).toEqual([{ column: "device", value: "desk" }]);
    // scipy.stats.ttest_ind_from_stats(3, sqrt(2), 10, 2, 1, 20, equal_var=False)
    const test = testSlice({ count: 10, sum: 30, squares: 108 }, { count: 20, sum: 40, squares: 99 }, false)!;
    expect(test).toMatchObject({ mean: 3, rest: 2 });
    expect(test.p).toBeCloseTo(0.06579275110942956, 10);
    expect(test.effect).toBeCloseTo(1 / Math.sqrt(1.5), 12);
  });

  it("leaves out free text and refuses columns that are not there", () => {
    const text = frameFromRows(
      rows.map((row, index) => ({
        ...row,
        note: `a long remark about customer number ${index}, who called`,
      })),
    );
    const losses = new Float64Array(rows.length);
    expect(findFailingSlices(text, losses, { columns: ["note", "age"], isError: true })).toMatchObject({
      skipped: [{ column: "note", reason: "no values to slice by" }],
      slices: [],
    });
    expect(() => findFailingSlices(frame, losses, { columns: ["nope"], isError: true })).toThrow(
      /no column "nope"/,
    );
    expect(() => findFailingSlices(frame, losses, { columns, isError: true, bands: 1 })).toThrow(/bands/);
  });
});

describe("cutColumn", () => {
  it("puts about as many rows in each band, and every row in one", () => {
    const frame = frameFromRows(tableOf(1000, 2));
    const { labels, codes } = cutColumn(frame.columns.find(({ name }) => name === "noise")!, 4)!;
    expect(labels).toHaveLength(5);
    const counts = labels.map((_, code) => codes.filter((one) => one === code).length);
    expect(counts).toEqual([250, 250, 250, 250, 0]);
  });

  it("names bands of dates by their days, and keeps few numbers as they are", () => {
    const dates = frameFromRows(
      Array.from({ length: 100 }, (_, day) => ({
        when: new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10),
        few: day % 3,
      })),
    );
    const cut = cutColumn(dates.columns[0]!, 2)!;
    expect(cut.labels).toEqual(["before 2025-02-20", "from 2025-02-20", "(missing)"]);
    expect(cutColumn(dates.columns[1]!, 4)!.labels.toSorted()).toEqual(["0", "1", "2"]);
  });
});

describe("analyzeErrors", () => {
  const random = createRandom(6);
  const data = frameFromRows(
    Array.from({ length: 2400 }, () => {
      const x = random.normal();
      const region = ["north", "south", "west"][random.integer(3)]!;
      // In the west the outcome has nothing to do with x.
      const isPositive = region === "west" ? random.uniform() < 0.5 : x + 0.2 * random.normal() > 0;
      return {
        x,
        region,
        y: isPositive ? "yes" : "no",
        amount: x * 3 + (region === "west" ? 6 * random.normal() : 0),
      };
    }),
  );
  const [training, test] = [sliceRows(data, 0, 1200), sliceRows(data, 1200, 2400)];
  const trained = (target: string) =>
    trainModel({ training, target, features: ["x"], algorithm: "linear", seed: 0 }).model;

  it("says which slice a classifier fails, how it decides there, and which rows it was most wrong about", () => {
    const analysis = analyzeErrors(trained("y"), test, { columns: ["x", "region"] });
    const [worst] = analysis.slices;
    expect(analysis).toMatchObject({ loss: "error", rows: 1200, found: analysis.slices.length });
    expect(worst!.conditions).toContainEqual({ column: "region", value: "west" });
    if (worst!.detail.kind !== "decisions") expect.unreachable();
    const { decisions } = worst!.detail;
    expect(decisions.reduce((sum, { rows }) => sum + rows, 0)).toBe(worst!.rows);
    const mistakes = decisions.filter(({ actual, predicted }) => actual !== predicted);
    expect(mistakes.reduce((sum, { rows }) => sum + rows, 0) / worst!.rows).toBeCloseTo(worst!.mean, 12);
    expect(decisions[0]!.actual).not.toBe(decisions[0]!.predicted);
    const chances = analysis.worstRows.map((row) => (row.kind === "class" ? row.probabilityOfActual : 1));
    expect(chances).toEqual(chances.toSorted((a, b) => a - b));
    expect(chances[0]!).toBeLessThan(0.2);
  });

  it("says by how much amounts are missed", () => {
    const analysis = analyzeErrors(trained("amount"), test, { columns: ["region"], most: 3 });
    expect(analysis.slices[0]!.conditions).toEqual([{ column: "region", value: "west" }]);
    expect(analysis.slices[0]!.detail).toMatchObject({ kind: "amounts" });
    expect(analysis.worstRows).toHaveLength(3);
    expect(() => analyzeErrors(trained("amount"), test, { loss: "error" })).toThrow(
      /absoluteError or squaredError/,
    );
    expect(() => analyzeErrors(trained("y"), test, { loss: "squaredError" })).toThrow(/error or logLoss/);
  });
});
