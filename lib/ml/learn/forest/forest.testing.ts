import { createRandom } from "../../random.ts";
import { applyLink, marginFunction } from "../../score/margins.ts";
import type { Matrix, MatrixColumn } from "../../score/preparation.ts";
import type { Problem } from "../../score/model-file.ts";
import { forestParameters, type ForestAlgorithm } from "./forest-parameters.ts";
import { trainForest, type ForestRequest, type ForestResult } from "./train-forest.ts";

export function numbers(name: string, values: ArrayLike<number>): MatrixColumn {
  return { name, source: name, levels: null, values: Float64Array.from(values) };
}

export function levels(name: string, codes: ArrayLike<number>, count: number): MatrixColumn {
  const names = Array.from({ length: count }, (_, code) => `l${code}`);
  return { name, source: name, levels: names, values: Float64Array.from(codes) };
}

export function matrixOf(...columns: readonly MatrixColumn[]): Matrix {
  return { rowCount: columns[0]?.values.length ?? 0, columns };
}

export interface FitOptions extends Partial<Omit<ForestRequest, "parameters" | "training" | "problem">> {
  readonly weights?: Float64Array;
  readonly stated?: Readonly<Record<string, unknown>>;
}

/** Trains on a target given as numbers; classes are counted from it. */
export function fit(
  matrix: Matrix,
  { target, problem }: { target: ArrayLike<number>; problem: Problem },
  { weights, stated = {}, algorithm = "random-forest", ...rest }: FitOptions = {},
): ForestResult {
  const rows = Float64Array.from(target);
  return trainForest({
    algorithm,
    problem,
    classCount: rows.reduce((most, value) => Math.max(most, value), 0) + 1,
    training: { matrix, target: rows, weights: weights ?? null },
    parameters: forestParameters(stated, { algorithm, problem }),
    seed: 0,
    ...rest,
  });
}

/** Predictions, one list per output. */
export function predict({ ensemble }: ForestResult, matrix: Matrix): number[][] {
  return applyLink(ensemble.link, marginFunction(ensemble)(matrix)).map((output) => Array.from(output));
}

/** Mixed columns with missing cells, and targets that depend on them. */
export function drawnRows(rowCount: number, seed: number) {
  const random = createRandom(seed);
  const draw = (make: () => number): Float64Array =>
    Float64Array.from({ length: rowCount }, () => (random.uniform() < 0.1 ? NaN : make()));
  const matrix = matrixOf(
    numbers(
      "x",
      draw(() => random.normal()),
    ),
    numbers(
      "whole",
      draw(() => random.integer(8)),
    ),
    levels(
      "level",
      draw(() => random.integer(6)),
      6,
    ),
    numbers(
      "noise",
      draw(() => random.uniform()),
    ),
  );
  const [x, whole, level] = matrix.columns.map(({ values }) => values);
  const value = Float64Array.from({ length: rowCount }, (_, row) => {
    const [a, b, c] = [x![row]!, whole![row]!, level![row]!];
    return (Number.isNaN(a) ? 2 : a) + (b > 4 ? 1 : 0) + (c === 1 || c === 4 ? 2 : 0) + random.normal() / 2;
  });
  const targets: Readonly<Record<Problem, Float64Array>> = {
    regression: value,
    binary: value.map((number) => (number > 1 ? 1 : 0)),
    multiclass: value.map((number) => (number > 2 ? 2 : number > 0.5 ? 1 : 0)),
  };
  return { matrix, targets };
}

export const PROBLEMS: readonly Problem[] = ["binary", "multiclass", "regression"];
export const FORESTS: readonly ForestAlgorithm[] = ["random-forest", "extra-trees", "decision-tree"];
