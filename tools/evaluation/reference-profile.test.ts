import { describe, expect, it } from "vitest";
import { loanRows, withoutColumn } from "../engine/sample-tables.testing.ts";
import { createToolBench, type ToolBench } from "../engine/tool-bench.testing.ts";
import { trainClassifier } from "../training/train-classifier.ts";
import { buildReferenceProfileTool } from "./build-reference-profile.ts";
import { detectDrift } from "./detect-drift.ts";
import { recomputeDrift } from "./recompute-drift.ts";

interface Profile {
  artifact: string;
  rows: number;
  columns: { name: string; kind: string; isExact: boolean }[];
  outputs: string[];
}

interface Drift {
  artifact: string;
  verdict: string;
  columns: { column: string; psi: number; pValue: number; adjustedP: number; verdict: string }[];
  skipped: { column: string; reason: string }[];
  findings: { column: string; kind: string; rows: number }[];
  multivariate: { isDrifted: boolean; auc: number | null; p: number | null; features: string[] } | null;
  timeline: { period: string; verdict: string }[];
  state: { state: string; action: string; heldFor: number } | null;
}

const TARGET = "defaulted";
type Rows = readonly Readonly<Record<string, unknown>>[];

async function profiled(more: object = {}) {
  const bench = createToolBench();
  const reference = await bench.seed(loanRows(1500, 1));
  const profile = await bench.succeed<Profile>(buildReferenceProfileTool, {
    dataset: reference,
    target: TARGET,
    ...more,
  });
  return { bench, reference, profile };
}

const drift = async (bench: ToolBench, rows: Rows, baseline: object) =>
  bench.succeed<Drift>(detectDrift, { current: await bench.seed(rows), target: TARGET, ...baseline });

const later = (rows: Rows): Rows => rows.map((row) => ({ ...row, loan: Number(row["loan"]) + 3000 }));

