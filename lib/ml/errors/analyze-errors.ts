import { UNWATCHED } from "../control.ts";
import { getColumn, type Frame } from "../frame/frame.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import { MlError } from "../score/ml-error.ts";
import type { Model, Problem } from "../score/model-file.ts";
import { createScorer, type Predictions } from "../score/scorer.ts";
import { rowLosses, type RowLoss } from "../compare/row-losses.ts";
import { cutColumn } from "./cut-column.ts";
import {
  findFailingSlices,
  type FailingSlice,
  type FoundSlices,
  type SliceOptions,
} from "./find-failing-slices.ts";

export interface AnalyzeErrorsOptions extends Omit<SliceOptions, "isError" | "columns"> {
  /** Columns to slice by; all but the target when left out. */
  readonly columns?: readonly string[];
  /** What counts as failing; wrong decisions for classes, absolute errors for amounts, when left out. */
  readonly loss?: RowLoss;
  /** Slices and rows to report, 1 to 1000 each; default 20. */
  readonly most?: number;
}

/** How rows of a true class were decided. */
export interface DecidedRows {
  readonly actual: string;
  readonly predicted: string;
  readonly rows: number;
}

/** What goes wrong in a slice: decisions by class, most frequent mistakes first; or the mean error (predicted minus actual). */
export type SliceDetail =
  | { readonly kind: "decisions"; readonly decisions: readonly DecidedRows[] }
  | { readonly kind: "amounts"; readonly meanError: number };

/** A row the model was most wrong about. */
export type WorstRow =
  | {
      readonly kind: "class";
      /** 0-based. */
      readonly row: number;
      readonly actual: string;
      readonly predicted: string;
      /** What the model gave the true class. */
      readonly probabilityOfActual: number;
    }
  | { readonly kind: "amount"; readonly row: number; readonly actual: number; readonly predicted: number };

export interface ErrorAnalysis extends Omit<FoundSlices, "slices"> {
  readonly problem: Problem;
  readonly loss: RowLoss;
  readonly rows: number;
  readonly meanLoss: number;
  readonly slices: readonly (FailingSlice & { readonly detail: SliceDetail })[];
  /** Failing slices found, of which `slices` shows the first. */
  readonly found: number;
  readonly worstRows: readonly WorstRow[];
}

/**
 * Where a model fails on given rows: slices that are worse than the rest beyond chance, and the rows it was most wrong
 * about.
 * @throws MlError bad-argument for a loss that does not fit the problem; as findFailingSlices.
 */
export function analyzeErrors(model: Model, frame: Frame, options: AnalyzeErrorsOptions = {}): ErrorAnalysis {
  const control = options.control ?? UNWATCHED;
  const { most = 20 } = options;
  const isAmount = model.problem === "regression";
  const loss = options.loss ?? (isAmount ? "absoluteError" : "error");
  if (isAmount !== (loss === "absoluteError" || loss === "squaredError")) {
    throw new MlError(
      "bad-argument",
      `The loss "${loss}" does not fit a ${model.problem} model. Choose ${isAmount ? "absoluteError or squaredError" : "error or logLoss"}.`,
    );
  }
  const actual = encodeTarget(getColumn(frame, model.target), model.classes);
  const predictions = createScorer(model).scoreColumns(frame.columns, frame.rowCount, () =>
    control.throwIfCancelled(),
  );
  const losses = rowLosses(predictions, actual, loss);
  const columns =
    options.columns ?? frame.columns.map(({ name }) => name).filter((name) => name !== model.target);
  const found = findFailingSlices(frame, losses, { ...options, columns, isError: loss === "error" });
  const outcome: Outcome = { model, actual, predictions };
  const inSlice = sliceMembers(frame, options.bands ?? 4);
  return {
    problem: model.problem,
    loss,
    rows: frame.rowCount,
    meanLoss: losses.reduce((sum, value) => sum + value, 0) / losses.length,
    ...found,
    slices: found.slices
      .slice(0, most)
      .map((slice) => ({ ...slice, detail: detailOf(outcome, inSlice(slice)) })),
    found: found.slices.length,
    worstRows: worstRows(outcome, most),
  };
}

interface Outcome {
  readonly model: Model;
  readonly actual: Float64Array;
  readonly predictions: Predictions;
}

/** Finds the rows of a slice again, by the same cuts. */
function sliceMembers(frame: Frame, bands: number): (slice: FailingSlice) => number[] {
  const cuts = new Map<string, ReturnType<typeof cutColumn>>();
  const cutOf = (name: string) => {
    if (!cuts.has(name)) cuts.set(name, cutColumn(getColumn(frame, name), bands));
    return cuts.get(name)!;
  };
  return ({ conditions }) => {
    const tests = conditions.map(({ column, value }) => {
      const cut = cutOf(column);
      return { codes: cut.codes, code: cut.labels.indexOf(value) };
    });
    const rows: number[] = [];
    for (let row = 0; row < frame.rowCount; row++) {
      if (tests.every(({ codes, code }) => codes[row] === code)) rows.push(row);
    }
    return rows;
  };
}

function detailOf({ model, actual, predictions }: Outcome, rows: readonly number[]): SliceDetail {
  if (predictions.kind === "regression") {
    const sum = rows.reduce((total, row) => total + predictions.values[row]! - actual[row]!, 0);
    return { kind: "amounts", meanError: sum / rows.length };
  }
  const classes = model.classes ?? [];
  const counts = new Map<string, DecidedRows>();
  for (const row of rows) {
    const [is, decided] = [classes[actual[row]!]!, classes[predictions.predicted[row]!]!];
    const key = `${actual[row]} ${predictions.predicted[row]}`;
    counts.set(key, { actual: is, predicted: decided, rows: (counts.get(key)?.rows ?? 0) + 1 });
  }
  const isMistake = (one: DecidedRows) => (one.actual === one.predicted ? 0 : 1);
  return {
    kind: "decisions",
    decisions: [...counts.values()]
      .toSorted((left, right) => isMistake(right) - isMistake(left) || right.rows - left.rows)
      .slice(0, 20),
  };
}

function worstRows({ model, actual, predictions }: Outcome, most: number): WorstRow[] {
  const losses = rowLosses(
    predictions,
    actual,
    predictions.kind === "regression" ? "absoluteError" : "logLoss",
  );
  const order = Uint32Array.from(losses, (_, row) => row).sort(
    (left, right) => losses[right]! - losses[left]! || left - right,
  );
  const classes = model.classes ?? [];
  return Array.from(order.slice(0, most), (row): WorstRow => {
    if (predictions.kind === "regression") {
      return { kind: "amount", row, actual: actual[row]!, predicted: predictions.values[row]! };
    }
    const label = actual[row]!;
    const own =
      predictions.kind === "multiclass"
        ? predictions.probabilities[label]![row]!
        : label === 1
          ? predictions.probability[row]!
          : 1 - predictions.probability[row]!;
    return {
      kind: "class",
      row,
      actual: classes[label]!,
      predicted: classes[predictions.predicted[row]!]!,
      probabilityOfActual: own,
    };
  });
}
