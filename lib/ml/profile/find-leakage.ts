import { UNWATCHED, type Control } from "../control.ts";
import { selectRows, getColumn, type Frame } from "../frame/frame.ts";
import { createRandom, shuffledIndices } from "../random.ts";
import { isMissing, type Column } from "../score/column.ts";
import type { Problem } from "../score/model-file.ts";
import type { LeakageHint } from "./leakage-hint.ts";
import { findLinearLeak } from "./linear-leak.ts";
import { crossFittedStrength } from "./single-feature-strength.ts";
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

const LIMITS: Readonly<Record<LeakageHint["measure"], Limits>> = {
  auc: { leak: 0.995, suspicious: 0.97 },
  r2: { leak: 0.99, suspicious: 0.9 },
  "log-loss-skill": { leak: 0.97, suspicious: 0.92 },
};
const SAMPLE_ROWS = 50_000;

/**
 * Looks for features that predict the target too well to be honest: each alone, by out-of-fold means over its bins or
 * categories (so that many categories do not look good by chance), its missing pattern, and linear combinations of
 * numbers. Judged on a seeded sample of at most 50,000 rows. Hints, strongest first; a person decides.
 * @throws MlError bad-argument for an unknown target or feature; cancelled.
 */
export function findLeakage(frame: Frame, target: string, options: LeakageOptions): LeakageHint[] {
  const control = options.control ?? UNWATCHED;
  const names = options.features ?? frame.columns.map(({ name }) => name).filter((name) => name !== target);
  const sample = sampleKnownRows(frame, getColumn(frame, target), options.seed);
  const outputs = targetOutputs(getColumn(sample, target), options.problem);
  const hints: LeakageHint[] = [];
  for (const [index, name] of names.entries()) {
    control.throwIfCancelled();
    control.report({ stage: "leakage", done: index + 1, total: names.length });
    const hint = judgeColumn(getColumn(sample, name), {
      outputs,
      problem: options.problem,
      seed: options.seed,
    });
    if (hint !== null) hints.push(hint);
  }
  if (options.problem === "regression") {
    const columns = names
      .map((name) => getColumn(sample, name))
      .filter((column) => column.kind === "numeric");
    const linear = findLinearLeak(columns, outputs[0]!);
    if (linear !== null) hints.push(linear);
  }
  return hints.toSorted((left, right) => right.value - left.value);
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
  const { measure, value } = crossFittedStrength(column, judgement);
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

const MEASURE_NAMES: Readonly<Record<LeakageHint["measure"], string>> = {
  auc: "AUC",
  r2: "R2",
  "log-loss-skill": "a log loss skill of",
};

function missingPattern(column: Column): Column {
  const length = column.kind === "categorical" ? column.codes.length : column.values.length;
  const values = Float64Array.from({ length }, (_, row) => (isMissing(column, row) ? 1 : 0));
  return { kind: "numeric", name: column.name, values };
}