describe("build_reference_profile", () => {
  it("keeps a profile of what will be compared, without the rows", async () => {
    const { profile, bench } = await profiled();
    expect(profile.rows).toBe(1500);
    expect(profile.columns.map(({ name }) => name)).toEqual([
      "month",
      "sex",
      "age",
      "region",
      "income",
      "loan",
      "defaulted",
    ]);
    expect(profile.columns.find(({ name }) => name === "age")?.isExact).toBe(true);
    const kept = await bench.report<{ profile: { columns: object[]; fingerprint: string } }>(
      "drift/reference-profile_1.json",
    );
    expect(kept.profile.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(profile.outputs).toEqual([]);
  });

  it("gives the same bytes for the same data", async () => {
    const [first, second] = [await profiled(), await profiled()];
    expect(first.profile.artifact).toBe(second.profile.artifact);
  });

  it("refuses an unknown target, naming the columns", async () => {
    const bench = createToolBench();
    const dataset = await bench.seed(loanRows(100, 1));
    expect((await bench.fail(buildReferenceProfileTool, { dataset, target: "nope" })).message).toContain(
      "The columns are",
    );
  });
});

describe("detect_drift with a profile", () => {
  it("gives the verdict, indices and p-values that the rows themselves give", async () => {
    const { bench, reference, profile } = await profiled({ resolution: 5000 });
    for (const rows of [loanRows(900, 2), later(loanRows(900, 2))]) {
      const stored = await drift(bench, rows, { profile: profile.artifact });
      const direct = await drift(bench, rows, { reference });
      expect(stored.verdict).toBe(direct.verdict);
      for (const column of direct.columns) {
        const other = stored.columns.find((one) => one.column === column.column);
        expect(other?.psi).toBeCloseTo(column.psi, 12);
        expect(Math.abs((other?.pValue ?? Number.NaN) - column.pValue)).toBeLessThanOrEqual(
          1e-9 * column.pValue,
        );
      }
    }
  });

  it("finds new categories, numbers out of range, changed kinds and columns that came or went", async () => {
    const { bench, profile } = await profiled();
    const rows = loanRows(600, 2).map((row, index) => ({
      ...row,
      region: index < 60 ? "west" : row.region,
      income: index === 0 ? 1e6 : row.income,
      age: (row.age ?? 0) > 40 ? "old" : "young",
      added: index,
    }));
    const { findings } = await drift(bench, withoutColumn(rows, "sex"), { profile: profile.artifact });
    const kinds = findings.map(({ column, kind, rows: count }) => [column, kind, count]);
    expect(kinds).toContainEqual(["region", "new-categories", 60]);
    expect(kinds).toContainEqual(["age", "kind-changed", 600]);
    expect(kinds).toContainEqual(["sex", "missing-column", 600]);
    expect(kinds).toContainEqual(["added", "new-column", 600]);
    expect(kinds.some(([column, kind]) => column === "income" && kind === "out-of-range")).toBe(true);
  });

  it("compares what the model says as well as what it reads, by profile and by rows", async () => {
    const bench = createToolBench();
    const train = await bench.seed(loanRows(600, 1));
    const input = {
      train,
      validation: await bench.seed(loanRows(200, 2)),
      target: TARGET,
      algorithm: "linear",
    };
    const { model } = await bench.succeed<{ model: string }>(trainClassifier, input);
    const profile = await bench.succeed<Profile>(buildReferenceProfileTool, {
      dataset: train,
      target: TARGET,
      model,
    });
    expect(profile.outputs).toEqual(["model output: probability of yes", "model output: decision"]);
    for (const baseline of [{ profile: profile.artifact }, { reference: train, model }]) {
      const same = await drift(bench, withoutColumn(loanRows(900, 3), TARGET), baseline);
      const moved = await drift(bench, later(loanRows(900, 3)), baseline);
      for (const name of profile.outputs) {
        expect(same.columns.find(({ column }) => column === name)?.verdict).toBe("stable");
        expect(moved.columns.find(({ column }) => column === name)?.verdict).toBe("major");
      }
    }
  });

  it("is refused without a baseline, with two, and with what is no profile", async () => {
    const { bench, reference, profile } = await profiled();
    const input = { current: reference, target: TARGET };
    for (const wrong of [{}, { reference, profile: profile.artifact }]) {
      expect((await bench.fail(detectDrift, { ...input, ...wrong })).message).toMatch(
        /give what the newer data is compared with, once/,
      );
    }
    const table = await bench.fail(detectDrift, { ...input, profile: reference });
    expect(table).toMatchObject({ code: "invalid-input" });
    expect(table.message).toMatch(/no reference profile/);
  });
});

describe("detect_drift of columns together", () => {
  it("finds a relation that turned around while every column stayed", async () => {
    const bench = createToolBench();
    const reference = await bench.seed(
      loanRows(1500, 1).map((row) => ({ ...row, debt: row.income + (row.age ?? 40) })),
    );
    const turned = loanRows(1500, 1).map((row) => ({ ...row, debt: row.income + (row.age ?? 40) }));
    const debts = turned.map(({ debt }) => debt).toSorted((left, right) => left - right);
    // The same incomes, and the same debts in the opposite order of incomes.
    const byIncome = turned.toSorted((left, right) => right.income - left.income);
    const current = byIncome.map((row, index) => ({ ...row, debt: debts[index] ?? 0 }));
    const found = await drift(bench, current, { reference, multivariate: true });
    expect(found.verdict).toBe("stable");
    expect(found.multivariate).toMatchObject({ isDrifted: true });
    expect(found.multivariate?.features).toContain("debt");
    const calm = await drift(
      bench,
      loanRows(1500, 5).map((row) => ({ ...row, debt: row.income + (row.age ?? 40) })),
      { reference, multivariate: true },
    );
    expect(calm.multivariate).toMatchObject({ isDrifted: false, features: [] });
  });

  it("says why where the rows are too few to tell", async () => {
    const bench = createToolBench();
    const reference = await bench.seed(loanRows(300, 1));
    const { multivariate } = await drift(bench, loanRows(12, 2), { reference, multivariate: true });
    expect(multivariate).toMatchObject({ isDrifted: false, auc: null, p: null });
  });
});

describe("the state over periods", () => {
  const rows = (from: string) =>
    loanRows(3600, 2).map((row) => (row.month >= from ? { ...row, loan: row.loan + 3000 } : row));

  it("changes only after the verdict held for the configured number of periods", async () => {
    const bench = createToolBench();
    const reference = await bench.seed(loanRows(3000, 1));
    const once = await drift(bench, rows("2025-12"), { reference, timeColumn: "month" });
    expect(once.verdict).toBe("major");
    expect(once.state).toEqual({ state: "stable", action: "none", heldFor: 1 });
    const twice = await drift(bench, rows("2025-11"), { reference, timeColumn: "month" });
    expect(twice.state).toEqual({ state: "major", action: "change", heldFor: 2 });
  });

  it("asks a person instead when the rows are too few to be sure", async () => {
    const bench = createToolBench();
    const reference = await bench.seed(loanRows(150, 1));
    const { state } = await drift(bench, rows("2025-06"), { reference, timeColumn: "month" });
    expect(state).toMatchObject({ state: "stable", action: "ask-person" });
  });
});

describe("recompute_drift", () => {
  it("gives the same report from the inputs stored with it, whatever the deployment's limit has become", async () => {
    const { bench, reference, profile } = await profiled();
    const current = await bench.seed(later(loanRows(1800, 2)));
    for (const baseline of [
      { reference, timeColumn: "month" },
      { profile: profile.artifact },
      { reference, multivariate: true, limit: 0.5 },
    ]) {
      const { artifact, verdict } = await bench.succeed<Drift>(detectDrift, {
        current,
        target: TARGET,
        ...baseline,
      });
      const again = await bench.succeed<object>(recomputeDrift, { report: artifact });
      expect(again).toEqual({ same: true, verdict, storedVerdict: verdict, differences: [] });
    }
    const report = await bench.report<{
      request: object;
      windows: { name: string; rows: number; fingerprint: string }[];
    }>("drift.json");
    expect(report.request).toMatchObject({
      minimumRows: 200,
      holdFor: 2,
      limit: 0.5,
      baseline: { kind: "rows", reference },
    });
    expect(report.windows).toEqual([
      { name: "all rows", rows: 1800, fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });

  it("names what was changed in a report, and refuses what is none", async () => {
    const { bench, reference } = await profiled();
    const { artifact } = await drift(bench, later(loanRows(900, 2)), { reference });
    const stored = await bench.context.artifacts.readJson(artifact);
    const forged = JSON.stringify({ ...(stored as object), verdict: "stable", passed: true }); // an object was kept
    const report = await bench.context.seedArtifact(new TextEncoder().encode(forged));
    const found = await bench.succeed<{ same: boolean; differences: string[] }>(recomputeDrift, { report });
    expect(found).toMatchObject({
      same: false,
      verdict: "major",
      storedVerdict: "stable",
      differences: ["verdict", "passed"],
    });
    const other = await bench.context.seedArtifact(new TextEncoder().encode("{}"));
    expect((await bench.fail(recomputeDrift, { report: other })).message).toMatch(/no drift report/);
  });
});
