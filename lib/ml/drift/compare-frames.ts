import { UNWATCHED, type Control } from "../control.ts";
import type { Frame } from "../frame/frame.ts";
import { MISSING_BOOLEAN, type Column } from "../score/column.ts";
import { MlError } from "../score/ml-error.ts";
import {
  compareCategories,
  compareNumbers,
  type CategoricalDrift,
  type NumericDrift,
} from "./compare-columns.ts";
import { divergences, PSI_RULE } from "./divergences.ts";

/** `stable` below the warning limit, `warning` from it on, `drift` from the alarm limit on. */
export type DriftVerdict = "stable" | "warning" | "drift";

export interface DriftLimits {
  readonly warning: number;
  readonly alarm: number;
}

/** The usual bands of the population stability index (Siddiqi 2006). */
export const PSI_LIMITS: DriftLimits = { warning: 0.1, alarm: 0.25 };

export interface ColumnDrift {
  readonly column: string;
  /** From `psi`, or from `missingPsi` where that is larger. */
  readonly verdict: DriftVerdict;
  readonly psi: number;
  /** PSI of the two bins present and missing: a column may drift by losing its values. */
  readonly missingPsi: number;
  readonly comparison: NumericDrift | CategoricalDrift;
}

export interface DriftReport {
  /** The worst verdict of a column. */
  readonly verdict: DriftVerdict;
  readonly largestPsi: number;
  readonly largestPsiColumn: string | null;
  /** Share of compared columns whose verdict is drift. */
  readonly driftShare: number;
  readonly counts: Readonly<Record<DriftVerdict, number>>;
  readonly columns: readonly ColumnDrift[];
  readonly skipped: readonly { readonly column: string; readonly reason: string }[];
  readonly limits: DriftLimits;
  readonly psiRule: string;
  readonly verdictRule: string;
  readonly referenceRows: number;
  readonly currentRows: number;
}

export interface CompareOptions {
  /** Columns to compare; all that can be when left out. */
  readonly columns?: readonly string[];
  readonly limits?: DriftLimits;
  readonly control?: Control;
}

/** Smaller samples give verdicts by chance. */
const MINIMAL_ROWS = 30;

/**
 * Compares current rows with reference rows, column by column. Dates (which move by nature), free text, columns that
 * are absent on one side, of different kinds, or without values are skipped with a reason.
 * @throws MlError bad-data for fewer than 30 rows on a side; bad-argument for an unknown column; cancelled.
 */
export function compareFrames(reference: Frame, current: Frame, options: CompareOptions = {}): DriftReport {
  const control = options.control ?? UNWATCHED;
  const limits = options.limits ?? PSI_LIMITS;
  checkRows(reference, current);
  const names = options.columns ?? reference.columns.map((column) => column.name);
  const columns: ColumnDrift[] = [];
  const skipped: { column: string; reason: string }[] = [];
  for (const [index, name] of names.entries()) {
    control.throwIfCancelled();
    control.report({ stage: "drift", done: index + 1, total: names.length });
    const outcome = compareNamed({ reference, current, limits }, name);
    if (typeof outcome === "string") skipped.push({ column: name, reason: outcome });
    else columns.push(outcome);
  }
  const counts = { stable: 0, warning: 0, drift: 0 };
  for (const { verdict } of columns) counts[verdict]++;
  const worst = columns.toSorted((left, right) => right.psi - left.psi)[0];
  return {
    verdict: counts.drift > 0 ? "drift" : counts.warning > 0 ? "warning" : "stable",
    largestPsi: worst?.psi ?? 0,
    largestPsiColumn: worst?.column ?? null,
    driftShare: columns.length === 0 ? 0 : counts.drift / columns.length,
    counts,
    columns,
    skipped,
    limits,
    psiRule: PSI_RULE,
    verdictRule: `a column's larger PSI (values, missing) >= ${limits.alarm}: drift; >= ${limits.warning}: warning; the worst column decides`,
    referenceRows: reference.rowCount,
    currentRows: current.rowCount,
  };
}

function checkRows(reference: Frame, current: Frame): void {
  for (const [side, frame] of [
    ["reference", reference],
    ["current", current],
  ] as const) {
    if (frame.rowCount < MINIMAL_ROWS) {
      throw new MlError(
        "bad-data",
        `The ${side} side has ${frame.rowCount} rows; at least ${MINIMAL_ROWS} are needed for a drift verdict. Widen the window.`,
        { details: { rows: frame.rowCount } },
      );
    }
  }
}

interface Sides {
  readonly reference: Frame;
  readonly current: Frame;
  readonly limits: DriftLimits;
}

/** The comparison of one column, or the reason why there is none. */
function compareNamed({ reference, current, limits }: Sides, name: string): ColumnDrift | string {
  const left = reference.columns.find((column) => column.name === name);
  const right = current.columns.find((column) => column.name === name);
  if (left === undefined && right === undefined) {
    throw new MlError("bad-argument", `There is no column "${name}" on either side. Check the spelling.`);
  }
  if (left === undefined) return "absent in the reference";
  if (right === undefined) return "absent in the current data";
  if (left.kind === "date" || right.kind === "date") return "a date, which moves with time by nature";
  if (left.kind === "text" || right.kind === "text") return "free text";
  if ((left.kind === "numeric") !== (right.kind === "numeric")) {
    return `${left.kind} in the reference but ${right.kind} in the current data`;
  }
  const missingPsi = comparePresence(left, right);
  if (left.kind === "numeric" && right.kind === "numeric") {
    if (!hasValue(left) || !hasValue(right)) return "no value on one side";
    if (hasInfinity(left) || hasInfinity(right)) return "infinite values; clean them first";
    const comparison = compareNumbers(left, right);
    const { psi } = comparison;
    return { column: name, verdict: judge(Math.max(psi, missingPsi), limits), psi, missingPsi, comparison };
  }
  const comparison = compareCategories(left, right);
  const { psi } = comparison;
  // Among categories, missing is already a bin of the PSI.
  return { column: name, verdict: judge(psi, limits), psi, missingPsi, comparison };
}

function hasValue(column: { readonly values: Float64Array }): boolean {
  return column.values.some((value) => !Number.isNaN(value));
}

function hasInfinity(column: { readonly values: Float64Array }): boolean {
  return column.values.some((value) => value === Infinity || value === -Infinity);
}

function comparePresence(reference: Column, current: Column): number {
  const left = presence(reference);
  const right = presence(current);
  return divergences({ reference: left, current: right }).psi;
}

function presence(column: Column): [number, number] {
  let missing = 0;
  if (column.kind === "categorical") for (const code of column.codes) missing += code < 0 ? 1 : 0;
  else if (column.kind === "boolean")
    for (const value of column.values) missing += value === MISSING_BOOLEAN ? 1 : 0;
  else if (column.kind !== "text") for (const value of column.values) missing += Number.isNaN(value) ? 1 : 0;
  const rows = column.kind === "categorical" ? column.codes.length : column.values.length;
  return [rows - missing, missing];
}

/** The band a population stability index falls in. */
export function judge(psi: number, limits: DriftLimits = PSI_LIMITS): DriftVerdict {
  return psi >= limits.alarm ? "drift" : psi >= limits.warning ? "warning" : "stable";
}
