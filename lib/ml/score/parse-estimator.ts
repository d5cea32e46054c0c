import { readEstimator } from "./decode-estimator.ts";
import type { Estimator } from "./estimator.ts";
import type { Preparation } from "./preparation.ts";

/**
 * Reads an estimator that another program wrote, and checks it against the matrix columns of a preparation.
 * @throws MlError bad-model with the path of the first fault.
 */
export function parseEstimator(value: unknown, preparation: Preparation): Estimator {
  return readEstimator({ value, path: "estimator" }, preparation.encoders);
}
