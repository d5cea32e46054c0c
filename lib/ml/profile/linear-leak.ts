import { trainRidge } from "../learn/linear/train-linear.ts";
import type { NumericColumn } from "../score/column.ts";
import type { MatrixColumn } from "../score/preparation.ts";
import type { LeakageHint } from "./leakage-hint.ts";

/** A linear fit this good is an identity, not a relation between measurements. */
const IDENTITY = 0.999999;
/** Standardised coefficients below this part of the largest play no role. */
const NEGLIGIBLE = 1e-3;

/** Columns with a larger part missing are left out, so that enough whole rows remain. */
const MOSTLY_PRESENT = 0.9;
/** With as many columns as rows any target is a sum; this many rows for each column leave no such freedom. */
const ROWS_PER_COLUMN = 5;

/**
 * Finds numbers that add up to the target, such as parts of a total: least squares over the rows that are whole; when it
 * is exact, columns are taken out one by one as long as it stays exact. Of more columns than a fifth of the rows, those
 * that go most with the target are looked at. Null when there is no such identity.
 */
export function findLinearLeak(columns: readonly NumericColumn[], target: Float64Array): LeakageHint | null {
  const whole = wholeRows(columns, target);
  return findIdentity(strongest(whole.columns, whole.target), whole.target);
}

interface WholeRows {
  readonly columns: readonly MatrixColumn[];
  readonly target: Float64Array;
}

/** The columns that are mostly there, standardised over the rows in which all of them are. */
function wholeRows(columns: readonly NumericColumn[], target: Float64Array): WholeRows {
  const usable = columns.filter(
    ({ values }) => values.filter((value) => Number.isFinite(value)).length >= MOSTLY_PRESENT * values.length,
  );
  const isWhole = Uint8Array.from(target, (value) => Number(Number.isFinite(value)));
  for (const { values } of usable) {
    for (let row = 0; row < target.length; row++) if (!Number.isFinite(values[row])) isWhole[row] = 0;
  }
  const keep = (values: Float64Array) => values.filter((_, row) => isWhole[row] === 1);
  return {
    columns: usable
      .map((column) => standardised({ ...column, values: keep(column.values) }))
      .filter((column) => column !== null),
    target: keep(target),
  };
}

function strongest(columns: readonly MatrixColumn[], target: Float64Array): readonly MatrixColumn[] {
  const most = Math.floor(target.length / ROWS_PER_COLUMN);
  if (columns.length <= most) return columns;
  const mean = target.reduce((sum, value) => sum + value, 0) / target.length;
  const covariance = ({ values }: MatrixColumn): number =>
    Math.abs(values.reduce((sum, value, row) => sum + value * (target[row]! - mean), 0));
  return columns
    .map((column) => ({ column, weight: covariance(column) }))
    .toSorted((left, right) => right.weight - left.weight)
    .slice(0, most)
    .map(({ column }) => column);
}

function findIdentity(matrixColumns: readonly MatrixColumn[], target: Float64Array): LeakageHint | null {
  if (matrixColumns.length < 2) return null;
  const first = fit(matrixColumns, target);
  if (!(first.r2 >= IDENTITY)) return null;
  const largest = Math.max(...first.coefficients.map(Math.abs));
  let kept: readonly MatrixColumn[] = matrixColumns.filter(
    (_, index) => Math.abs(first.coefficients[index]!) > NEGLIGIBLE * largest,
  );
  if (fit(kept, target).r2 < IDENTITY) kept = matrixColumns;
  for (const column of kept) {
    const rest = kept.filter((other) => other !== column);
    if (rest.length > 0 && fit(rest, target).r2 >= IDENTITY) kept = rest;
  }
  if (kept.length < 2) return null;
  const { r2 } = fit(kept, target);
  const names = kept.map((column) => column.name);
  const listed = names.map((name) => `"${name}"`).join(", ");
  return {
    kind: "linear-combination",
    columns: names,
    severity: "leak",
    measure: "r2",
    value: r2,
    message: `${listed} together add up to the target (R2 ${r2.toFixed(6)}). They are its parts; leave them out.`,
  };
}

function standardised({ name, values }: NumericColumn): MatrixColumn | null {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  if (!(variance > 0)) return null;
  const deviation = Math.sqrt(variance);
  return { name, source: name, levels: null, values: values.map((value) => (value - mean) / deviation) };
}

function fit(columns: readonly MatrixColumn[], target: Float64Array): { r2: number; coefficients: number[] } {
  const rowCount = target.length;
  const estimator = trainRidge({ rowCount, columns }, { target, weights: null }, 0);
  const output = estimator.outputs[0]!;
  const coefficients = output.terms.map((term) => term[0]!);
  const mean = target.reduce((sum, value) => sum + value, 0) / rowCount;
  let residual = 0;
  let total = 0;
  for (let row = 0; row < rowCount; row++) {
    let predicted = output.intercept;
    for (const [index, column] of columns.entries()) predicted += coefficients[index]! * column.values[row]!;
    residual += (target[row]! - predicted) ** 2;
    total += (target[row]! - mean) ** 2;
  }
  return { r2: total > 0 ? 1 - residual / total : 0, coefficients };
}
