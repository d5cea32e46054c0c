import { hash } from "node:crypto";
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
  const known = new Set(scorer.inputs.map((input) => input.name));
  return {
    name: options.name,
    digest: `sha256:${digest}`,
    problem: model.problem,
    classes: model.classes ?? [],
    inputs: scorer.inputs,
    score(rows) {
      const checked = rows.map((row, index) => checkRow(row, index, known));
      try {
        return scorer.scoreRows(checked);
      } catch (error) {
        if (error instanceof MlError && error.code === "bad-data") {
          const field = error.details.field ?? error.details.column;
          throw new RequestFault(400, error.message, field === undefined ? undefined : String(field));
        }
        throw error;
      }
    },
  };
}

/** A field that the model never saw is more often a spelling mistake than an extra: it is refused by name. */
function checkRow(row: unknown, index: number, known: ReadonlySet<string>): Record<string, unknown> {
  if (!isObject(row)) {
    throw new RequestFault(400, `Row ${index} is not an object of fields. Send {"field": value, ...}.`);
  }
  for (const field of Object.keys(row)) {
    if (!known.has(field)) {
      throw new RequestFault(400, `Row ${index}: the model has no input "${shorten(field)}".`, field);
    }
  }
  return row;
}
