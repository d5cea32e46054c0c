import { UNWATCHED, type Control } from "../control.ts";
import { filterRows, getColumn, selectRows, type Frame } from "../frame/frame.ts";
import { createRandom, shuffledIndices } from "../random.ts";
import { isMissing, type Column } from "../score/column.ts";
import type { Problem } from "../score/model-file.ts";
import { duplicateRows } from "./duplicates.ts";
import { isIdentifierLike } from "./identifier.ts";
import { compareHints, type LeakageHint } from "./leakage-hint.ts";
import { findLinearLeak } from "./linear-leak.ts";
import { numbersInTexts } from "./numbers-in-texts.ts";
import { findOneSidedMissing } from "./one-sided-missing.ts";
import { crossFittedStrength, type Strength } from "./single-feature-strength.ts";
import { findTargetCopy } from "./target-copy.ts";
import { targetOutputs } from "./target-outputs.ts";

export interface LeakageOptions {
  readonly problem: Problem;
  /** Columns to judge; all but the target when left out. */
  readonly features?: readonly string[];
  readonly seed: number;
  readonly control?: Control;
}

interface Limits {
  readonly leak: number;
  readonly suspicious: number;
}

const LIMITS: Readonly<Record<Strength["measure"], Limits>> = {
  auc: { leak: 0.995, suspicious: 0.97 },
  r2: { leak: 0.99, suspicious: 0.9 },
  "log-loss-skill": { leak: 0.97, suspicious: 0.92 },
};
const SAMPLE_ROWS = 50_000;
/** Fewer rows show a perfect relation by accident. */
const MINIMAL_ROWS = 20;

/**
 * Looks for features that know the answer: copies of the target, each alone by out-of-fold means over its bins or
 * categories (so that many categories do not look good by chance), fields that are filled in after the outcome, and
 * linear combinations of numbers. Judged on a seeded sample of at most 50,000 rows. One hint a column at most, beside
 * combinations; leaks first, each strongest first; a person decides. Fewer than 20 rows show nothing.
 * @throws MlError bad-argument for an unknown target or feature; cancelled.
 */
export function findLeakage(frame: Frame, target: string, options: LeakageOptions): LeakageHint[] {
  const control = options.control ?? UNWATCHED;
  const names = options.features ?? frame.columns.map(({ name }) => name).filter((name) => name !== target);
  const sample = sampleKnownRows(frame, getColumn(frame, target), options.seed);
  for (const name of names) getColumn(sample, name);
  if (sample.rowCount < MINIMAL_ROWS) return [];
  const outputs = targetOutputs(getColumn(sample, target), options.problem);
  const differing = withoutCopies(sample, control);
  const hints: LeakageHint[] = [];
  for (const [index, name] of names.entries()) {
    control.throwIfCancelled();
    control.report({ stage: "leakage", done: index + 1, total: names.length });
    const column = getColumn(sample, name);
    const hint =
      findTargetCopy(getColumn(differing, name), getColumn(differing, target)) ??
      judgeColumn(column, { outputs, problem: options.problem, seed: options.seed }) ??
      findOneSidedMissing(column, getColumn(sample, target));
    if (hint !== null) hints.push(hint);
  }
  if (options.problem === "regression") {
    const columns = names
      .map((name) => getColumn(sample, name))
      .filter((column) => column.kind === "numeric");
    const linear = findLinearLeak(columns, outputs[0]!);
    if (linear !== null) hints.push(linear);
  }
  return hints.toSorted(compareHints);
}

/** Rows that differ from each other, keys aside. */
function withoutCopies(frame: Frame, control: Control): Frame {
  const columns = frame.columns.filter((column) => !isIdentifierLike(column));
  const copies = new Set(duplicateRows({ ...frame, columns }, control));
  return copies.size === 0 ? frame : filterRows(frame, (row) => !copies.has(row));
}

function sampleKnownRows(frame: Frame, target: Column, seed: number): Frame {
  const known: number[] = [];
  for (let row = 0; row < frame.rowCount; row++) if (!isMissing(target, row)) known.push(row);
  if (known.length <= SAMPLE_ROWS) return selectRows(frame, known);
  const order = shuffledIndices(known.length, createRandom(seed));
  return selectRows(
    frame,
    order
      .slice(0, SAMPLE_ROWS)
      .sort()
      .map((place) => known[place]!),
  );
}

interface Judgement {
  readonly outputs: readonly Float64Array[];
  readonly problem: Problem;
  readonly seed: number;
}

function judgeColumn(column: Column, judgement: Judgement): LeakageHint | null {
  const { measure, value } = crossFittedStrength(readable(column), judgement);
  const limits = LIMITS[measure];
  if (!(value >= limits.suspicious)) return null;
  const severity = value >= limits.leak ? "leak" : "suspicious";
  const missing = crossFittedStrength(missingPattern(column), judgement);
  const isByMissing = missing.value >= limits.suspicious;
  const kind = isByMissing ? "missingness" : "single-feature";
  const shown = `${MEASURE_NAMES[measure]} ${value.toFixed(4)}`;
  const how = isByMissing ? `Whether "${column.name}" is filled in` : `"${column.name}" alone`;
  const message =
    `${how} predicts the target with ${shown}. ` +
    (severity === "leak"
      ? "It is a copy or a consequence of the outcome; leave it out."
      : "Check whether it is known before the outcome; if not, leave it out.");
  return { kind, columns: [column.name], severity, measure, value, message };
}

const MEASURE_NAMES: Readonly<Record<Strength["measure"], string>> = {
  auc: "AUC",
  r2: "R2",
  "log-loss-skill": "a log loss skill of",
};

/** Texts that mostly differ tell nothing as categories; the numbers in them may. */
function readable(column: Column): Column {
  if (column.kind === "categorical" && column.dictionary.length * 2 < column.codes.length) return column;
  return numbersInTexts(column) ?? column;
}

function missingPattern(column: Column): Column {
  const length = column.kind === "categorical" ? column.codes.length : column.values.length;
  const values = Float64Array.from({ length }, (_, row) => (isMissing(column, row) ? 1 : 0));
  return { kind: "numeric", name: column.name, values };
}
