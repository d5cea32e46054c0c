import type { NeighbourColumn } from "../../score/estimator.ts";
import { MlError } from "../../score/ml-error.ts";
import { encodeIntegers, encodeNumbers } from "../../score/packed-numbers.ts";
import type { MatrixColumn } from "../../score/preparation.ts";
import type { FitRequest, FitResult } from "../fit-estimator.ts";
import { readParameters } from "../linear/read-parameters.ts";

/** Bytes of training rows that a model may carry. */
const MAXIMAL_BYTES = 64 * 2 ** 20;

/**
 * k nearest neighbours (Cover and Hart 1967) over a linear preparation: standardised numbers and one 0/1 column per
 * level. Parameters: `neighbours`, 5 by default, and `weighting`, `uniform` or `distance`; scikit-learn's KNeighbors. Of
 * training rows equally far the earlier ones are taken. Row weights count as repeated votes, not as repeated rows; rows
 * of weight 0 are left out. The model carries the training rows.
 * @throws MlError bad-argument naming the parameter, or when the rows are too many to carry; bad-data for rows with
 * missing or infinite numbers.
 */
export function fitNeighbours(request: FitRequest): FitResult {
  const { training, problem, classCount } = request;
  const { matrix, target, weights } = training;
  const { neighbours, weighting } = readParameters(request.parameters, {
    neighbours: { default: 5, from: 1, to: 10_000, isInteger: true },
    weighting: { default: "uniform", choices: ["uniform", "distance"] },
  });
  const kept = weights === null ? null : Uint32Array.from(weights.keys().filter((row) => weights[row]! > 0));
  const rowCount = kept?.length ?? matrix.rowCount;
  if (neighbours > rowCount) {
    throw new MlError(
      "bad-argument",
      `Parameter "neighbours" is ${neighbours}, but there are only ${rowCount} training rows. Lower it or collect more rows.`,
      { details: { parameter: "neighbours", rows: rowCount } },
    );
  }
  refuseTooLarge(matrix.columns, rowCount);
  const select = (values: Float64Array) =>
    kept === null ? values : Float64Array.from(kept, (row) => values[row]!);
  return {
    estimator: {
      kind: "nearest-neighbours",
      link: problem === "regression" ? "identity" : "probability",
      outputs: problem === "multiclass" ? classCount : 1,
      neighbours,
      weighting,
      rowCount,
      columns: matrix.columns.map((column) => packColumn(column, select(column.values))),
      targets: encodeNumbers(select(target)),
      rowWeights: weights === null ? null : encodeNumbers(select(weights)),
    },
    parameters: { neighbours, weighting },
    history: [],
    notes: [`The model carries its ${rowCount} training rows; treat the file as you treat the data.`],
  };
}

function refuseTooLarge(columns: readonly MatrixColumn[], rowCount: number): void {
  const rowBytes = columns.reduce((sum, { levels }) => sum + (levels === null ? 8 : 4), 16);
  if (rowCount * rowBytes <= MAXIMAL_BYTES) return;
  const most = Math.floor(MAXIMAL_BYTES / rowBytes);
  throw new MlError(
    "bad-argument",
    `A nearest-neighbours model carries its training rows, and ${rowCount} rows of ${columns.length} columns are too ` +
      `many for one. Train on a sample of at most ${most} rows, or use another algorithm.`,
    { details: { rows: rowCount, maximalRows: most } },
  );
}

function packColumn({ name, levels }: MatrixColumn, values: Float64Array): NeighbourColumn {
  if (levels !== null) {
    const codes = Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : value));
    return { levels: levels.length, values: encodeIntegers(codes) };
  }
  if (values.some((value) => !Number.isFinite(value))) {
    throw new MlError(
      "bad-data",
      `Column "${name}" still has missing or infinite values; nearest neighbours need a linear preparation.`,
      { details: { column: name } },
    );
  }
  return { levels: null, values: encodeNumbers(values) };
}
