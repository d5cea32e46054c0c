import type { NearestNeighboursEstimator } from "./estimator.ts";
import { NeighbourTree, type Neighbours } from "./neighbour-tree.ts";
import type { Matrix } from "./preparation.ts";
import { decodeIntegers, decodeNumbers } from "./packed-numbers.ts";

/** Called after every block of rows; may throw to stop the work. */
type Checkpoint = (doneRows: number, totalRows: number) => void;

const BLOCK = 256;

/**
 * Prepares predictions from the nearest training rows: the mean of their targets, or the share of each class among them
 * (Fix and Hodges 1951), every row with its own weight. With `distance` a neighbour counts 1 / distance, and where some
 * are at distance 0 these alone count. Rows are compared over the matrix columns of the model's preparation.
 */
export function neighbourMargins(
  estimator: NearestNeighboursEstimator,
): (matrix: Matrix, checkpoint?: Checkpoint) => Float64Array[] {
  const { columns, outputs } = estimator;
  const numeric = columns
    .keys()
    .filter((index) => columns[index]!.levels === null)
    .toArray();
  const categorical = columns
    .keys()
    .filter((index) => columns[index]!.levels !== null)
    .toArray();
  const order = [...numeric, ...categorical];
  const tree = new NeighbourTree({
    rowCount: estimator.rowCount,
    columns: order.map((index) => {
      const { levels, values } = columns[index]!;
      return levels === null ? decodeNumbers(values) : Float64Array.from(decodeIntegers(values));
    }),
    numericCount: numeric.length,
    levelCounts: categorical.map((index) => columns[index]!.levels!),
  });
  const targets = decodeNumbers(estimator.targets);
  const rowWeights = estimator.rowWeights === null ? null : decodeNumbers(estimator.rowWeights);
  const weights = new Float64Array(estimator.neighbours);
  return (matrix, checkpoint) => {
    const results = Array.from({ length: outputs }, () => new Float64Array(matrix.rowCount));
    const point = new Float64Array(order.length);
    for (let row = 0; row < matrix.rowCount; row++) {
      if (row % BLOCK === 0) checkpoint?.(row, matrix.rowCount);
      for (const [place, index] of order.entries()) {
        const value = matrix.columns[index]!.values[row]!;
        point[place] = Number.isNaN(value) ? -1 : value;
      }
      const found = tree.nearest(point, estimator.neighbours);
      weigh(found, { weights, rowWeights, isByDistance: estimator.weighting === "distance" });
      let total = 0;
      for (let place = 0; place < found.rows.length; place++) total += weights[place]!;
      if (!(total > 0)) {
        // Every neighbour is infinitely far: none counts more than another.
        weights.fill(1);
        total = found.rows.length;
      }
      for (let place = 0; place < found.rows.length; place++) {
        const target = targets[found.rows[place]!]!;
        const share = weights[place]! / total;
        if (estimator.link === "identity") results[0]![row]! += share * target;
        else if (outputs > 1) results[target]![row]! += share;
        else if (target === 1) results[0]![row]! += share;
      }
      // Shares that sum to 1 may pass it by rounding.
      if (estimator.link !== "identity") {
        for (const result of results) if (result[row]! > 1) result[row] = 1;
      }
    }
    return results;
  };
}

interface Weighing {
  readonly weights: Float64Array;
  readonly rowWeights: Float64Array | null;
  readonly isByDistance: boolean;
}

function weigh({ rows, squares }: Neighbours, { weights, rowWeights, isByDistance }: Weighing): void {
  const hasEqual = squares[0] === 0;
  for (let place = 0; place < rows.length; place++) {
    const own = rowWeights === null ? 1 : rowWeights[rows[place]!]!;
    const square = squares[place]!;
    if (!isByDistance) weights[place] = own;
    else if (hasEqual) weights[place] = square === 0 ? own : 0;
    else weights[place] = own / Math.sqrt(square);
  }
}
