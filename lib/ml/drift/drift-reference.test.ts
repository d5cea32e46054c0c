import { describe, expect, it } from "vitest";
import { hasReference, readReference, REFERENCE } from "../fixtures/shared-reference.ts";
import { filterRows, getColumn } from "../frame/frame.ts";
import { readCsv } from "../frame/read-csv.ts";
import { cellText, type Column } from "../score/column.ts";
import {
  compareCategories,
  compareNumbers,
  type CategoricalDrift,
  type NumericDrift,
} from "./compare-columns.ts";

type Value = number | string | null | readonly (number | string)[];

interface DriftExpectation {
  readonly kind: "numeric" | "categorical";
  readonly [name: string]: Value;
}

interface DriftReference {
  readonly pairs: Readonly<Record<string, DriftExpectation>>;
}

/** What both kinds of comparison say, under the reference file's names. */
function sharedNumbers(drift: NumericDrift | CategoricalDrift): Record<string, Value> {
  return {
    kind: drift.kind,
    counts_ref: drift.referenceCounts,
    counts_cur: drift.currentCounts,
    psi: drift.psi,
    kl: drift.kl,
    js_distance: drift.jsDistance,
    js_divergence: drift.jsDivergence,
    hellinger: drift.hellinger,
  };
}

function numericNumbers(drift: NumericDrift): Record<string, Value> {
  return {
    ...sharedNumbers(drift),
    n_ref: drift.reference.count,
    n_cur: drift.current.count,
    null_rate_ref: drift.reference.missingShare,
    null_rate_cur: drift.current.missingShare,
    mean_ref: drift.reference.mean,
    mean_cur: drift.current.mean,
    std_ref: drift.reference.standardDeviation,
    std_cur: drift.current.standardDeviation,
    edges: drift.edges,
    ks_statistic: drift.ks.statistic,
    ks_p_scipy_asymp: drift.ks.asymptoticP,
    ks_p_kolmogorov: drift.ks.limitP,
    ks_p_exact: drift.ks.exactP,
    wasserstein: drift.wasserstein,
    wasserstein_normed: drift.wassersteinNormed,
    mann_whitney_u: drift.mannWhitney.statistic,
    mann_whitney_p: drift.mannWhitney.p,
    t_welch: drift.welch?.statistic ?? null,
    t_welch_p: drift.welch?.p ?? null,
  };
}

function categoricalNumbers(
  drift: CategoricalDrift,
  rows: { readonly reference: number; readonly current: number },
): Record<string, Value> {
  return {
    ...sharedNumbers(drift),
    // Here the reference counts rows: a missing category is a category.
    n_ref: rows.reference,
    n_cur: rows.current,
    categories: drift.categories,
    l_infinity: drift.lInfinity,
    total_variation: drift.totalVariation,
    chi2_contingency: drift.chiSquared.statistic,
    chi2_contingency_dof: drift.chiSquared.degreesOfFreedom,
    chi2_contingency_p: drift.chiSquared.p,
    cramers_v: drift.cramersV,
    chi2_gof: drift.goodnessOfFit?.statistic ?? null,
    chi2_gof_p: drift.goodnessOfFit?.p ?? null,
    chi2_yates: drift.chiSquaredYates?.statistic ?? null,
    chi2_yates_p: drift.chiSquaredYates?.p ?? null,
    fisher_p: drift.fisherP,
  };
}

/** The one number of the file that it leaves null in every pair. */
const NOT_GIVEN = "anderson_darling";

/** 1e-9 relative; p-values 1e-6 relative or 1e-300 absolute. */
function differs(name: string, actual: Value | undefined, expected: Value): boolean {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return true;
    return expected.some((value: Value, index) => differs(name, actual[index] as Value, value)); // lists of values
  }
  if (typeof expected !== "number") return actual !== expected;
  const isP = /_p(_|$)/.test(name);
  const error = Math.abs((typeof actual === "number" ? actual : Number.NaN) - expected);
  return !(error <= (isP ? 1e-6 : 1e-9) * Math.abs(expected) || (isP && error <= 1e-300));
}

async function samplesOf(
  name: string,
  kind: "numeric" | "categorical",
): Promise<{ reference: Column; current: Column; rows: { reference: number; current: number } }> {
  const { frame } = await readCsv({ path: `${REFERENCE}/drift/${name}.csv` }, { kinds: { value: kind } });
  const side = getColumn(frame, "sample");
  const part = (label: string) => filterRows(frame, (row) => cellText(side, row) === label);
  const [reference, current] = [part("ref"), part("cur")];
  return {
    reference: getColumn(reference, "value"),
    current: getColumn(current, "value"),
    rows: { reference: reference.rowCount, current: current.rowCount },
  };
}

describe.skipIf(!hasReference)("drift of the shared reference pairs", () => {
  const { pairs } = hasReference ? readReference<DriftReference>("drift/expected.json") : { pairs: {} };

  it.each(Object.entries(pairs))("%s equals scipy in every number of the file", async (name, expected) => {
    const { reference, current, rows } = await samplesOf(name, expected.kind);
    const actual =
      reference.kind === "numeric" && current.kind === "numeric"
        ? numericNumbers(compareNumbers(reference, current))
        : categoricalNumbers(compareCategories(reference, current), rows);
    const wrong: string[] = [];
    for (const [key, value] of Object.entries(expected)) {
      if (key === NOT_GIVEN && value === null) continue;
      if (!Object.hasOwn(actual, key)) wrong.push(`${key} is not compared`);
      else if (differs(key, actual[key], value)) {
        wrong.push(`${key}: ${JSON.stringify(actual[key])} is not ${JSON.stringify(value)}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
