import { UNWATCHED, type Control } from "../control.ts";
import { selectRows, type Frame } from "../frame/frame.ts";
import { createRandom, shuffledIndices } from "../random.ts";
import { applyPreparation } from "../score/apply-preparation.ts";
import { assertNever } from "../score/assert-never.ts";
import type { Link } from "../score/estimator.ts";
import { marginFunction } from "../score/margins.ts";
import type { Model } from "../score/model-file.ts";
import type { Matrix } from "../score/preparation.ts";
import { columnsFromRows, type RawRow } from "../score/raw-columns.ts";
import type { Column } from "../score/column.ts";
import { linearShap } from "./linear-shap.ts";
import { treeShap, type Contributions } from "./tree-shap.ts";

export interface FeatureImportance {
  readonly feature: string;
  /** Mean absolute contribution over the rows, averaged over the outputs. */
  readonly meanAbsolute: number;
  /** The same per output. */
  readonly perOutput: readonly number[];
}

/** Whether expected value and contributions add up to each row's margin. */
export interface Additivity {
  readonly largestError: number;
  /** Allowed error, relative to max(1, |margin|). */
  readonly tolerance: number;
  readonly holds: boolean;
}

/**
 * SHAP contributions to the margin: log-odds, one softmax margin per class, a probability (per class when there are
 * more than two), or the predicted value itself.
 */
export interface Explanation {
  readonly method: "tree-shap-path-dependent" | "linear-shap" | "constant";
  readonly space: "log-odds" | "log-value" | "softmax-margin" | "probability" | "value";
  /** Raw feature names; parts made from one feature are summed. */
  readonly features: readonly string[];
  /** Class label per output; for two classes the positive one; for a regression the target. */
  readonly outputs: readonly string[];
  readonly expected: readonly number[];
  /** 0-based rows of the given frame that are explained, ascending. */
  readonly rows: Uint32Array;
  /** Per output, row after row, one number per feature. */
  readonly contributions: readonly Float64Array[];
  /** Per output, one number per explained row. */
  readonly margins: readonly Float64Array[];
  readonly additivity: Additivity;
  /** Strongest first. */
  readonly importance: readonly FeatureImportance[];
}

export interface ExplainOptions {
  /** Explain a seeded sample of at most this many rows. Default 1000. */
  readonly maximalRows?: number;
  readonly seed?: number;
  readonly control?: Control;
}

const TOLERANCE = 1e-9;

const SPACES: Readonly<Record<Link, Explanation["space"]>> = {
  identity: "value",
  log: "log-value",
  logit: "log-odds",
  softmax: "softmax-margin",
  probability: "probability",
};

/** Explains a model's predictions on (a sample of) the rows of a frame. */
export function explainModel(model: Model, frame: Frame, options: ExplainOptions = {}): Explanation {
  const { maximalRows = 1000, seed = 0 } = options;
  const rows =
    frame.rowCount <= maximalRows
      ? Uint32Array.from({ length: frame.rowCount }, (_, row) => row)
      : shuffledIndices(frame.rowCount, createRandom(seed)).slice(0, maximalRows).sort();
  const sample = rows.length === frame.rowCount ? frame : selectRows(frame, rows);
  return explainColumns(model, { columns: sample.columns, rows }, options.control ?? UNWATCHED);
}

interface ExplainedRows {
  readonly columns: readonly Column[];
  readonly rows: Uint32Array;
}

function explainColumns(model: Model, { columns, rows }: ExplainedRows, control: Control): Explanation {
  const matrix = applyPreparation(model.preparation, columns, rows.length);
  const raw = contributionsOf(model, matrix, control);
  const features = [...new Set(model.preparation.encoders.map((encoder) => encoder.column))];
  const contributions = raw.values.map((values) => sumBySource(values, matrix, features));
  const margins = marginFunction(model.estimator)(matrix);
  return {
    method: methodOf(model),
    space: SPACES[model.estimator.link],
    features,
    outputs: outputNames(model),
    expected: raw.expected,
    rows,
    contributions,
    margins,
    additivity: checkAdditivity({ expected: raw.expected, contributions, margins, width: features.length }),
    importance: importanceOf(features, contributions),
  };
}

