import { UNWATCHED, type Control } from "../../control.ts";
import { selectColumns, selectRows, type Frame } from "../../frame/frame.ts";
import { requireInRange } from "../../parameter-range.ts";
import { createRandom, shuffledIndices } from "../../random.ts";
import { MlError } from "../../score/ml-error.ts";
import { fitRowEncoder, type EncodedRows } from "./encode-rows.ts";
import { sharedColumns } from "./shared-columns.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

export interface ReconstructionOptions {
  /** Columns to compare together; all that can be when left out. */
  readonly columns?: readonly string[];
  /** Share of the variance that the kept components explain at least. Default 0.65. */
  readonly explainedVariance?: number;
  /** Rows taken from each side, by the seed. Default 20,000. */
  readonly maximalRows?: number;
  readonly seed: number;
  readonly control?: Control;
}

export interface ReconstructionDrift {
  /** Mean distance of the current rows from their reconstruction, in standard deviations. */
  readonly error: number;
  /** The same of the reference rows, each reconstructed by components fitted without it. */
  readonly referenceError: number;
  /** Between these the error is no sign of drift. */
  readonly limits: { readonly low: number; readonly high: number };
  readonly isDrifted: boolean;
  readonly components: number;
  /** Share of the variance that they explain. */
  readonly explainedVariance: number;
  /** Mean squared residual of each column on both sides, the one that changed most first. */
  readonly columns: readonly {
    readonly column: string;
    readonly error: number;
    readonly referenceError: number;
  }[];
  readonly skipped: readonly { readonly column: string; readonly reason: string }[];
  readonly rule: string;
}

/** The components of more columns take too long; the caller names fewer. */
const MOST_COLUMNS = 400;
const FOLDS = 5;
const FEWEST_ROWS = 30;
const SIGMAS = 3;

const RULE =
  "reconstruction error after NannyML's method: columns standardised by the reference (categories as their share of " +
  "it), principal components up to the stated share of variance, mean Euclidean distance of rows from their " +
  "reconstruction; the limits are 3 standard errors of a mean of as many rows around the reference's error, " +
  "which is cross-fitted in 5 folds";

/**
 * Tells whether the linear relations between columns still hold. A moved column moves this error only when it breaks
 * them; use it beside tests of single columns.
 * @throws MlError bad-argument without comparable columns, or with more than 400; bad-data for fewer than 30 rows on a
 * side or when no column varies; cancelled.
 */
export function reconstructionDrift(
  reference: Frame,
  current: Frame,
  options: ReconstructionOptions,
): ReconstructionDrift {
  const { explainedVariance = 0.65, maximalRows = 20_000, seed, control = UNWATCHED } = options;
  requireInRange("explainedVariance", explainedVariance, { from: 0.01, to: 0.999 });
  requireInRange("maximalRows", maximalRows, { from: 30, to: 10_000_000, isInteger: true });
  const { names, skipped } = sharedColumns(reference, current, options.columns);
  if (names.length > MOST_COLUMNS) {
    throw new MlError(
      "bad-argument",
      `${names.length} columns are too many for principal components; name at most ${MOST_COLUMNS}.`,
    );
  }
  const random = createRandom(seed);
  const sample = (frame: Frame): Frame =>
    selectRows(selectColumns(frame, names), shuffledIndices(frame.rowCount, random).slice(0, maximalRows));
  const [left, right] = [sample(reference), sample(current)];
  const fewest = Math.min(left.rowCount, right.rowCount);
  if (fewest < FEWEST_ROWS) {
    throw new MlError("bad-data", `One side has ${fewest} rows; at least ${FEWEST_ROWS} are needed.`);
  }
  const encoder = fitRowEncoder(left, names);
  if (encoder.names.length === 0) {
    throw new MlError("bad-data", "No column varies in the reference, so there is no relation to keep.");
  }
  const before = encoder.encode(left);
  const crossFitted = crossFittedResiduals(before, explainedVariance, control);
  const basis = fitBasis(before, explainedVariance, () => true);
  control.throwIfCancelled();
  const now = residualsOf(encoder.encode(right), basis, () => true);
  const spread = deviationOf(crossFitted.distances);
  const margin = SIGMAS * spread * Math.sqrt(1 / left.rowCount + 1 / right.rowCount);
  const referenceError = meanOf(crossFitted.distances);
  const error = meanOf(now.distances);
  const limits = { low: referenceError - margin, high: referenceError + margin };
  return {
    error,
    referenceError,
    limits,
    isDrifted: error < limits.low || error > limits.high,
    components: basis.vectors.length,
    explainedVariance: basis.explained,
    columns: encoder.names
      .map((column, place) => ({
        column,
        error: now.squares[place]! / right.rowCount,
        referenceError: crossFitted.squares[place]! / left.rowCount,
      }))
      .toSorted(
        (first, second) =>
          Math.abs(second.error - second.referenceError) - Math.abs(first.error - first.referenceError),
      ),
    skipped,
    rule: RULE,
  };
}

