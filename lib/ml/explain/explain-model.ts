import { UNWATCHED, type Control } from "../control.ts";
import { selectRows, type Frame } from "../frame/frame.ts";
import { createRandom, shuffledIndices } from "../random.ts";
import { applyPreparation } from "../score/apply-preparation.ts";
import { assertNever } from "../score/assert-never.ts";
import type { Column } from "../score/column.ts";
import type { Model } from "../score/model-file.ts";
import type { Matrix } from "../score/preparation.ts";
import {
  attributeMatrix,
  chooseMethod,
  interactionsOf,
  needsBackground,
  prepareEstimator,
  type AttributionRequest,
  type PreparedEstimator,
} from "./attribute-matrix.ts";
import {
  checkAdditivity,
  rankFeatures,
  type Explanation,
  type ExplanationBackground,
  type ExplanationMethod,
} from "./explanation.ts";

/** How rows are explained, whether they come as a frame or as JSON. */
export interface AttributionOptions {
  /** Default auto. */
  readonly method?: ExplanationMethod;
  /** Rows that stand for what is usual, for the methods tree-interventional, kernel and permutation. */
  readonly background?: Frame;
  /** At most so many of the background rows, a seeded sample. Default 100. */
  readonly backgroundRows?: number;
  /** Default margin. */
  readonly space?: "margin" | "probability";
  /** Coalitions evaluated per row by the kernel method. Default 2048 + 2 x features, at least 4 x features. */
  readonly coalitions?: number;
  /** Orders drawn per row by the permutation method. Default 10. */
  readonly permutations?: number;
  readonly seed?: number;
  readonly control?: Control;
}

export interface ExplainOptions extends AttributionOptions {
  /** Explain a seeded sample of at most this many rows. Default 1000. */
  readonly maximalRows?: number;
  /** Interactions of at most so many of the explained rows, the first ones. Default 0. */
  readonly interactionRows?: number;
}

/**
 * Explains a model's predictions on (a sample of) the rows of a frame, whatever the estimator: exactly for trees and
 * linear models, else by its predictions alone. Without `background` a sample of the given rows serves as one.
 * @throws MlError bad-argument for a method, space or interactions that the estimator does not allow; bad-data for
 * columns that do not fit the model; cancelled.
 */
export function explainModel(model: Model, frame: Frame, options: ExplainOptions = {}): Explanation {
  const { maximalRows = 1000, seed = 0 } = options;
  const rows = sampledRows(frame.rowCount, maximalRows, seed);
  const sample = rows.length === frame.rowCount ? frame : selectRows(frame, rows);
  return explainColumns(model, { columns: sample.columns, rows, others: frame }, options);
}

interface ExplainedRows {
  readonly columns: readonly Column[];
  readonly rows: Uint32Array;
  /** Rows to take a background from when none is given. */
  readonly others: Frame | null;
  /** The model's estimator, laid out before; laid out for this once when left out. */
  readonly prepared?: PreparedEstimator;
}

/** Explains columns of rows; `explainModel` and `explainRows` are its public forms. */
export function explainColumns(
  model: Model,
  { columns, rows, others, prepared }: ExplainedRows,
  options: ExplainOptions,
): Explanation {
  const { interactionRows = 0, space = "margin" } = options;
  const matrix = applyPreparation(model.preparation, columns, rows.length);
  const method = chooseMethod(model.estimator, options.method ?? "auto");
  const background = needsBackground(method) ? backgroundOf(model, others, options) : null;
  const features = [...new Set(model.preparation.encoders.map((encoder) => encoder.column))];
  const request: AttributionRequest = {
    estimator: model.estimator,
    ...(model.calibration === undefined ? {} : { calibration: model.calibration }),
    method,
    matrix,
    background: background?.matrix ?? null,
    features,
    space,
    ...(options.coalitions === undefined ? {} : { coalitions: options.coalitions }),
    ...(options.permutations === undefined ? {} : { permutations: options.permutations }),
    seed: options.seed ?? 0,
    control: options.control ?? UNWATCHED,
    prepared: prepared ?? prepareEstimator(model.estimator, 0),
  };
  const attribution = attributeMatrix(request);
  const { expected, contributions, margins, standardErrors } = attribution;
  return {
    method: attribution.method,
    space: space === "probability" && model.problem !== "regression" ? "probability" : spaceOf(model, space),
    isExact: standardErrors === null,
    background: background?.about ?? null,
    features,
    outputs: outputNames(model),
    expected,
    rows,
    contributions,
    standardErrors,
    margins,
    additivity: checkAdditivity({ expected, contributions, margins, width: features.length }),
    importance: rankFeatures(features, contributions),
    interactions:
      interactionRows === 0
        ? null
        : interactionsOf({ ...request, matrix: firstRows(matrix, Math.min(interactionRows, rows.length)) }),
  };
}

/** Ascending places of a seeded sample without replacement; all of them when there are no more than `most`. */
function sampledRows(rowCount: number, most: number, seed: number): Uint32Array {
  if (rowCount <= most) return Uint32Array.from({ length: rowCount }, (_, row) => row);
  return shuffledIndices(rowCount, createRandom(seed)).slice(0, most).sort();
}

interface Background {
  readonly matrix: Matrix;
  readonly about: ExplanationBackground;
}

function backgroundOf(model: Model, others: Frame | null, options: AttributionOptions): Background | null {
  const given = options.background;
  const frame = given ?? others;
  if (frame === null) return null;
  const rows = sampledRows(frame.rowCount, options.backgroundRows ?? 100, options.seed ?? 0);
  const { columns } = selectRows(frame, rows);
  return {
    matrix: applyPreparation(model.preparation, columns, rows.length),
    about: {
      rows: rows.length,
      source: given === undefined ? "sample of the rows to explain" : "given rows",
    },
  };
}

function firstRows(matrix: Matrix, rowCount: number): Matrix {
  const columns = matrix.columns.map((column) => ({
    ...column,
    values: column.values.subarray(0, rowCount),
  }));
  return { rowCount, columns };
}

function spaceOf({ estimator }: Model, space: "margin" | "probability"): Explanation["space"] {
  switch (estimator.link) {
    case "logit":
      return "log-odds";
    case "softmax":
      return "softmax-margin";
    case "probability":
      return "probability";
    case "identity":
      return "value";
    case "log":
      return space === "margin" ? "log-value" : "value";
    default:
      return assertNever(estimator.link);
  }
}

function outputNames(model: Model): readonly string[] {
  if (model.problem === "multiclass") return model.classes ?? [];
  return [model.positiveClass ?? model.target];
}
