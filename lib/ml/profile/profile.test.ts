import { describe, expect, it } from "vitest";
import { DATA, hasReference } from "../fixtures/shared-reference.ts";
import { frameFromRows } from "../frame/frame-rows.ts";
import { readCsv } from "../frame/read-csv.ts";
import { createRandom } from "../random.ts";
import { profileColumn } from "./column-profile.ts";
import { duplicateRows } from "./duplicates.ts";
import { findLeakage } from "./find-leakage.ts";
import { inferProblem } from "./infer-problem.ts";
import { profileFrame } from "./profile-frame.ts";
import { suggestFeatures } from "./suggest-features.ts";

const random = createRandom(2);
const rows = Array.from({ length: 200 }, (_, row) => {
  const size = random.normal();
  return {
    id: 1000 + row,
    key: `k${row}`,
    size,
    twin: size,
    same: "x",
    empty: null,
    label: size > 0.3 ? "yes" : "no",
    kind: ["a", "b", "c"][row % 3]!,
    day: `2024-01-${String(1 + (row % 28)).padStart(2, "0")}`,
  };
});
const frame = frameFromRows([...rows, rows[5]!, rows[5]!]);

describe("profileFrame", () => {
  const profile = profileFrame(frame, { target: "label" });
  const column = (name: string) => profile.columns.find((candidate) => candidate.name === name)!;

  it("counts rows, columns, missing cells and duplicates", () => {
    expect(profile).toMatchObject({ rowCount: 202, columnCount: 9, missingCells: 202 });
    expect(profile.duplicateRows).toEqual({ count: 2, rows: [200, 201] });
    expect(profile.duplicateColumns).toEqual([["size", "twin"]]);
    expect([...duplicateRows(frame)]).toEqual([200, 201]);
  });

  it("flags what is worth a second look", () => {
    expect(column("same").flags).toEqual(["constant"]);
    expect(column("empty").flags).toEqual(["all-missing"]);
    expect(suggestFeatures(frameFromRows(rows), "label")).toEqual({
      features: ["size", "twin", "kind", "day"],
      excluded: [
        { column: "id", reason: "identifies rows: every value is different" },
        { column: "key", reason: "free text" },
        { column: "same", reason: "only one value" },
        { column: "empty", reason: "no value" },
      ],
    });
  });

  it("summarises numbers with quantiles, outliers and a histogram of all rows", () => {
    const values = frameFromRows([1, 2, 3, 4, 100, -1, 0, null].map((x) => ({ x })));
    const summary = profileColumn(values.columns[0]!);
    if (summary.kind !== "numeric") expect.unreachable();
    expect(summary).toMatchObject({ count: 7, missing: 1, distinct: 7 });
    expect(summary.summary).toMatchObject({
      min: -1,
      max: 100,
      zeros: 1,
      negatives: 1,
      isInteger: true,
      quantiles: { q50: 2, q25: 0.5, q75: 3.5 },
      outliers: { low: -4, high: 8, count: 1 },
    });
    expect(summary.summary!.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(7);
    expect(summary.summary!.standardDeviation).toBeCloseTo(37.2, 0);
  });

  it("lists the most frequent categories and the span of dates", () => {
    expect(column("kind")).toMatchObject({
      kind: "categorical",
      distinct: 3,
      top: [{ value: "c" }, { value: "a" }, { value: "b" }],
    });
    expect(column("day")).toMatchObject({
      kind: "date",
      earliest: "2024-01-01",
      latest: "2024-01-28",
      distinct: 28,
    });
  });

  it("ranks columns by how strongly they go with the target", () => {
    expect(profile.associations.slice(0, 2).map((association) => association.column)).toEqual([
      "size",
      "twin",
    ]);
    expect(profile.associations[0]).toMatchObject({ measure: "correlation-ratio", rowCount: 202 });
    expect(profile.associations.find(({ column: name }) => name === "kind")?.measure).toBe("cramers-v");
  });
});

describe("inferProblem", () => {
  const infer = (values: readonly (string | number | boolean | null)[], positiveClass?: string) =>
    inferProblem(
      frameFromRows(values.map((t) => ({ t, other: 1 }))),
      "t",
      positiveClass === undefined ? {} : { positiveClass },
    );

  it.each([
    [["yes", "no", "no"], "binary", "yes"],
    [[0, 1, 1, 1], "binary", "1"],
    [[1, 2, 1], "binary", "2"],
    [[true, false], "binary", "true"],
    [["<=50K", ">50K"], "binary", ">50K"],
    [["good", "good", "poor"], "binary", "poor"],
    [["a", "b", "c"], "multiclass", null],
    [Array.from({ length: 30 }, (_, row) => row % 3), "multiclass", null],
    [[1.5, 2, 3], "regression", null],
    [[100, 250, 300, 1], "regression", null],
    [Array.from({ length: 90 }, (_, row) => row % 29), "regression", null],
  ])("reads %j as %s", (values, problem, positiveClass) => {
    expect(infer(values)).toMatchObject({ problem, positiveClass });
  });

  it("takes a stated positive class, gives its reasons and counts rows without target", () => {
    const choice = infer(["yes", "no", null], "no");
    expect(choice).toMatchObject({
      classes: ["yes", "no"],
      positiveReason: "stated by the caller",
      missing: 1,
      classCounts: [1, 1],
    });
    expect(choice.reason).toContain("two values");
    expect(() => infer(["yes", "no"], "maybe")).toThrow(/does not occur; the classes are no, yes/);
  });

  it("refuses targets that nobody can predict", () => {
    expect(() => infer([1, 1])).toThrow(/only one value/);
    expect(() => infer([null, null])).toThrow(/no value/);
    expect(() => infer(["2024-01-01", "2024-01-02"])).toThrow(/holds date values/);
    expect(() => infer(Array.from({ length: 202 }, (_, row) => `name ${row >> 1}`))).toThrow(
      /101 categories/,
    );
  });
});

describe("findLeakage", () => {
  const planted = frameFromRows(
    Array.from({ length: 2000 }, (_, row) => {
      const [a, b, c] = [random.normal(), random.normal(), Math.floor(random.uniform() * 40)];
      const wins = a + 0.5 * random.normal() > 1;
      return {
        a,
        id: row,
        many: `m${Math.floor(random.uniform() * 1500)}`,
        copy: wins ? "W" : "L",
        closed: wins ? "2024-05-01" : null,
        parts1: b,
        parts2: 2 * c,
        total: b + 2 * c,
        won: wins ? "yes" : "no",
      };
    }),
  );

  it("finds a copy of the target and a column that is filled in afterwards, and nothing else", () => {
    const features = ["a", "id", "many", "copy", "closed", "parts1", "parts2"];
    const hints = findLeakage(planted, "won", { problem: "binary", features, seed: 0 });
    expect(hints.map((hint) => [hint.columns[0], hint.kind, hint.severity])).toEqual([
      ["copy", "target-copy", "leak"],
      ["closed", "missingness", "leak"],
    ]);
    expect(hints[0]!.message).toContain('"copy" is the target under another name');
  });

  it("finds the parts of a total", () => {
    const features = ["a", "parts1", "parts2", "id"];
    const hints = findLeakage(planted, "total", { problem: "regression", features, seed: 0 });
    expect(hints.find((hint) => hint.kind === "linear-combination")?.columns).toEqual(["parts1", "parts2"]);
  });

  it("finds a class code that is the class", () => {
    const coded = frameFromRows(
      Array.from({ length: 300 }, (_, row) => ({
        code: row % 3,
        x: random.normal(),
        grade: "abc"[row % 3]!,
      })),
    );
    expect(
      findLeakage(coded, "grade", { problem: "multiclass", seed: 0 }).map((hint) => hint.columns),
    ).toEqual([["code"]]);
  });
});

const TARGETS = [
  ["abalone", "Rings", "regression", null, []],
  ["adult", "income", "binary", ">50K", []],
  ["bike_hour", "cnt", "regression", null, [["casual", "registered"], ["registered"]]],
  ["california_housing", "median_house_value", "regression", null, []],
  ["compas", "Two_yr_Recidivism", "binary", "1", []],
  ["credit_default", "default.payment.next.month", "binary", "1", []],
  ["iris", "class", "multiclass", null, []],
] as const;

describe.skipIf(!hasReference)("the shared data sets", () => {
  it.each(TARGETS)(
    "%s: problem, positive class and leaks are found without names",
    async (name, target, problem, positiveClass, leaks) => {
      const { frame: data } = await readCsv({ path: `${DATA}/${name}/${name}.csv` });
      expect(inferProblem(data, target)).toMatchObject({ problem, positiveClass, missing: 0 });
      const hints = findLeakage(data, target, { problem, seed: 0 });
      expect(hints.map((hint) => hint.columns)).toEqual(leaks);
    },
  );
});