interface Basis {
  readonly vectors: readonly Float64Array[];
  readonly explained: number;
}

type RowChoice = (row: number) => boolean;

function fitBasis({ columns, rowCount }: EncodedRows, share: number, isUsed: RowChoice): Basis {
  const size = columns.length;
  const matrix = new Float64Array(size * size);
  for (let first = 0; first < size; first++) {
    for (let second = first; second < size; second++) {
      const [left, right] = [columns[first]!, columns[second]!];
      let sum = 0;
      for (let row = 0; row < rowCount; row++) if (isUsed(row)) sum += left[row]! * right[row]!;
      matrix[first * size + second] = sum;
      matrix[second * size + first] = sum;
    }
  }
  const { values, vectors } = symmetricEigen(matrix, size);
  const total = values.reduce((sum, value) => sum + value, 0);
  let explained = 0;
  let count = 0;
  while (count < size && explained < share * total) explained += values[count++]!;
  return { vectors: vectors.slice(0, count), explained: total > 0 ? explained / total : 1 };
}

interface Residuals {
  readonly distances: number[];
  /** Sum over rows of the squared residual, by column. */
  readonly squares: Float64Array;
}

function residualsOf({ columns, rowCount }: EncodedRows, basis: Basis, isUsed: RowChoice): Residuals {
  const distances: number[] = [];
  const squares = new Float64Array(columns.length);
  const residual = new Float64Array(columns.length);
  for (let row = 0; row < rowCount; row++) {
    if (!isUsed(row)) continue;
    for (const [place, column] of columns.entries()) residual[place] = column[row]!;
    // The vectors are orthogonal, so each part can be taken off in turn.
    for (const vector of basis.vectors) {
      let along = 0;
      for (let place = 0; place < vector.length; place++) along += vector[place]! * residual[place]!;
      for (let place = 0; place < vector.length; place++) residual[place]! -= along * vector[place]!;
    }
    let sum = 0;
    for (let place = 0; place < residual.length; place++) {
      const square = residual[place]! ** 2;
      squares[place]! += square;
      sum += square;
    }
    distances.push(Math.sqrt(sum));
  }
  return { distances, squares };
}

/** The rows are in random order, so every fifth row is a random fold. */
function crossFittedResiduals(rows: EncodedRows, share: number, control: Control): Residuals {
  const distances: number[] = [];
  const squares = new Float64Array(rows.columns.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    control.throwIfCancelled();
    control.report({ stage: "reconstruct", done: fold, total: FOLDS });
    const basis = fitBasis(rows, share, (row) => row % FOLDS !== fold);
    const held = residualsOf(rows, basis, (row) => row % FOLDS === fold);
    for (const distance of held.distances) distances.push(distance);
    for (const [place, value] of held.squares.entries()) squares[place]! += value;
  }
  return { distances, squares };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
