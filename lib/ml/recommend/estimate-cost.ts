import type { Problem } from "../score/model-file.ts";
import { MlError } from "../score/ml-error.ts";

export interface CostRequest {
  readonly algorithm: string;
  /** Rows to train on. */
  readonly rows: number;
  /** Columns to learn from, counted after categories are one-hot encoded where the algorithm does so. */
  readonly columns: number;
  /** Trees a round or coefficient vectors: the number of classes above two, else 1. */
  readonly outputs: number;
  /** Forests try all columns at a split for amounts, the square root of them for classes. */
  readonly problem: Problem;
  readonly parameters: Readonly<Record<string, number | string | boolean | null>>;
}

export interface CostEstimate {
  /** Processor seconds. */
  readonly seconds: number;
  /** The true time is expected between seconds / (1 + error) and seconds x (1 + error). */
  readonly error: number;
  readonly bytes: number;
  readonly basis: string;
}

/** What the work of an algorithm grows with; the coefficients of these, in seconds, are measured. */
export const COST_TERMS: Readonly<Record<string, readonly string[]>> = {
  "gradient-boosting": ["start", "rounds x rows x columns", "rounds x leaves x columns"],
  "random-forest": ["start", "trees x rows x log2 rows x tried columns", "rows x columns"],
  "extra-trees": ["start", "trees x rows x log2 rows x tried columns", "rows x columns"],
  "decision-tree": ["start", "rows x columns", "rows x columns x log2 rows"],
  linear: ["start", "rows x columns", "rows x columns squared"],
  ols: ["start", "rows x columns", "rows x columns squared"],
  lasso: ["start", "rows x columns", "rows x columns squared"],
  "elastic-net": ["start", "rows x columns", "rows x columns squared"],
  "nearest-neighbours": ["start", "rows x columns", "scored rows x rows x columns"],
  baseline: ["start", "rows x columns"],
};

const numberOf = (value: number | string | boolean | null | undefined, otherwise: number): number =>
  typeof value === "number" ? value : otherwise;

/** Rows that a neighbour model is taken to score: it does its work only then. */
const SCORED_ROWS = 1000;

/**
 * The terms of `COST_TERMS` for one training.
 * @throws MlError bad-argument for an algorithm whose cost was never measured.
 */
export function costUnits(request: CostRequest): number[] {
  const { algorithm, rows, columns, outputs, problem, parameters } = request;
  switch (algorithm) {
    case "gradient-boosting": {
      const rounds = numberOf(parameters["rounds"], 100) * outputs;
      const leaves = numberOf(parameters["maximalLeaves"], 31);
      return [1, rounds * rows * columns, rounds * leaves * columns];
    }
    case "random-forest":
    case "extra-trees": {
      const trees = numberOf(parameters["trees"], 100);
      const tried = problem === "regression" ? columns : Math.sqrt(columns);
      return [1, trees * rows * Math.log2(rows + 1) * tried, rows * columns];
    }
    case "decision-tree":
      return [1, rows * columns, rows * columns * Math.log2(rows + 1)];
    case "linear":
    case "ols":
    case "lasso":
    case "elastic-net":
      return [1, outputs * rows * columns, outputs * rows * columns * columns];
    case "nearest-neighbours":
      return [1, rows * columns, Math.min(rows, SCORED_ROWS) * rows * columns];
    case "baseline":
      return [1, rows * columns];
    default:
      throw new MlError(
        "bad-argument",
        `The cost of "${algorithm}" was never measured. Measured are: ${Object.keys(COST_TERMS).join(", ")}.`,
      );
  }
}

interface MeasuredCost {
  /** Seconds per unit of each of the algorithm's terms. */
  readonly coefficients: readonly number[];
  readonly worst: number;
}

/** Printed by lib/ml/bench/measure-cost.ts. */
const COST_COEFFICIENTS: Readonly<Record<string, MeasuredCost>> = {
  "gradient-boosting": { coefficients: [0.0519, 1.16e-8, 1.33e-6], worst: 0.49 },
  "random-forest": { coefficients: [0.00823, 1.55e-8, 0], worst: 0.15 },
  "extra-trees": { coefficients: [0.0345, 3.09e-8, 0], worst: 0.26 },
  "decision-tree": { coefficients: [0.00189, 8.23e-7, 0], worst: 1.28 },
  linear: { coefficients: [0.00313, 6.12e-7, 3.46e-9], worst: 0.23 },
  ols: { coefficients: [0, 6.65e-7, 2.73e-9], worst: 0.77 },
  lasso: { coefficients: [0.00377, 7.75e-7, 8.16e-10], worst: 0.75 },
  "elastic-net": { coefficients: [0.000133, 6.94e-7, 4.54e-9], worst: 1.06 },
  "nearest-neighbours": { coefficients: [0.00717, 1.3e-6, 0], worst: 3.09 },
  baseline: { coefficients: [0, 4.73e-7], worst: 1.3 },
};

/** Table, prepared matrix and, for trees, binned columns: bytes per cell; the rest is small beside them. */
const BYTES_PER_CELL = 8 + 8 + 1;
/** Per row: target, gradients, positions. */
const BYTES_PER_ROW = 48;
/** Per node of a tree that is kept. */
const BYTES_PER_NODE = 64;

/**
 * Processor seconds and memory of one training, by coefficients that were measured (see lib/ml/bench/measure-cost.ts),
 * with the largest relative error when each measured size was left out of the fit.
 * @throws MlError bad-argument for an algorithm whose cost was never measured.
 */
export function estimateCost(request: CostRequest): CostEstimate {
  const units = costUnits(request);
  const { rows, columns, algorithm, parameters } = request;
  const measured = COST_COEFFICIENTS[algorithm]!;
  const seconds = units.reduce((sum, unit, place) => sum + unit * measured.coefficients[place]!, 0);
  const isForest = algorithm === "random-forest" || algorithm === "extra-trees";
  const nodes = isForest ? numberOf(parameters["trees"], 100) * rows : 0;
  return {
    seconds,
    error: measured.worst,
    bytes: rows * (columns * BYTES_PER_CELL + BYTES_PER_ROW) + nodes * BYTES_PER_NODE,
    basis: basisOf(request, measured),
  };
}

const MEASURED_ROWS = 40_000;
const MEASURED_COLUMNS = 30;

function basisOf({ algorithm, rows, columns }: CostRequest, { worst }: MeasuredCost): string {
  const isBeyond = rows > MEASURED_ROWS || columns > MEASURED_COLUMNS;
  return (
    `Measured with ${COST_TERMS[algorithm]!.join(", ")} as terms on 1,000 to ${MEASURED_ROWS} rows x 5 to ` +
    `${MEASURED_COLUMNS} numeric columns, one 2-core x86-64 machine under load; left out in turn, the worst size was off ` +
    `by a factor of ${(1 + worst).toFixed(2)}. Another machine may be two or three times faster or slower.` +
    (isBeyond ? " This request lies beyond the measured sizes: the estimate is an extrapolation." : "")
  );
}
