import type { EstimatorParameters, EstimatorRows, TrainingBackend } from "#core/contract/training-backend.ts";

/** What the conformance suite needs to know of a training backend. */
export interface TrainingBackendAdapter {
  name: string;
  create(): TrainingBackend;
  /** Margins of a fitted estimator, one array per output: by the reader of the model file. */
  margins(estimator: unknown, rows: EstimatorRows): readonly Float64Array[];
  algorithms: readonly TestedAlgorithm[];
  /** A fit that takes minutes unless it is stopped. */
  endless: { algorithm: string; parameters: EstimatorParameters };
  /** Kills what is fitting, as the system would that runs out of memory; or why there is nothing to kill. */
  kill: ((backend: TrainingBackend) => void) | { notPossibleBecause: string };
}

export interface TestedAlgorithm {
  name: string;
  preparation: "trees" | "linear";
  /** Parameters that stop early, with the rounds asked for; or why the algorithm has none. */
  earlyStopping: { parameters: EstimatorParameters; rounds: number } | { hasNoneBecause: string };
}
