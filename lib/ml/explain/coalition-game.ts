import { UNWATCHED, type Control } from "../control.ts";
import { MlError } from "../score/ml-error.ts";
import type { Matrix, MatrixColumn } from "../score/preparation.ts";
import type { Contributions } from "./tree-shap.ts";

/**
 * The interventional game of a prediction (Lundberg and Lee 2017; Janzing, Minorics and Bloebaum 2020): players are raw
 * features; a coalition's value is the mean prediction over the background rows after its players took the values of the
 * explained row. It needs nothing of a model but its predictions.
 */
export interface CoalitionGame {
  readonly rowCount: number;
  readonly playerCount: number;
  readonly outputs: number;
  /** Mean prediction of the background, per output: the value of the empty coalition. */
  readonly base: readonly number[];
  /** Players of which at least one background row differs from the row; the others get exactly 0. */
  readonly varyingPlayers: (row: number) => readonly number[];
  /** The row's own prediction, per output: the value of all players. */
  readonly full: (row: number) => readonly number[];
  /** Per output, one value per coalition; `isKnown` holds one flag per player, coalition after coalition. */
  readonly values: (row: number, isKnown: Uint8Array) => Float64Array[];
  readonly control: Control;
}

/** Shapley values that may be estimates. */
export interface EstimatedContributions extends Contributions {
  /** Per output, the sampling error of each contribution; null when all of them are exact. */
  readonly standardErrors: readonly Float64Array[] | null;
}

export interface CoalitionGameRequest {
  /** Rows to explain. */
  readonly matrix: Matrix;
  readonly background: Matrix;
  /** Per output, one prediction per row of the matrix. */
  readonly predict: (matrix: Matrix) => readonly Float64Array[];
  readonly outputs: number;
  readonly control?: Control;
}

/** Synthetic rows predicted at once. */
const BLOCK_ROWS = 8192;

/**
 * The game of the rows of `matrix`; columns made from one raw feature are one player, in the order of their first.
 * @throws MlError bad-argument for an empty background; cancelled.
 */
export function coalitionGame(request: CoalitionGameRequest): CoalitionGame {
  const { matrix, background, predict, outputs, control = UNWATCHED } = request;
  if (background.rowCount === 0) {
    throw new MlError(
      "bad-argument",
      "The background has no rows. Give rows that stand for what is usual, for instance of the training part.",
    );
  }
  const players = [...new Set(matrix.columns.map(({ source }) => source))];
  const playerOf = matrix.columns.map(({ source }) => players.indexOf(source));
  const predicted = predict(matrix);
  const baseline = predict(background);
  const width = players.length;
  return {
    rowCount: matrix.rowCount,
    playerCount: width,
    outputs,
    base: Array.from({ length: outputs }, (_, output) => mean(baseline[output]!)),
    varyingPlayers: (row) => {
      const isVarying = new Uint8Array(width);
      for (const [index, { values }] of matrix.columns.entries()) {
        const own = values[row]!;
        const others = background.columns[index]!.values;
        if (others.some((other) => !Object.is(other + 0, own + 0))) isVarying[playerOf[index]!] = 1;
      }
      return [...players.keys()].filter((player) => isVarying[player] === 1);
    },
    full: (row) => Array.from({ length: outputs }, (_, output) => predicted[output]![row]!),
    values: (row, isKnown) => coalitionValues({ ...request, control, playerOf, width }, row, isKnown),
    control,
  };
}

type ValueRequest = CoalitionGameRequest & {
  readonly control: Control;
  readonly playerOf: readonly number[];
  readonly width: number;
};

function coalitionValues(request: ValueRequest, row: number, isKnown: Uint8Array): Float64Array[] {
  const { matrix, background, predict, outputs, control, playerOf, width } = request;
  const count = isKnown.length / width;
  const size = background.rowCount;
  const perBlock = Math.max(1, Math.floor(BLOCK_ROWS / size));
  const results = Array.from({ length: outputs }, () => new Float64Array(count));
  const buffers = matrix.columns.map(() => new Float64Array(Math.min(perBlock, count) * size));
  for (let first = 0; first < count; first += perBlock) {
    control.throwIfCancelled();
    const blockCount = Math.min(perBlock, count - first);
    const columns = matrix.columns.map((column, index): MatrixColumn => {
      const buffer = buffers[index]!;
      const others = background.columns[index]!.values;
      for (let place = 0; place < blockCount; place++) {
        if (isKnown[(first + place) * width + playerOf[index]!] === 1) {
          buffer.fill(column.values[row]!, place * size, (place + 1) * size);
        } else buffer.set(others, place * size);
      }
      return { ...column, values: buffer.subarray(0, blockCount * size) };
    });
    const predictions = predict({ rowCount: blockCount * size, columns });
    for (const [output, values] of results.entries()) {
      for (let place = 0; place < blockCount; place++) {
        values[first + place] = mean(predictions[output]!.subarray(place * size, (place + 1) * size));
      }
    }
  }
  return results;
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
