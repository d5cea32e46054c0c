import { hash } from "node:crypto";
import { createRowExplainer } from "#lib/ml/explain/explain-rows.ts";
import type { Explanation } from "#lib/ml/explain/explanation.ts";
import { decodeModel } from "#lib/ml/score/decode-model.ts";
import type { Feature } from "#lib/ml/score/feature.ts";
import { MlError } from "#lib/ml/score/ml-error.ts";
import type { Problem } from "#lib/ml/score/model-file.ts";
import { createScorer, type ScoredRow } from "#lib/ml/score/scorer.ts";
import { RequestFault } from "./answer.ts";
import { isObject, shorten } from "./read-json.ts";

/** A model that is loaded, checked and ready to answer. */
export interface ServedModel {
  name: string;
  /** `sha256:` and the digest of the model file. */
  digest: string;
  problem: Problem;
  classes: readonly string[];
  inputs: readonly Feature[];
  /** @throws RequestFault 400 naming the row and the field that cannot be used. */
  score(rows: readonly unknown[]): ScoredRow[];
  /** @throws RequestFault 400 as `score`, and for a model whose predictions need background rows to be explained. */
  explain(rows: readonly unknown[]): ServedExplanation;
}

/** SHAP contributions of raw features to each row's margin. */
export interface ServedExplanation {
  space: Explanation["space"];
  features: readonly string[];
  /** What each output is called: class labels, or the target of a regression. */
  outputs: readonly string[];
  /** Per output. */
  expected: readonly number[];
  /** Contribution of a feature to an output's margin in a row; all by index. */
  contribution(row: number, output: number, feature: number): number;
  margin(row: number, output: number): number;
}

/**
 * Reads a model file after checking it against the digest it was packaged with.
 * @throws Error when the digest differs or the file is no valid model: the server must not start then.
 */
export function loadServedModel(file: Uint8Array, options: { name: string; digest: string }): ServedModel {
  const digest = hash("sha256", file, "hex");
  if (digest !== options.digest) {
    throw new Error(`the model file has the digest ${digest}, but ${options.digest} was packaged`);
  }
  const model = decodeModel(file);
  const scorer = createScorer(model);
  const explainRows = createRowExplainer(model);
  const known = new Set(scorer.inputs.map((input) => input.name));
  return {
    name: options.name,
    digest: `sha256:${digest}`,
    problem: model.problem,
    classes: model.classes ?? [],
    inputs: scorer.inputs,
    score: (rows) => answering(() => scorer.scoreRows(rows.map((row, index) => checkRow(row, index, known)))),
    explain: (rows) =>
      answering(() => {
        const checked = rows.map((row, index) => checkRow(row, index, known));
        const explanation = explainRows(checked);
        if (!explanation.additivity.holds) {
          throw new RequestFault(
            500,
            "The contributions do not add up to the prediction, so no explanation is given; ask without it.",
          );
        }
        return servedExplanation(explanation);
      }),
  };
}

function servedExplanation(explanation: Explanation): ServedExplanation {
  const { space, features, outputs, expected, contributions, margins } = explanation;
  return {
    space,
    features,
    outputs,
    expected,
    contribution: (row, output, feature) => contributions[output]?.[row * features.length + feature] ?? 0,
    margin: (row, output) => margins[output]?.[row] ?? 0,
  };
}

/** Runs work on rows of a request; what the engine says of the rows is a fault of the request. */
function answering<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof MlError)) throw error;
    if (error.code !== "bad-data" && error.code !== "bad-argument") throw error;
    const { field = error.details.column, row } = error.details;
    throw new RequestFault(
      400,
      error.message,
      field === undefined ? undefined : String(field),
      typeof row === "number" ? row : undefined,
    );
  }
}

/** A field that the model never saw is more often a spelling mistake than an extra: it is refused by name. */
function checkRow(row: unknown, index: number, known: ReadonlySet<string>): Record<string, unknown> {
  if (!isObject(row)) {
    throw new RequestFault(
      400,
      `Row ${index} is not an object of fields. Send {"field": value, ...}.`,
      undefined,
      index,
    );
  }
  for (const field of Object.keys(row)) {
    if (!known.has(field)) {
      throw new RequestFault(400, `Row ${index}: the model has no input "${shorten(field)}".`, field, index);
    }
  }
  return row;
}
