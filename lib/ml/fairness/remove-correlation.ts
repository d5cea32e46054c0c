import { UNWATCHED, type Control } from "../control.ts";
import { rawFeatures } from "../engineer/raw-features.ts";
import { invertPositive } from "../explain/invert-positive.ts";
import { fingerprintRows } from "../frame/fingerprint-rows.ts";
import { createFrame, getColumn, selectColumns, type Frame } from "../frame/frame.ts";
import { ALGORITHMS } from "../learn/fit-estimator.ts";
import { trainModel } from "../learn/train-model.ts";
import { requireInRange } from "../parameter-range.ts";
import { applyEngineering } from "../score/apply-engineering.ts";
import { cellText, compareCodePoints, type Column } from "../score/column.ts";
import { numbersBehind } from "../score/decorrelate.ts";
import type { DecorrelateStep, Engineering } from "../score/engineering.ts";
import { MlError } from "../score/ml-error.ts";
import type { Model } from "../score/model-file.ts";

/** A least-squares projection onto centred columns. */
interface Projection {
  readonly means: readonly number[];
  /** Per projected column, one per term. */
  readonly coefficients: readonly (readonly number[])[];
}

/** What is left of a term's length once the others are taken out, relative, below which it tells nothing new. */
const INDEPENDENT = 1e-8;

/**
 * Least-squares coefficients of each column on the centred terms, times `alpha`: x - coefficients (s - mean) is
 * uncorrelated with the terms for alpha 1 (fairlearn's CorrelationRemover). Terms that follow from earlier ones get 0.
 * Columns may not hold NaN.
 */
export function fitProjection(
  columns: readonly Float64Array[],
  terms: readonly Float64Array[],
  alpha: number,
): Projection {
  requireInRange("alpha", alpha, { from: 0, to: 1 });
  const means = terms.map(meanOf);
  const centred = terms.map((term, index) => term.map((value) => value - means[index]!));
  const kept = independentTerms(centred);
  const moments = Float64Array.from(
    kept.flatMap((left) => kept.map((right) => dot(centred[left]!, centred[right]!))),
  );
  const inverse = invertPositive(moments, kept.length) ?? new Float64Array(kept.length ** 2);
  const coefficients = columns.map((column) => {
    const right = kept.map((term) => dot(centred[term]!, column));
    const solved = Array.from(terms, () => 0);
    for (const [place, term] of kept.entries()) {
      const sum = right.reduce(
        (total, value, other) => total + inverse[place * kept.length + other]! * value,
        0,
      );
      solved[term] = alpha * sum;
    }
    return solved;
  });
  return { means, coefficients };
}

/** Gram and Schmidt: the terms that are no combination of those before them. */
function independentTerms(centred: readonly Float64Array[]): number[] {
  const basis: Float64Array[] = [];
  const kept: number[] = [];
  for (const [index, term] of centred.entries()) {
    let rest = term;
    for (const unit of basis) {
      const share = dot(unit, rest);
      rest = rest.map((value, row) => value - share * unit[row]!);
    }
    const length = Math.sqrt(dot(rest, rest));
    if (!(length > INDEPENDENT * Math.sqrt(dot(term, term)))) continue;
    basis.push(rest.map((value) => value / length));
    kept.push(index);
  }
  return kept;
}

const dot = (left: Float64Array, right: Float64Array): number =>
  left.reduce((sum, value, row) => sum + value * right[row]!, 0);

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

export interface CorrelationOptions {
  /** Protected columns; the model has to be given them with every row. */
  readonly protected: readonly string[];
  /** 1 removes all linear correlation, 0 none. Default 1. */
  readonly alpha?: number;
  readonly control?: Control;
}

export interface CorrelationResult {
  /** Trained on decorrelated features; its own engineering carries the projection, so raw rows are enough. */
  readonly model: Model;
  /** Features that the projection cannot be applied to, such as dates; the model still reads them as they are. */
  readonly untouched: readonly string[];
}

/** Categories of a feature that become numbers of their own; the rarest beyond are not read any more. */
const MOST_LEVELS = 60;

/**
 * Trains the model's algorithm again on its features less what the protected columns tell of them by least squares
 * (fairlearn's CorrelationRemover): categories become 0/1 numbers first, protected categories count by all but the first.
 * The projection is fitted on the training rows and is a step of the model's engineering. Only linear correlation goes;
 * trees may find what is left.
 * @throws MlError bad-argument for models that cannot be trained again, unknown or protected dates; bad-data; cancelled.
 */
