import { MlError } from "../score/ml-error.ts";
import type { Problem } from "../score/model-file.ts";
import type { FoldResult } from "../validate/cross-validate.ts";
import { chooseMeasure, directionOf, type Direction, type MeasureName } from "../validate/measures.ts";
import { correctedTTest } from "./paired-tests.ts";
import { decidePairs, type ComparedPair, type PairTest } from "./verdict.ts";

/** What of a cross-validation is compared. */
export interface NamedCrossValidation {
  readonly name: string;
  readonly problem: Problem;
  readonly folds: readonly Pick<FoldResult, "repeat" | "fold" | "trainRows" | "testRows" | "measures">[];
}

export interface ComparedCrossValidations {
  readonly measure: MeasureName;
  readonly direction: Direction;
  readonly level: number;
  readonly folds: number;
  readonly means: readonly { readonly name: string; readonly mean: number }[];
  readonly pairs: readonly ComparedPair[];
  readonly best: string | null;
}

/**
 * Compares recipes that were cross-validated on the same folds by the corrected t test of Nadeau and Bengio (2003),
 * adjusted for the number of pairs by Holm.
 * @throws MlError bad-argument for fewer than two or for different folds; bad-data when a fold does not define the measure.
 */
export function compareCrossValidations(
  named: readonly NamedCrossValidation[],
  options: { readonly measure?: string; readonly level?: number } = {},
): ComparedCrossValidations {
  const level = options.level ?? 0.05;
  const [first] = named;
  if (first === undefined || named.length < 2) {
    throw new MlError("bad-argument", "A comparison needs at least two cross-validations. Name another one.");
  }
  for (const other of named) {
    if (shapeOf(other) === shapeOf(first)) continue;
    throw new MlError(
      "bad-argument",
      `${other.name} and ${first.name} were not measured on the same folds. Cross-validate them with the same data, folds and seed.`,
    );
  }
  const name = chooseMeasure(first.problem, options.measure);
  const values = named.map((one) => ({ name: one.name, values: valuesOf(one, name) }));
  const count = first.folds.length;
  const sizes = { trainRows: 0, testRows: 0 };
  for (const { trainRows, testRows } of first.folds) {
    sizes.trainRows += trainRows / count;
    sizes.testRows += testRows / count;
  }
  const tests = values.flatMap((left, index) =>
    values.slice(index + 1).map((right): PairTest => {
      const test = correctedTTest(
        left.values.map((value, fold) => value - right.values[fold]!),
        sizes,
      );
      if (test === null) {
        throw new MlError("bad-data", "One fold has no spread to judge by. Use at least two folds.");
      }
      return {
        first: left.name,
        second: right.name,
        difference: test.difference,
        interval: { low: test.low, high: test.high },
        test: "corrected t over folds",
        p: test.p,
      };
    }),
  );
  const direction = directionOf(name);
  return {
    measure: name,
    direction,
    level,
    folds: count,
    means: values.map((one) => ({
      name: one.name,
      mean: one.values.reduce((sum, value) => sum + value, 0) / count,
    })),
    ...decidePairs(tests, { level, isLowerBetter: direction === "lower" }),
  };
}

function shapeOf({ problem, folds }: NamedCrossValidation): string {
  const parts = folds.map(({ repeat, fold, trainRows, testRows }) => [repeat, fold, trainRows, testRows]);
  return JSON.stringify([problem, parts]);
}

function valuesOf({ name, folds }: NamedCrossValidation, measure: MeasureName): Float64Array {
  return Float64Array.from(folds, ({ measures }, fold) => {
    const value = measures[measure] ?? null;
    if (value !== null) return value;
    throw new MlError("bad-data", `Fold ${fold + 1} of ${name} does not define ${measure}. Use fewer folds.`);
  });
}
