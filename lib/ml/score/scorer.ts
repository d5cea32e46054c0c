import { assertNever } from "./assert-never.ts";
import { applyPreparation } from "./apply-preparation.ts";
import { applyCalibration } from "./calibration.ts";
import type { Column } from "./column.ts";
import { decideArgmax, decideBinary, thresholdsOf } from "./decide.ts";
import type { Feature } from "./feature.ts";
import { applyLink, marginFunction, type Checkpoint } from "./margins.ts";
import type { Model } from "./model-file.ts";
import { columnsFromRows, type RawRow } from "./raw-columns.ts";

/** Predictions of many rows. `classes` in `predicted` are indices into the model's class labels. */
export type Predictions =
  | {
      readonly kind: "binary";
      /** Probability of the positive class. */
      readonly probability: Float64Array;
      /** 1 where the decision rule says positive. */
      readonly predicted: Uint8Array;
      readonly thresholds: Float64Array;
    }
  | { readonly kind: "multiclass"; readonly probabilities: Float64Array[]; readonly predicted: Int32Array }
  | { readonly kind: "regression"; readonly values: Float64Array };

/** The prediction of one raw row. */
export type ScoredRow =
  | {
      readonly kind: "binary";
      readonly prediction: string;
      /** Probability of the positive class. */
      readonly probability: number;
      readonly threshold: number;
      readonly probabilities: Readonly<Record<string, number>>;
    }
  | {
      readonly kind: "multiclass";
      readonly prediction: string;
      readonly probability: number;
      readonly probabilities: Readonly<Record<string, number>>;
    }
  | { readonly kind: "regression"; readonly prediction: number };

export interface Scorer {
  /** The raw inputs the model reads, decision columns included. */
  readonly inputs: readonly Feature[];
  /** @throws MlError bad-data naming the column, when the columns do not fit the model. */
  scoreColumns(columns: readonly Column[], rowCount: number, checkpoint?: Checkpoint): Predictions;
  /** @throws MlError bad-data naming row and field, when a field cannot be read. */
  scoreRows(rows: readonly RawRow[]): ScoredRow[];
}

/** Prepares a model for scoring; the work that does not depend on rows is done here, once. */
export function createScorer(model: Model): Scorer {
  const margins = marginFunction(model.estimator);
  const inputs = modelInputs(model);
  const scoreColumns: Scorer["scoreColumns"] = (columns, rowCount, checkpoint) => {
    const matrix = applyPreparation(model.preparation, columns, rowCount);
    const linked = applyLink(model.estimator.link, margins(matrix, checkpoint));
    const outputs = model.calibration === undefined ? linked : applyCalibration(model.calibration, linked);
    switch (model.problem) {
      case "binary": {
        const probability = outputs[0]!;
        const thresholds = thresholdsOf(model.decision, columns, rowCount);
        return { kind: "binary", probability, predicted: decideBinary(probability, thresholds), thresholds };
      }
      case "multiclass":
        return { kind: "multiclass", probabilities: outputs, predicted: decideArgmax(outputs) };
      case "regression":
        return { kind: "regression", values: outputs[0]! };
      default:
        return assertNever(model.problem);
    }
  };
  const scoreRows = (rows: readonly RawRow[]): ScoredRow[] => {
    const predictions = scoreColumns(columnsFromRows(inputs, rows), rows.length);
    return rows.map((_, row) => scoredRow(model, predictions, row));
  };
  return { inputs, scoreColumns, scoreRows };
}

/** The model's features plus those that only its decision rule reads. */
export function modelInputs(model: Model): Feature[] {
  const inputs = [...model.features];
  if (model.decision.kind === "group-thresholds") {
    for (const { feature } of model.decision.columns) {
      if (!inputs.some((input) => input.name === feature.name)) inputs.push(feature);
    }
  }
  return inputs;
}

function scoredRow(model: Model, predictions: Predictions, row: number): ScoredRow {
  const classes = model.classes ?? [];
  switch (predictions.kind) {
    case "regression":
      return { kind: "regression", prediction: predictions.values[row]! };
    case "multiclass": {
      const probabilities = Object.fromEntries(
        classes.map((label, index) => [label, predictions.probabilities[index]![row]!]),
      );
      const predicted = predictions.predicted[row]!;
      const probability = predictions.probabilities[predicted]![row]!;
      return { kind: "multiclass", prediction: classes[predicted]!, probability, probabilities };
    }
    case "binary": {
      const probability = predictions.probability[row]!;
      const [negative, positive] = [classes[0]!, classes[1]!];
      return {
        kind: "binary",
        prediction: predictions.predicted[row] === 1 ? positive : negative,
        probability,
        threshold: predictions.thresholds[row]!,
        probabilities: { [negative]: 1 - probability, [positive]: probability },
      };
    }
    default:
      return assertNever(predictions);
  }
}
