import { FailureError, failure } from "#core/contract/failure.ts";
import {
  cellText,
  createRandom,
  createScorer,
  decodeModel,
  encodeModel,
  filterRows,
  type Frame,
  frameToRows,
  getColumn,
  type Model,
  type ScoredRow,
  selectColumns,
  selectRows,
  shuffledIndices,
} from "#lib/ml/index.ts";
import { inEngine } from "../engine/run-task.ts";

/** What a check of a smoke test found, in words. */
interface Checked<Value> {
  value: Value;
  detail: string;
}

/** A check that did not hold. */
export const broken = (message: string): FailureError => new FailureError(failure("tool-failed", message));

/** At most so many rows, drawn by the seed and kept in their order. */
export function sampled(frame: Frame, rows: number, seed: number): Frame {
  if (frame.rowCount <= rows) return frame;
  return selectRows(frame, shuffledIndices(frame.rowCount, createRandom(seed)).slice(0, rows).sort());
}

/** The rows whose label the training rows know. */
export function knownRows(frame: Frame, training: Frame, target: string): Frame {
  return inEngine(() => {
    const learnt = getColumn(training, target);
    const labels = new Set(Array.from({ length: training.rowCount }, (_, row) => cellText(learnt, row)));
    const column = getColumn(frame, target);
    return filterRows(frame, (row) => labels.has(cellText(column, row)));
  });
}

/** @throws FailureError when the file of a model does not give the same bytes again. */
export function reloaded(model: Model): Checked<Model> {
  return inEngine(() => {
    const bytes = encodeModel(model);
    const value = decodeModel(bytes);
    if (!Buffer.from(encodeModel(value)).equals(Buffer.from(bytes))) {
      throw broken("a model that was saved and loaded is not saved as the same bytes again");
    }
    return { value, detail: `${bytes.length} bytes` };
  });
}

/** @throws FailureError when the loaded model predicts otherwise than the one that was trained. */
export function scoredAlike(model: Model, again: Model, frame: Frame): Checked<number> {
  return inEngine(() => {
    const score = (one: Model) => JSON.stringify(numbersOf(one, frame));
    if (score(model) !== score(again))
      throw broken("the loaded model predicts otherwise than the trained one");
    return { value: frame.rowCount, detail: `${frame.rowCount} rows, equal to the last bit` };
  });
}

/** @throws FailureError when raw rows, as a request sends them, are predicted otherwise than columns. */
export function scoredRaw(model: Model, frame: Frame): Checked<number> {
  return inEngine(() => {
    const scorer = createScorer(model);
    const inputs = selectColumns(
      frame,
      scorer.inputs.map((input) => input.name),
    );
    const raw = scorer.scoreRows(frameToRows(inputs)).map(numberOf);
    if (raw.some((value) => !Number.isFinite(value))) throw broken("a prediction is no finite number");
    if (JSON.stringify(raw) !== JSON.stringify(numbersOf(model, frame))) {
      throw broken("raw rows are predicted otherwise than the columns they came from");
    }
    return { value: raw.length, detail: `${raw.length} rows as a request sends them, equal to the last bit` };
  });
}

/** The main number of each prediction. */
function numbersOf(model: Model, frame: Frame): number[] {
  const scored = createScorer(model).scoreColumns(frame.columns, frame.rowCount);
  switch (scored.kind) {
    case "binary":
      return [...scored.probability];
    case "regression":
      return [...scored.values];
    default:
      return Array.from(
        scored.predicted,
        (predicted, row) => scored.probabilities[predicted]?.[row] ?? Number.NaN,
      );
  }
}

const numberOf = (row: ScoredRow): number => (row.kind === "regression" ? row.prediction : row.probability);
