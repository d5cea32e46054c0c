import type { Model } from "../score/model-file.ts";
import { columnsFromRows, type RawRow } from "../score/raw-columns.ts";
import { prepareEstimator, type PreparedEstimator } from "./attribute-matrix.ts";
import { explainColumns, type AttributionOptions } from "./explain-model.ts";
import type { Explanation } from "./explanation.ts";

/** One feature's part in a prediction. */
export interface FeatureContribution {
  readonly feature: string;
  /** The row's own value; null when it is missing. */
  readonly value: unknown;
  readonly contribution: number;
}

/** The explanation of one row; `contributions` are sorted by size, largest first. */
export interface RowExplanation {
  readonly output: string;
  readonly expected: number;
  readonly margin: number;
  readonly contributions: readonly FeatureContribution[];
}

/**
 * Explains raw JSON rows, in terms of their fields.
 * @throws MlError bad-data naming row and field, when a field cannot be read; bad-argument when the method needs
 * background rows and none are given; cancelled.
 */
export function explainRows(
  model: Model,
  rows: readonly RawRow[],
  options: AttributionOptions = {},
): Explanation {
  return explainWith(model, prepareEstimator(model.estimator, 0))(rows, options);
}

/** As `explainRows`, of a model laid out beforehand. */
export type RowExplainer = (rows: readonly RawRow[], options?: AttributionOptions) => Explanation;

/** Trees of so many nodes in all are kept laid out: about 100 MB. */
const KEPT_NODES = 500_000;

/** Lays a model out once for many calls, as a server does: what an explanation costs then is the rows alone. */
export function createRowExplainer(model: Model): RowExplainer {
  return explainWith(model, prepareEstimator(model.estimator, KEPT_NODES));
}

function explainWith(model: Model, prepared: PreparedEstimator): RowExplainer {
  return (rows, options = {}) => {
    const columns = columnsFromRows(model.features, rows);
    const indices = Uint32Array.from(rows, (_, row) => row);
    return explainColumns(model, { columns, rows: indices, others: null, prepared }, options);
  };
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