function methodOf(model: Model): Explanation["method"] {
  const { kind } = model.estimator;
  return kind === "tree-ensemble"
    ? "tree-shap-path-dependent"
    : kind === "linear"
      ? "linear-shap"
      : "constant";
}

function outputNames(model: Model): readonly string[] {
  if (model.problem === "multiclass") return model.classes ?? [];
  return [model.positiveClass ?? model.target];
}

function contributionsOf(model: Model, matrix: Matrix, control: Control): Contributions {
  const { estimator } = model;
  switch (estimator.kind) {
    case "tree-ensemble":
      return treeShap(estimator, matrix, control);
    case "linear":
      return linearShap(estimator, matrix);
    case "constant":
      return {
        expected: estimator.margins,
        values: estimator.margins.map(() => new Float64Array(matrix.rowCount * matrix.columns.length)),
      };
    default:
      return assertNever(estimator);
  }
}

function sumBySource(values: Float64Array, matrix: Matrix, features: readonly string[]): Float64Array {
  const width = matrix.columns.length;
  const places = matrix.columns.map((column) => features.indexOf(column.source));
  const sums = new Float64Array(matrix.rowCount * features.length);
  for (let row = 0; row < matrix.rowCount; row++) {
    for (let index = 0; index < width; index++) {
      sums[row * features.length + places[index]!]! += values[row * width + index]!;
    }
  }
  return sums;
}

interface AdditivityRequest {
  readonly expected: readonly number[];
  readonly contributions: readonly Float64Array[];
  readonly margins: readonly Float64Array[];
  readonly width: number;
}

function checkAdditivity({ expected, contributions, margins, width }: AdditivityRequest): Additivity {
  let largestError = 0;
  for (const [output, margin] of margins.entries()) {
    const values = contributions[output]!;
    for (let row = 0; row < margin.length; row++) {
      let sum = expected[output]!;
      for (let index = 0; index < width; index++) sum += values[row * width + index]!;
      const error = Math.abs(sum - margin[row]!) / Math.max(1, Math.abs(margin[row]!));
      if (!(error <= largestError)) largestError = error;
    }
  }
  return { largestError, tolerance: TOLERANCE, holds: largestError <= TOLERANCE };
}

function importanceOf(
  features: readonly string[],
  contributions: readonly Float64Array[],
): FeatureImportance[] {
  const width = features.length;
  return features
    .map((feature, index): FeatureImportance => {
      const perOutput = contributions.map((values) => {
        let sum = 0;
        for (let place = index; place < values.length; place += width) sum += Math.abs(values[place]!);
        return values.length === 0 ? 0 : sum / (values.length / width);
      });
      const meanAbsolute = perOutput.reduce((sum, value) => sum + value, 0) / perOutput.length;
      return { feature, meanAbsolute, perOutput };
    })
    .toSorted((left, right) => right.meanAbsolute - left.meanAbsolute);
}

/** The explanation of one raw row; `contributions` are sorted by size, largest first. */
export interface RowExplanation {
  readonly output: string;
  readonly expected: number;
  readonly margin: number;
  readonly contributions: readonly {
    readonly feature: string;
    readonly value: unknown;
    readonly contribution: number;
  }[];
}

/**
 * Explains raw JSON rows, in terms of their fields: one list per row, with one entry per output.
 * @throws MlError bad-data naming row and field, when a field cannot be read.
 */
export function explainRows(model: Model, rows: readonly RawRow[]): RowExplanation[][] {
  const columns = columnsFromRows(model.features, rows);
  const indices = Uint32Array.from(rows, (_, row) => row);
  const explanation = explainColumns(model, { columns, rows: indices }, UNWATCHED);
  return rows.map((row, index) => explainedOutputs(explanation, index, row));
}

/** The explanation of one explained row as a list per output; `place` counts the explained rows. */
export function explainedOutputs(explanation: Explanation, place: number, row: RawRow): RowExplanation[] {
  const width = explanation.features.length;
  return explanation.outputs.map((output, index) => ({
    output,
    expected: explanation.expected[index]!,
    margin: explanation.margins[index]![place]!,
    contributions: explanation.features
      .map((feature, column) => ({
        feature,
        value: Object.hasOwn(row, feature) ? row[feature] : null,
        contribution: explanation.contributions[index]![place * width + column]!,
      }))
      .toSorted((left, right) => Math.abs(right.contribution) - Math.abs(left.contribution)),
  }));
}
