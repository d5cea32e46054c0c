import { decodeModel } from "../score/decode-model.ts";
import type { Model } from "../score/model-file.ts";
import { packEstimator } from "./pack-trees.ts";

/**
 * Writes a model as a `swarm-model/1` file: UTF-8 JSON with a fixed order of keys, ending in a line feed. The same
 * model always gives the same bytes, and decoding them gives a model that predicts the same to the last bit.
 * @throws MlError bad-model when the model breaks a rule of the format, such as a number that is not finite.
 */
export function encodeModel(model: Model): Uint8Array {
  const estimator = packEstimator(model.estimator);
  // Reading back what was written checks the model, and gives all keys the reader's order. Packed trees have theirs.
  const checked = decodeModel(JSON.stringify({ ...model, estimator }));
  const isPackedWhole = estimator !== model.estimator && checked.estimator.kind !== "stack";
  const document = { ...checked, estimator: isPackedWhole ? estimator : packEstimator(checked.estimator) };
  return new TextEncoder().encode(`${JSON.stringify(document)}\n`);
}
