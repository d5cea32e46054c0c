import type { ScoredRow } from "#lib/ml/score/scorer.ts";
import { RequestFault } from "./answer.ts";
import { readJsonObject, refuseUnknownMembers } from "./read-json.ts";
import { wantsExplanation } from "./explain-request.ts";
import type { ServedExplanation, ServedModel } from "./served-model.ts";

/** One prediction of `/predict`. Regression has a value alone; classifiers add probabilities. */
interface Prediction {
  prediction: string | number;
  /** Two classes: of the positive class. More: of the predicted one. */
  probability?: number;
  probabilities?: Readonly<Record<string, number>>;
  /** One per output, when the request asked for it. */
  explanation?: OutputExplanation[];
}

/** Why an output's margin is what it is: `expected` and the contributions add up to `margin`. */
interface OutputExplanation {
  output: string;
  space: ServedExplanation["space"];
  expected: number;
  margin: number;
  /** Strongest first. */
  contributions: { feature: string; contribution: number }[];
}

export interface PredictResponse {
  predictions: Prediction[];
  model: { name: string; digest: string };
}

/**
 * Answers `{rows: [{field: value}], explain?: boolean}`. Absent and null fields count as missing values. With `explain`
 * every prediction carries its SHAP contributions.
 */
export function predict(model: ServedModel, body: Uint8Array, maxRows: number): PredictResponse {
  const request = readJsonObject(body);
  refuseUnknownMembers(request, ["rows", "explain"]);
  const { rows } = request;
  if (!Array.isArray(rows)) throw new RequestFault(400, '"rows" must be a list of objects.', "rows");
  if (rows.length > maxRows) {
    throw new RequestFault(
      400,
      `"rows" holds ${rows.length} rows; send at most ${maxRows} at a time.`,
      "rows",
    );
  }
  const predictions = model.score(rows).map(predictionOf);
  if (wantsExplanation(request.explain, rows.length)) {
    const explanation = model.explain(rows);
    for (const [row, prediction] of predictions.entries()) {
      prediction.explanation = explanation.outputs.map((_, output) =>
        explainOutput(explanation, row, output),
      );
    }
  }
  return {
    predictions,
    model: { name: model.name, digest: model.digest },
  };
}

function predictionOf(row: ScoredRow): Prediction {
  if (row.kind === "regression") return { prediction: row.prediction };
  return { prediction: row.prediction, probability: row.probability, probabilities: row.probabilities };
}

function explainOutput(explanation: ServedExplanation, row: number, output: number): OutputExplanation {
  const contributions = explanation.features.map((feature, index) => ({
    feature,
    contribution: explanation.contribution(row, output, index),
  }));
  return {
    output: explanation.outputs[output] ?? "",
    space: explanation.space,
    expected: explanation.expected[output] ?? 0,
    margin: explanation.margin(row, output),
    contributions: contributions.toSorted(
      (left, right) => Math.abs(right.contribution) - Math.abs(left.contribution),
    ),
  };
}
