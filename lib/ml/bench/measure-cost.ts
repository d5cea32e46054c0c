import { createFrame, type Frame } from "../frame/frame.ts";
import { ALGORITHMS, type AlgorithmName } from "../learn/fit-estimator.ts";
import { trainModel } from "../learn/train-model.ts";
import { createRandom } from "../random.ts";
import { COST_TERMS, costUnits } from "../recommend/estimate-cost.ts";
import { createScorer } from "../score/scorer.ts";

/*
 * Calibrates the cost model of lib/ml/recommend/estimate-cost.ts on this machine:
 *   npx node lib/ml/bench/measure-cost.ts [algorithm ...]
 * Per algorithm it trains a binary problem at each size, takes processor seconds (least of two runs), fits non-negative
 * coefficients of the stated terms by least relative squares, and prints them with the largest relative error when each
 * size is left out of the fit in turn. The printed numbers are what COST_COEFFICIENTS holds.
 */
const SIZES = [
  [1000, 5],
  [1000, 30],
  [4000, 10],
  [8000, 5],
  [8000, 30],
  [20_000, 10],
  [40_000, 5],
  [40_000, 20],
] as const;

function sample(rows: number, columns: number): Frame {
  const random = createRandom(rows + columns);
  const numbers = Array.from({ length: columns }, (_, index) => ({
    kind: "numeric" as const,
    name: `x${index}`,
    values: Float64Array.from({ length: rows }, () => random.normal()),
  }));
  const margin = (row: number): number =>
    numbers.slice(0, 4).reduce((sum, column) => sum + column.values[row]!, 0);
  const codes = Int32Array.from({ length: rows }, (_, row) =>
    Number(margin(row) + 1.5 * random.normal() > 0),
  );
  return createFrame([...numbers, { kind: "categorical", name: "y", codes, dictionary: ["no", "yes"] }]);
}

/** Amounts where the algorithm knows nothing else. */
function asAmounts(frame: Frame): Frame {
  return createFrame(
    frame.columns.map((column) =>
      column.kind === "categorical"
        ? {
            kind: "numeric",
            name: "y",
            values: Float64Array.from(column.codes, (code, row) => code + row / 1e7),
          }
        : column,
    ),
  );
}

function processorSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

interface Point {
  readonly units: readonly number[];
  readonly seconds: number;
}

function measure(algorithm: AlgorithmName): Point[] {
  return SIZES.map(([rows, columns]) => {
    const training = algorithm === "ols" ? asAmounts(sample(rows, columns)) : sample(rows, columns);
    const run = (): number =>
      processorSeconds(() => {
        const { model } = trainModel({ training, target: "y", algorithm, seed: 1 });
        // A neighbour model does its work when it scores.
        if (algorithm === "nearest-neighbours")
          createScorer(model).scoreColumns(training.columns, Math.min(rows, 1000));
      });
    const seconds = Math.min(run(), run());
    return {
      units: costUnits({
        algorithm,
        rows,
        columns,
        outputs: 1,
        problem: algorithm === "ols" ? "regression" : "binary",
        parameters: {},
      }),
      seconds,
    };
  });
}

/** Non-negative coefficients that minimise the squared relative error, by coordinate descent. */
function fit(points: readonly Point[]): number[] {
  const width = points[0]!.units.length;
  const coefficients: number[] = Array.from({ length: width }, () => 0);
  for (let round = 0; round < 5000; round++) {
    for (let place = 0; place < width; place++) {
      let [above, below] = [0, 0];
      for (const { units, seconds } of points) {
        const others = predicted(units, coefficients) - coefficients[place]! * units[place]!;
        const unit = units[place]! / seconds;
        above += unit * (1 - others / seconds);
        below += unit * unit;
      }
      coefficients[place] = below > 0 ? Math.max(0, above / below) : 0;
    }
  }
  return coefficients;
}

const predicted = (units: readonly number[], coefficients: readonly number[]): number =>
  units.reduce((sum, unit, place) => sum + unit * coefficients[place]!, 0);

const wanted = process.argv.slice(2);
const warm = sample(2000, 5);
for (const algorithm of ALGORITHMS) {
  if (wanted.length > 0 && !wanted.includes(algorithm)) continue;
  trainModel({ training: algorithm === "ols" ? asAmounts(warm) : warm, target: "y", algorithm, seed: 1 });
  const points = measure(algorithm);
  const errors = points.map((point, left) => {
    const others = fit(points.filter((_, index) => index !== left));
    return (
      Math.max(
        predicted(point.units, others) / point.seconds,
        point.seconds / predicted(point.units, others),
      ) - 1
    );
  });
  const coefficients = fit(points).map((value) => Number(value.toPrecision(3)));
  const terms = COST_TERMS[algorithm] ?? [];
  console.log(
    JSON.stringify({
      algorithm,
      terms,
      coefficients,
      worst: Math.round(Math.max(...errors) * 100) / 100,
      seconds: points.map(({ seconds }) => seconds),
    }),
  );
}