export function trainDecorrelated(
  model: Model,
  { training, validation }: { readonly training: Frame; readonly validation: Frame },
  options: CorrelationOptions,
): CorrelationResult {
  const algorithm = ALGORITHMS.find((name) => name === model.training.algorithm);
  if (algorithm === undefined) {
    throw new MlError(
      "bad-argument",
      `A model made by ${model.training.algorithm} cannot be trained again here. Choose another method.`,
    );
  }
  const { alpha = 1, control = UNWATCHED } = options;
  const earlier: Engineering = model.preparation.engineering ?? { steps: [] };
  const columns = applyEngineering(earlier, training.columns, training.rowCount);
  const names = [...new Set(model.preparation.encoders.map(({ column }) => column))].filter(
    (name) => !options.protected.includes(name),
  );
  const terms = options.protected.flatMap((name, index) => termsOf(getColumn(training, name), index + 1));
  const steps: DecorrelateStep[] = [];
  const untouched: string[] = [];
  for (const name of names) {
    control.throwIfCancelled();
    const column = columns.find((one) => one.name === name)!;
    if (column.kind === "date" || column.kind === "text") {
      untouched.push(name);
      continue;
    }
    steps.push(decorrelateStep(column, { training, terms, protected: options.protected, alpha }));
  }
  const engineering: Engineering = { steps: [...earlier.steps, ...steps] };
  const features = [...untouched, ...steps.flatMap(({ outputs }) => outputs)];
  const made = (frame: Frame): Frame => {
    const all = applyEngineering(engineering, frame.columns, frame.rowCount);
    return createFrame([...all.filter((one) => features.includes(one.name)), getColumn(frame, model.target)]);
  };
  const trained = trainModel({
    training: made(training),
    validation: made(validation),
    target: model.target,
    algorithm,
    problem: model.problem,
    ...(model.positiveClass === null ? {} : { positiveClass: model.positiveClass }),
    features,
    parameters: model.training.parameters,
    dataFingerprint: "",
    seed: model.training.seed,
    control,
  });
  const raw = rawFeatures(training, engineering, trained.model.features);
  const rows = selectColumns(training, [...raw.map((feature) => feature.name), model.target]);
  return {
    model: {
      ...trained.model,
      features: raw,
      preparation: { ...trained.model.preparation, engineering },
      training: { ...trained.model.training, dataFingerprint: fingerprintRows(rows) },
    },
    untouched,
  };
}

interface Term {
  readonly source: number;
  readonly category: string | null;
  readonly values: Float64Array;
}

function termsOf(column: Column, source: number): Term[] {
  const rowCount = column.kind === "categorical" ? column.codes.length : column.values.length;
  if (column.kind === "date" || column.kind === "text") {
    throw new MlError(
      "bad-argument",
      `Protected column "${column.name}" holds ${column.kind} values; numbers or categories can be projected out.`,
      { details: { column: column.name } },
    );
  }
  if (column.kind === "numeric") {
    return [{ source, category: null, values: filled(numbersBehind(column, null, rowCount)) }];
  }
  const [, ...categories] = categoriesOf(column, rowCount);
  return categories.map((category) => ({
    source,
    category,
    values: numbersBehind(column, category, rowCount),
  }));
}

/** Categories by code point, a missing one by the name that the step gives it; the most frequent if they are many. */
function categoriesOf(column: Column, rowCount: number): string[] {
  const counts = new Map<string, number>();
  for (let row = 0; row < rowCount; row++) {
    const text = cellText(column, row) ?? "(missing)";
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([left, many], [right, others]) => others - many || compareCodePoints(left, right))
    .slice(0, MOST_LEVELS)
    .map(([text]) => text)
    .toSorted(compareCodePoints);
}

function decorrelateStep(
  column: Column,
  about: {
    readonly training: Frame;
    readonly terms: readonly Term[];
    readonly protected: readonly string[];
    readonly alpha: number;
  },
): DecorrelateStep {
  const { training, terms, alpha } = about;
  const { rowCount } = training;
  const levels = column.kind === "categorical" ? categoriesOf(column, rowCount) : [null];
  const values = levels.map((level) => filled(numbersBehind(column, level, rowCount)));
  const { means, coefficients } = fitProjection(
    values,
    terms.map((term) => term.values),
    alpha,
  );
  const less = `${column.name} less ${about.protected.join(" & ")}`;
  return {
    kind: "decorrelate",
    sources: [column.name, ...about.protected],
    outputs: levels.map((level) => (level === null ? less : `${less}: ${level}`)),
    levels,
    terms: terms.map(({ source, category }, index) => ({ source, category, mean: means[index]! })),
    coefficients,
  };
}

/** Missing numbers as the mean of the others. */
function filled(values: Float64Array): Float64Array {
  const mean = meanOf(values.filter((value) => !Number.isNaN(value)));
  return values.map((value) => (Number.isNaN(value) ? mean : value));
}
