import {
  compareCategories,
  compareNumbers,
  type CategoricalDrift,
  type NumericDrift,
} from "../drift/compare-columns.ts";
import { readReference, REFERENCE } from "../fixtures/shared-reference.ts";
import { filterRows, getColumn } from "../frame/frame.ts";
import { readCsv } from "../frame/read-csv.ts";
import { cellText, type Column } from "../score/column.ts";
import { checkNumbers, checkValue, type ReferenceCheck } from "./check.testing.ts";

type Value = number | string | null | readonly (number | string)[];

interface DriftExpectation {
  readonly kind: "numeric" | "categorical";
  readonly [name: string]: Value;
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

/** Below this a p-value is as good as 0: its digits are lost in the last steps to the smallest double. */
const NO_P = 1e-300;

function checksOf(
  file: string,
  quantity: string,
  { expected, got }: { expected: Value; got: Value | undefined },
) {
  const isP = /_p(_|$)/.test(quantity);
  const about = { file, quantity, tolerance: isP ? 1e-6 : 1e-9, measure: "relative" } as const;
  if (typeof expected === "object" && expected !== null) {
    const list = typeof got === "object" && got !== null ? got : [];
    if (expected.every((value) => typeof value === "number")) {
      return checkNumbers({ ...about, expected: expected.map(Number), got: list.map(Number) });
    }
    return checkValue({ ...about, expected: expected.join("|"), got: list.join("|") });
  }
  const one = typeof got === "object" ? null : got;
  if (isP && typeof expected === "number" && typeof one === "number" && Math.max(expected, one) < NO_P) {
    return checkValue({ ...about, expected, got: one, measure: "absolute" });
  }
  return checkValue({ ...about, expected, got: one });
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

/** Holds every number of drift/expected.json against ours; a number with an unknown name does not hold. */
export async function checkDrift(): Promise<ReferenceCheck[]> {
  const { pairs } = readReference<{ readonly pairs: Readonly<Record<string, DriftExpectation>> }>(
    "drift/expected.json",
  );
  const checks: ReferenceCheck[] = [];
  for (const [name, expectations] of Object.entries(pairs)) {
    const { reference, current, rows } = await samplesOf(name, expectations.kind);
    const got =
      reference.kind === "numeric" && current.kind === "numeric"
        ? numericNumbers(compareNumbers(reference, current))
        : categoricalNumbers(compareCategories(reference, current), rows);
    for (const [quantity, expected] of Object.entries(expectations)) {
      if (quantity === NOT_GIVEN && expected === null) continue;
      checks.push(checksOf(`drift/${name}`, quantity, { expected, got: got[quantity] }));
    }
  }
  return checks;
}
