import { UNWATCHED, type Control } from "../control.ts";
import { normalTail } from "../drift/special-functions.ts";
import { getColumn, type Frame } from "../frame/frame.ts";
import { weightedBinaryMetrics } from "../metrics/binary-metrics.ts";
import { bootstrapIntervals, type BootstrapOptions } from "../metrics/bootstrap.ts";
import { weightedMulticlassMetrics } from "../metrics/multiclass-metrics.ts";
import { rankScores } from "../metrics/ranking-metrics.ts";
import { weightedRegressionMetrics } from "../metrics/regression-metrics.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import { assertNever } from "../score/assert-never.ts";
import { MlError } from "../score/ml-error.ts";
import type { Model, Problem } from "../score/model-file.ts";
import { createScorer, type Predictions } from "../score/scorer.ts";
import {
  chooseMeasure,
  directionOf,
  measure,
  type Direction,
  type MeasureName,
  type Measures,
} from "../validate/measures.ts";
import { deLongTest } from "./delong.ts";
import { mcNemarTest, type McNemarTest } from "./mcnemar.ts";
import { pairedTTest, signedRankTest, type SignedRankTest } from "./paired-tests.ts";
import { rowLosses, type RowLoss } from "./row-losses.ts";
import { decidePairs, type ComparedPair, type PairTest } from "./verdict.ts";

export interface NamedModel {
  readonly name: string;
  readonly model: Model;
}

export interface CompareModelsOptions {
  /** What is compared; the problem's first measure when left out. */
  readonly measure?: string;
  /** Chance of calling any difference where there is none, 0.0001 to 0.5; default 0.05. */
  readonly level?: number;
  readonly bootstrap: Omit<BootstrapOptions, "control" | "level">;
  readonly control?: Control;
}

export interface ComparedModels {
  readonly problem: Problem;
  readonly measure: MeasureName;
  readonly direction: Direction;
  readonly level: number;
  readonly rows: number;
  readonly models: readonly { readonly name: string; readonly measures: Measures }[];
  readonly pairs: readonly (ComparedPair & {
    /** Decisions right and wrong; null for amounts. */
    readonly decisions: McNemarTest | null;
    /** Absolute errors against each other; null for classes. */
    readonly ranks: SignedRankTest | null;
  })[];
  readonly best: string | null;
}

/**
 * Compares models on the same rows, each pair by the paired test that fits the measure: DeLong for the AUC, McNemar for
 * the accuracy, Student's t on the rows' losses for losses and errors, and a paired bootstrap for the rest; adjusted for
 * the number of pairs by Holm. Intervals of differences are paired bootstrap percentiles.
 * @throws MlError bad-argument for fewer than two models, models of different targets or an unknown measure; bad-data
 * when the rows do not define the measure; cancelled.
 */
export function compareModels(
  named: readonly NamedModel[],
  frame: Frame,
  options: CompareModelsOptions,
): ComparedModels {
  const control = options.control ?? UNWATCHED;
  const level = options.level ?? 0.05;
  const first = checkComparable(named, level);
  const { problem, classes } = first.model;
  const actual = encodeTarget(getColumn(frame, first.model.target), classes);
  const name = chooseMeasure(problem, options.measure);
  const scored = named.map((one) => ({
    name: one.name,
    predictions: createScorer(one.model).scoreColumns(frame.columns, frame.rowCount, () =>
      control.throwIfCancelled(),
    ),
  }));
  const models = scored.map(({ name, predictions }) => ({
    name,
    measures: measure(predictions, actual, classes),
  }));
  const values = models.map((model) => model.measures[name] ?? null);
  if (values.some((value) => value === null)) {
    throw new MlError(
      "bad-data",
      `These ${frame.rowCount} rows do not define ${name}, as when all are of one class. Use more rows or another measure.`,
    );
  }
  const combinations = pairsOf(scored.length);
  const weighted = scored.map(({ predictions }) => weightedMeasure(predictions, { actual, classes, name }));
  const intervals = bootstrapIntervals(
    actual.length,
    (weights) => {
      const drawn = weighted.map((value) => value(weights));
      return Object.fromEntries(combinations.map(([i, j]) => [`${i} ${j}`, drawn[i]! - drawn[j]!]));
    },
    { ...options.bootstrap, control },
  );
  const tests = combinations.map(([i, j]): PairTest => {
    control.throwIfCancelled();
    const [left, right] = [scored[i]!, scored[j]!];
    const difference = values[i]! - values[j]!;
    const interval = intervals[`${i} ${j}`];
    const tested = testPair(name, { actual, first: left.predictions, second: right.predictions });
    const fallback = bootstrapTest(difference, interval?.standardError);
    return {
      first: left.name,
      second: right.name,
      difference,
      interval: interval === undefined ? null : { low: interval.low, high: interval.high },
      ...(tested ?? fallback),
    };
  });
  const direction = directionOf(name);
  const verdict = decidePairs(tests, { level, isLowerBetter: direction === "lower" });
  const pairs = verdict.pairs.map((pair, place) => {
    const [i, j] = combinations[place]!;
    const losses = (loss: RowLoss) =>
      [i, j].map((index) => rowLosses(scored[index]!.predictions, actual, loss)) as [
        Float64Array,
        Float64Array,
      ]; // two indices
    return { ...pair, ...otherTests(problem, losses) };
  });
  return { problem, measure: name, direction, level, rows: actual.length, models, pairs, best: verdict.best };
}

