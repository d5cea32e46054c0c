import { trainRidge } from "../learn/linear/train-linear.ts";
import type { NumericColumn } from "../score/column.ts";
import type { MatrixColumn } from "../score/preparation.ts";
import type { LeakageHint } from "./leakage-hint.ts";

/** A linear fit this good is an identity, not a relation between measurements. */
const IDENTITY = 0.999999;
/** Standardised coefficients below this part of the largest play no role. */
const NEGLIGIBLE = 1e-3;

/**
 * Finds numbers that add up to the target, such as parts of a total: least squares over all numeric columns; when it
 * is exact, columns are taken out one by one as long as it stays exact. Null when there is no such identity.
 */
export function findLinearLeak(columns: readonly NumericColumn[], target: Float64Array): LeakageHint | null {
  const usable = columns.filter((column) => column.values.every((value) => Number.isFinite(value)));
  const matrixColumns = usable.map(standardised).filter((column) => column !== null);
  if (matrixColumns.length < 2) return null;
  const first = fit(matrixColumns, target);
  if (!(first.r2 >= IDENTITY)) return null;
  const largest = Math.max(...first.coefficients.map(Math.abs));
  let kept = matrixColumns.filter((_, index) => Math.abs(first.coefficients[index]!) > NEGLIGIBLE * largest);
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
