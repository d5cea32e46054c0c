import { getColumn, selectRows, type Frame } from "../frame/frame.ts";
import { encodeTarget } from "../prepare/encode-target.ts";
import type { ProblemChoice } from "../profile/infer-problem.ts";
import { createRandom, shuffledIndices } from "../random.ts";
import { MlError } from "../score/ml-error.ts";
import { makeFolds, type Fold, type FoldOptions } from "./folds.ts";

/** Rows to learn from and rows to stop early by. */
export interface WatchedRows {
  readonly training: Frame;
  readonly validation: Frame;
}

/** The rows of one fold, cut out once and used by every fit. */
export interface FoldPart {
  readonly fold: Fold;
  /** All rows to learn from. */
  readonly training: Frame;
  /**
   * The same rows once more for learners that stop early: most to learn from and some to watch. The watched rows come
   * out of the training rows, by the folds' own rule; the test rows decide nothing.
   */
  readonly early: () => WatchedRows;
  readonly test: Frame;
  /** Class indices or values of the test rows. */
  readonly actual: Float64Array;
}

/**
 * Cuts the rows of each fold out of the table.
 * @throws MlError bad-argument and bad-data as makeFolds; bad-data for rows without a target.
 */
export function cutFolds(
  frame: Frame,
  options: FoldOptions & { readonly target: string; readonly choice: ProblemChoice },
): FoldPart[] {
  return makeFolds(frame, options).map((fold): FoldPart => {
    const training = selectRows(frame, fold.train);
    const test = selectRows(frame, fold.test);
    return {
      fold,
      training,
      early: once(() => watchedRows(training, options)),
      test,
      actual: encodeTarget(getColumn(test, options.target), options.choice.classes),
    };
  });
}

/** Most folds have no use for watched rows; those that do ask again for every trial. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * A fifth of the rows for watching, by the folds' own rule, or half where groups are few; over time the latest rows. Rows
 * of a single moment or group have no order or company to keep, so a random fifth of them is watched.
 */
function watchedRows(training: Frame, { strategy, seed }: FoldOptions): WatchedRows {
  const rules: Omit<FoldOptions, "seed">[] = [
    { strategy, folds: 5 },
    { strategy, folds: 2 },
    { strategy: { kind: "random" }, folds: Math.min(5, training.rowCount) },
  ];
  for (const rule of rules) {
    const inner = foldsIfAny(training, { ...rule, seed: seed + 1 });
    if (inner === null) continue;
    const { train, test } = rule.strategy.kind === "time-ordered" ? inner[inner.length - 1]! : inner[0]!;
    return { training: selectRows(training, train), validation: selectRows(training, test) };
  }
  throw new MlError(
    "bad-data",
    `Of ${training.rowCount} training rows none can be set aside to stop early by. Set patience to null, or use fewer folds.`,
  );
}

/** Null where the rows are too few or too alike for the rule. */
function foldsIfAny(frame: Frame, options: FoldOptions): readonly Fold[] | null {
  if (frame.rowCount < 2) return null;
  const { strategy } = options;
  if (strategy.kind === "time-ordered" && strategy.gap === undefined) {
    const latest = latestMoment(frame, strategy.column);
    if (latest !== null && options.folds === 2) return [latest];
  }
  try {
    return makeFolds(frame, options);
  } catch (error) {
    if (error instanceof MlError && error.code === "bad-data") return null;
    throw error;
  }
}

/** The rows of the latest moment against all earlier ones; null where there is only one. */
function latestMoment(frame: Frame, name: string): Fold | null {
  const column = getColumn(frame, name);
  if (column.kind !== "date" && column.kind !== "numeric") return null;
  const latest = column.values.reduce((most, value) => Math.max(most, value), -Infinity);
  const rows = Uint32Array.from(column.values, (_, row) => row);
  const train = rows.filter((row) => column.values[row]! < latest);
  return train.length === 0
    ? null
    : { repeat: 0, fold: 0, train, test: rows.filter((row) => column.values[row] === latest) };
}

/** A seeded share of the rows, ascending; smaller shares are parts of larger ones. */
export function shareOfRows(frame: Frame, share: number, seed: number): Frame {
  if (share >= 1) return frame;
  const count = Math.max(2, Math.round(frame.rowCount * share));
  return selectRows(frame, shuffledIndices(frame.rowCount, createRandom(seed)).slice(0, count).sort());
}