function checkComparable(named: readonly NamedModel[], level: number): NamedModel {
  const [first, ...others] = named;
  if (first === undefined || others.length === 0) {
    throw new MlError("bad-argument", "A comparison needs at least two models. Name another one.");
  }
  if (!(level >= 0.0001 && level <= 0.5)) {
    throw new MlError("bad-argument", `The level is ${level}; it must lie from 0.0001 to 0.5.`);
  }
  if (new Set(named.map(({ name }) => name)).size < named.length) {
    throw new MlError("bad-argument", "Two models have the same name. Compare different ones.");
  }
  for (const { name, model } of others) {
    const isSame =
      model.target === first.model.target &&
      model.problem === first.model.problem &&
      JSON.stringify(model.classes) === JSON.stringify(first.model.classes);
    if (isSame) continue;
    throw new MlError(
      "bad-argument",
      `Model ${name} predicts something else than ${first.name} (target, problem or classes differ). Compare models of one target.`,
    );
  }
  return first;
}

function pairsOf(count: number): [number, number][] {
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: count - i - 1 }, (_, step): [number, number] => [i, i + 1 + step]),
  ).flat();
}

interface MeasuredBy {
  readonly actual: Float64Array;
  readonly classes: readonly string[] | null;
  readonly name: MeasureName;
}

/** The measure as a function of row weights; NaN where they do not define it. */
function weightedMeasure(predictions: Predictions, { actual, classes, name }: MeasuredBy) {
  const pick = (values: object): number => {
    const value: unknown = new Map<string, unknown>(Object.entries(values)).get(name);
    return typeof value === "number" ? value : NaN;
  };
  switch (predictions.kind) {
    case "binary": {
      const { probability, predicted } = predictions;
      const ranking = rankScores(probability);
      const outcomes = { labels: actual, probability, predicted };
      return (weights: Float64Array | null) => pick(weightedBinaryMetrics(outcomes, ranking, weights));
    }
    case "multiclass": {
      const { probabilities, predicted } = predictions;
      const rankings = probabilities.map(rankScores);
      const outcomes = { labels: actual, predicted, probabilities, classes: classes ?? [] };
      return (weights: Float64Array | null) => {
        const metrics = weightedMulticlassMetrics(outcomes, rankings, weights);
        return pick({ ...metrics, macroF1: metrics.macro.f1 });
      };
    }
    case "regression": {
      const outcomes = { actual, predicted: predictions.values };
      return (weights: Float64Array | null) => pick(weightedRegressionMetrics(outcomes, weights));
    }
    default:
      return assertNever(predictions);
  }
}

interface PredictedPair {
  readonly actual: Float64Array;
  readonly first: Predictions;
  readonly second: Predictions;
}

/** The paired test made for a measure; null when there is none. */
function testPair(
  name: MeasureName,
  { actual, first, second }: PredictedPair,
): Pick<PairTest, "test" | "p"> | null {
  const tOf = (loss: RowLoss): Pick<PairTest, "test" | "p"> | null => {
    const other = rowLosses(second, actual, loss);
    const test = pairedTTest(rowLosses(first, actual, loss).map((value, row) => value - other[row]!));
    return test === null ? null : { test: `paired t on ${loss}`, p: test.p };
  };
  switch (name) {
    case "auc":
      if (first.kind !== "binary" || second.kind !== "binary") return null;
      if (
        actual.filter((label) => label === 1).length < 2 ||
        actual.filter((label) => label === 0).length < 2
      ) {
        return null;
      }
      return {
        test: "DeLong",
        p: deLongTest({ labels: actual, first: first.probability, second: second.probability }).p,
      };
    case "accuracy": {
      const [left, right] = [rightOf(first, actual), rightOf(second, actual)];
      return { test: "McNemar", p: mcNemarTest(left, right).p };
    }
    case "logLoss":
      return tOf("logLoss");
    case "mae":
      return tOf("absoluteError");
    case "brier":
    case "rmse":
    case "r2":
      return tOf("squaredError");
    case "averagePrecision":
    case "balancedAccuracy":
    case "f1":
    case "macroAuc":
    case "macroF1":
      return null;
    default:
      return assertNever(name);
  }
}

/** Without a test of its own a difference is measured in bootstrap standard errors. */
function bootstrapTest(difference: number, standardError: number | undefined): Pick<PairTest, "test" | "p"> {
  const test = "paired bootstrap";
  if (difference === 0 || standardError === undefined || !(standardError > 0)) return { test, p: 1 };
  return { test, p: Math.min(1, 2 * normalTail(Math.abs(difference) / standardError)) };
}

function rightOf(predictions: Predictions, actual: Float64Array): Float64Array {
  return rowLosses(predictions, actual, "error").map((error) => 1 - error);
}

function otherTests(problem: Problem, losses: (loss: RowLoss) => [Float64Array, Float64Array]) {
  if (problem === "regression") {
    const [left, right] = losses("absoluteError");
    return { decisions: null, ranks: signedRankTest(left.map((value, row) => value - right[row]!)) };
  }
  const [left, right] = losses("error");
  return {
    decisions: mcNemarTest(
      left.map((error) => 1 - error),
      right.map((error) => 1 - error),
    ),
    ranks: null,
  };
}
