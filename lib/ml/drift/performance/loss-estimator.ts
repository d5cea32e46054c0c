import { getColumn, selectColumns, selectRows, withColumn, type Frame } from "../../frame/frame.ts";
import { trainModel } from "../../learn/train-model.ts";
import { createRandom, shuffledIndices } from "../../random.ts";
import { MlError } from "../../score/ml-error.ts";
import { createScorer } from "../../score/scorer.ts";
import type { KnownRows } from "./estimate-performance.ts";
import type { MetricNumbers } from "./expected-metrics.ts";
import { windowMetrics, type WindowEstimator } from "./window-estimator.ts";

const RULE =
  "direct loss estimation (NannyML's DLE): a second model learns the absolute and the squared error of the reference " +
  "rows from their inputs and the prediction; its mean over a window, times the cross-fitted ratio of true to learnt " +
  "loss, is the estimate. Bands: the spread of the reference's losses around the learnt ones, for the window's rows and " +
  "for the reference's, and that of the second model when a fifth of its rows is left out (jackknife). Limits: 3 deviations of as many rows drawn from the reference";

const FOLDS = 5;
const PARAMETERS = { rounds: 60, maximalLeaves: 15, minimalLeafRows: 20 };
/** A learnt loss below this part of the mean loss is taken as that. */
const LEAST = 0.001;

export function lossEstimator(predicted: Float64Array, known: KnownRows): WindowEstimator {
  const { model, frame, actual, level, resamples, seed, control } = known;
  const names = model.features.map((feature) => feature.name);
  const errors = predicted.map((value, row) => value - actual[row]!);
  const inputs = withPrediction(selectColumns(frame, names), predicted);
  const absolute = learnLoss(inputs, errors.map(Math.abs), known);
  const squared = learnLoss(
    inputs,
    errors.map((error) => error * error),
    known,
  );
  const reference = lossMetrics(absolute.mean, squared.mean);
  return {
    recalibration: [],
    rule: RULE,
    estimate({ frame: rows, predictions }) {
      if (predictions.kind !== "regression") throw new MlError("bad-model", "The model changed its problem.");
      const random = createRandom(seed);
      const window = withPrediction(selectColumns(rows, names), predictions.values);
      const [absoluteMean, squaredMean] = [absolute.meanOf(window), squared.meanOf(window)];
      const possible: MetricNumbers[] = [];
      const usual: MetricNumbers[] = [];
      for (let draw = 0; draw < resamples; draw++) {
        control.throwIfCancelled();
        const shift = random.normal();
        possible.push(
          lossMetrics(
            absoluteMean.value + shift * absoluteMean.standardError,
            Math.max(0, squaredMean.value + shift * squaredMean.standardError),
          ),
        );
        let [absoluteSum, squaredSum] = [0, 0];
        for (let row = 0; row < rows.rowCount; row++) {
          const error = errors[random.integer(errors.length)]!;
          absoluteSum += Math.abs(error);
          squaredSum += error * error;
        }
        usual.push(lossMetrics(absoluteSum / rows.rowCount, squaredSum / rows.rowCount));
      }
      const estimate = lossMetrics(absoluteMean.value, squaredMean.value);
      return windowMetrics({ estimate, reference, possible, usual, level });
    },
  };
}

function lossMetrics(absolute: number, squared: number): MetricNumbers {
  return { mae: Math.max(0, absolute), rmse: Math.sqrt(squared) };
}

interface LearntLoss {
  /** On the reference rows. */
  readonly mean: number;
  meanOf(window: Frame): { readonly value: number; readonly standardError: number };
}

/** Learnt losses of rows, above 0. */
type LossModel = (frame: Frame) => Float64Array;

function learnLoss(inputs: Frame, losses: Float64Array, { seed, control }: KnownRows): LearntLoss {
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const target = freeName(inputs, "loss");
  const labelled = withColumn(inputs, { kind: "numeric", name: target, values: losses });
  const least = LEAST * mean;
  const learn = (training: Frame): LossModel => {
    // A constant loss needs no model, and no learner takes a target without variety.
    const values = getColumn(training, target);
    if (values.kind !== "numeric" || values.values.every((value) => value === values.values[0])) {
      return (frame) => new Float64Array(frame.rowCount).fill(Math.max(mean, Number.MIN_VALUE));
    }
    const features = training.columns.map(({ name }) => name).filter((name) => name !== target);
    const { model } = trainModel({
      training,
      target,
      algorithm: "gradient-boosting",
      problem: "regression",
      features,
      parameters: PARAMETERS,
      seed,
      control,
    });
    const scorer = createScorer(model);
    return (frame) => {
      const scored = scorer.scoreColumns(frame.columns, frame.rowCount);
      if (scored.kind !== "regression") throw new MlError("bad-model", "The loss is not learnt as numbers.");
      return scored.values.map((value) => Math.max(least, value));
    };
  };
  const { held, models } = crossFitted(labelled, learn, seed);
  let [learnt, squares] = [0, 0];
  for (const value of held) {
    learnt += value;
    squares += value * value;
  }
  const factor = learnt > 0 ? (mean * losses.length) / learnt : 1;
  let residuals = 0;
  for (const [row, value] of held.entries()) residuals += (losses[row]! - factor * value) ** 2;
  // The loss of a row is spread around the learnt one in proportion to it.
  const relative = squares > 0 ? Math.sqrt(residuals / squares) : 0;
  const referencePart = learnt > 0 ? squares / learnt ** 2 : 0;
  const predict = learn(labelled);
  return {
    mean,
    meanOf(window) {
      let [sum, square] = [0, 0];
      for (const value of predict(window)) {
        sum += value;
        square += value * value;
      }
      const rows = window.rowCount;
      const windowPart = sum > 0 ? square / sum ** 2 : 0;
      const spread = relative * sum * Math.sqrt(windowPart + referencePart);
      return {
        value: (factor * sum) / rows,
        standardError: Math.hypot(spread, factor * jackknifeError(models, window)) / rows,
      };
    },
  };
}

/** Standard error of the sum of learnt losses, from models that each lacked one fold (Tukey's jackknife). */
function jackknifeError(models: readonly LossModel[], window: Frame): number {
  const sums = models.map((model) => model(window).reduce((sum, value) => sum + value, 0));
  const mean = sums.reduce((sum, value) => sum + value, 0) / sums.length;
  const squares = sums.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(((sums.length - 1) / sums.length) * squares);
}

/** The learnt loss of each row by a model that did not learn from it, and those models. */
function crossFitted(
  labelled: Frame,
  learn: (training: Frame) => LossModel,
  seed: number,
): { held: Float64Array; models: LossModel[] } {
  const order = shuffledIndices(labelled.rowCount, createRandom(seed));
  const held = new Float64Array(labelled.rowCount);
  const models: LossModel[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const others = order.filter((_, place) => place % FOLDS !== fold);
    const rows = order.filter((_, place) => place % FOLDS === fold);
    const model = learn(selectRows(labelled, others));
    models.push(model);
    const learnt = model(selectRows(labelled, rows));
    for (const [place, row] of rows.entries()) held[row] = learnt[place]!;
  }
  return { held, models };
}

function withPrediction(frame: Frame, values: Float64Array): Frame {
  return withColumn(frame, { kind: "numeric", name: freeName(frame, "prediction"), values });
}

function freeName(frame: Frame, wanted: string): string {
  let name = wanted;
  while (frame.columns.some((column) => column.name === name)) name += "?";
  return name;
}
