import { describe, expect, it } from "vitest";
import { DATA, hasReference, readReference, REFERENCE } from "../fixtures/shared-reference.ts";
import { filterRows, getColumn, renameColumns, type Frame } from "../frame/frame.ts";
import { frameFromRows } from "../frame/frame-rows.ts";
import { readCsv } from "../frame/read-csv.ts";
import { createRandom } from "../random.ts";
import { cellText } from "../score/column.ts";
import { compareCategories, compareNumbers } from "./compare-columns.ts";
import { compareFrames, judge } from "./compare-frames.ts";

function sample(seed: number, shift = 0, missing = 0): Frame {
  const random = createRandom(seed);
  return frameFromRows(
    Array.from({ length: 600 }, (_, row) => ({
      amount: random.uniform() < missing ? null : random.normal() + shift,
      kind: random.uniform() < 0.5 + shift / 4 ? "a" : "b",
      flag: row % 2 === 0,
      day: "2024-01-01",
    })),
  );
}

describe("compareFrames", () => {
  it("finds nothing between two samples of the same source", () => {
    const report = compareFrames(sample(1), sample(2));
    expect(report).toMatchObject({
      verdict: "stable",
      driftShare: 0,
      counts: { stable: 3, warning: 0, drift: 0 },
    });
    expect(report.skipped).toEqual([{ column: "day", reason: "a date, which moves with time by nature" }]);
    expect(report.psiRule).toContain("deciles");
  });

  it("names the column that moved most, in both directions the same verdict", () => {
    const report = compareFrames(sample(1), sample(2, 1));
    expect(report).toMatchObject({ verdict: "drift", largestPsiColumn: "amount" });
    expect(report.columns.find(({ column }) => column === "kind")?.verdict).toBe("drift");
    expect(report.largestPsi).toBeGreaterThan(0.5);
  });

  it("notices a column that loses its values", () => {
    const amount = compareFrames(sample(1), sample(2, 0, 0.4), { columns: ["amount"] }).columns[0];
    expect(amount).toMatchObject({ verdict: "drift" });
    expect(amount!.psi).toBeLessThan(0.1);
  });

  it("skips with a reason what cannot be compared", () => {
    const reference = frameFromRows(
      Array.from({ length: 40 }, (_, row) => ({ a: row, b: "x", c: row, d: null })),
    );
    const current = frameFromRows(
      Array.from({ length: 40 }, (_, row) => ({ a: "t", b: "y", d: null, e: row })),
    );
    const reasons = Object.fromEntries(
      compareFrames(reference, current).skipped.map(({ column, reason }) => [column, reason]),
    );
    expect(reasons).toEqual({
      a: "numeric in the reference but categorical in the current data",
      c: "absent in the current data",
      d: "no value on one side",
    });
    expect(() => compareFrames(reference, current, { columns: ["nope"] })).toThrow(/no column "nope"/);
  });

  it("refuses samples that are too small for a verdict", () => {
    const small = filterRows(sample(1), (row) => row < 10);
    expect(() => compareFrames(sample(1), small)).toThrow(/current side has 10 rows/);
  });

  it("grades by the usual bands, the limits themselves included", () => {
    expect([0.0999, 0.1, 0.2499, 0.25].map((psi) => judge(psi))).toEqual([
      "stable",
      "warning",
      "warning",
      "drift",
    ]);
  });

  it("lists categories that the reference does not have", () => {
    const current = renameColumns(frameFromRows([{ x: "new" }, { x: "a" }]), { x: "kind" });
    const drift = compareCategories(getColumn(sample(1), "kind"), getColumn(current, "kind"));
    expect(drift.newCategories).toEqual(["new"]);
    expect(drift.goodnessOfFit).toBeNull();
  });
});

interface DriftExpectation {
  readonly kind: "numeric" | "categorical";
  readonly counts_ref: readonly number[];
  readonly counts_cur: readonly number[];
  readonly [name: string]: unknown;
}

describe.skipIf(!hasReference)("drift of the shared reference pairs", () => {
  const { pairs } = hasReference
    ? readReference<{ readonly pairs: Readonly<Record<string, DriftExpectation>> }>("drift/expected.json")
    : { pairs: {} };

  it.each(Object.entries(pairs))("%s equals scipy's numbers", async (name, expected) => {
    const { frame } = await readCsv(
      { path: `${REFERENCE}/drift/${name}.csv` },
      { kinds: { value: expected.kind } },
    );
    const side = getColumn(frame, "sample");
    const reference = getColumn(
      filterRows(frame, (row) => cellText(side, row) === "ref"),
      "value",
    );
    const current = getColumn(
      filterRows(frame, (row) => cellText(side, row) === "cur"),
      "value",
    );
    const actual: Record<string, number | null | undefined> = {};
    const drift =
      reference.kind === "numeric" && current.kind === "numeric"
        ? compareNumbers(reference, current)
        : compareCategories(reference, current);
    Object.assign(actual, {
      psi: drift.psi,
      kl: drift.kl,
      js_distance: drift.jsDistance,
      js_divergence: drift.jsDivergence,
      hellinger: drift.hellinger,
      null_rate_ref: drift.reference.missingShare,
    });
    if (drift.kind === "numeric") {
      Object.assign(actual, {
        mean_ref: drift.reference.mean,
        std_cur: drift.current.standardDeviation,
        null_rate_ref: drift.reference.missingShare,
        ks_statistic: drift.ks.statistic,
        ks_p_scipy_asymp: drift.ks.asymptoticP,
        ks_p_kolmogorov: drift.ks.limitP,
        ks_p_exact: drift.ks.exactP,
        wasserstein: drift.wasserstein,
        wasserstein_normed: drift.wassersteinNormed,
        mann_whitney_u: drift.mannWhitney.statistic,
        mann_whitney_p: drift.mannWhitney.p,
        t_welch: drift.welch?.statistic,
        t_welch_p: drift.welch?.p,
      });
    } else {
      Object.assign(actual, {
        l_infinity: drift.lInfinity,
        total_variation: drift.totalVariation,
        chi2_contingency: drift.chiSquared.statistic,
        chi2_contingency_p: drift.chiSquared.p,
        cramers_v: drift.cramersV,
        chi2_gof: drift.goodnessOfFit?.statistic,
        chi2_gof_p: drift.goodnessOfFit?.p,
        chi2_yates: drift.chiSquaredYates?.statistic,
        fisher_p: drift.fisherP,
      });
    }
    expect(drift.referenceCounts).toEqual(expected.counts_ref);
    expect(drift.currentCounts).toEqual(expected.counts_cur);
    for (const [key, value] of Object.entries(actual)) {
      const wanted = expected[key];
      if (typeof wanted !== "number") continue;
      const tolerance = /_p(_|$)/.test(key) ? 1e-6 : 1e-9;
      const error = Math.abs((value ?? NaN) - wanted);
      expect(
        error <= tolerance * Math.abs(wanted) || error <= 1e-300,
        `${key}: ${value} is not ${wanted}`,
      ).toBe(true);
    }
  });

  it("finds the second year of bike rentals drifted in the counts, stable in the wind", async () => {
    const { frame } = await readCsv({ path: `${DATA}/bike_hour/bike_hour.csv` });
    const year = getColumn(frame, "yr");
    const report = compareFrames(
      filterRows(frame, (row) => cellText(year, row) === "0"),
      filterRows(frame, (row) => cellText(year, row) === "1"),
      { columns: ["cnt", "windspeed"] },
    );
    expect(report.columns.map(({ verdict }) => verdict)).toEqual(["warning", "stable"]);
  });
});
