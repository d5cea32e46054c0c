import type { ScoredRow } from "#lib/ml/score/scorer.ts";
import { RequestFault } from "./answer.ts";
import { readJsonObject, refuseUnknownMembers } from "./read-json.ts";
import type { ServedModel } from "./served-model.ts";

/** One prediction of `/predict`. Regression has a value alone; classifiers add probabilities. */
interface Prediction {
  prediction: string | number;
  /** Two classes: of the positive class. More: of the predicted one. */
  probability?: number;
  probabilities?: Readonly<Record<string, number>>;
}

export interface PredictResponse {
  predictions: Prediction[];
  model: { name: string; digest: string };
}

/** Answers `{rows: [{field: value}]}`. Absent and null fields count as missing values. */
export function predict(model: ServedModel, body: Uint8Array, maxRows: number): PredictResponse {
  const request = readJsonObject(body);
  refuseUnknownMembers(request, ["rows"]);
  const { rows } = request;
  if (!Array.isArray(rows)) throw new RequestFault(400, '"rows" must be a list of objects.', "rows");
  if (rows.length > maxRows) {
    throw new RequestFault(
      400,
      `"rows" holds ${rows.length} rows; send at most ${maxRows} at a time.`,
      "rows",
    );
  }
  return {
    predictions: model.score(rows).map(predictionOf),
    model: { name: model.name, digest: model.digest },
  };
}

function predictionOf(row: ScoredRow): Prediction {
  if (row.kind === "regression") return { prediction: row.prediction };
  return { prediction: row.prediction, probability: row.probability, probabilities: row.probabilities };
}
