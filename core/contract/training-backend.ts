import type { ComputeProgress } from "./compute.ts";
import type { Result } from "./failure.ts";

/**
 * Something that fits estimators: the embedded engine, or the field's own libraries. It sees prepared numbers only;
 * preparation, model files, metrics and explanations stay the engine's, so that a model scores without its backend.
 */
export interface TrainingBackend {
  readonly name: string;
  /** What it can do here and now. `missing-part` with the cure when it is not installed. */
  describe(options: { signal: AbortSignal }): Promise<Result<BackendDescription>>;
  /**
   * Fits one estimator. The same request gives the same estimator. An aborted signal gives `cancelled` within 200 ms
   * and the backend serves the next call. Expected outcomes are values: `invalid-input` for data or parameters,
   * `limit-exceeded` for memory, `missing-part`, `tool-failed` when the backend died; it is started again next time.
   */
  fit(request: FitEstimatorRequest, watch: FitWatch): Promise<Result<FittedEstimator>>;
  close(): Promise<void>;
}

export interface FitWatch {
  signal: AbortSignal;
  onProgress?: (progress: ComputeProgress) => void;
}

export interface BackendDescription {
  name: string;
  /** Of the backend's parts, by name: interpreter, libraries. */
  versions: Readonly<Record<string, string>>;
  algorithms: readonly BackendAlgorithm[];
}

export interface BackendAlgorithm {
  name: string;
  problems: readonly EstimatorProblem[];
  /** `trees` take missing values and level indices; `linear` wants numbers imputed and standardised. */
  preparation: "trees" | "linear";
  /** Names of the hyperparameters, in the words of whose algorithm it is; absent where only a refusal lists them. */
  parameters?: readonly string[];
  /** The hyperparameter that stops early on the validation rows, where there is one. */
  earlyStopping: string | null;
}

export type EstimatorProblem = "binary" | "multiclass" | "regression";
export type EstimatorParameters = Readonly<Record<string, number | string | boolean | null>>;

/** A prepared column: numbers, or indices below `levelCount`. NaN is missing. */
export interface EstimatorColumn {
  name: string;
  levelCount: number | null;
  values: Float64Array;
}

export interface EstimatorRows {
  rowCount: number;
  columns: readonly EstimatorColumn[];
  /** Class indices, or amounts. */
  target: Float64Array;
  /** One weight per row, or none. */
  weights: Float64Array | null;
}

export interface FitEstimatorRequest {
  algorithm: string;
  problem: EstimatorProblem;
  /** 2 or more for classes, 1 for amounts. */
  classCount: number;
  training: EstimatorRows;
  /** For early stopping; never learnt from. */
  validation: EstimatorRows | null;
  parameters: EstimatorParameters;
  seed: number;
  /** 1 unless said otherwise: more threads may change the last bits. */
  threads?: number;
  /** Memory the fit may take beside its data, in bytes. */
  memoryLimitBytes?: number;
}

/** One round's losses, by the library's own name of the metric. */
export interface FitRound {
  round: number;
  metric: string;
  training: number | null;
  validation: number | null;
}

export interface FittedEstimator {
  /** An estimator of the engine's model file; whoever assembles the model parses it. */
  estimator: unknown;
  /** All hyperparameters that were stated or set, as they were used. */
  parameters: EstimatorParameters;
  versions: Readonly<Record<string, string>>;
  history: readonly FitRound[];
  notes: readonly string[];
  /** The model in its maker's own format, where it has a safe one. */
  nativeFiles: readonly { name: string; mediaType: string; content: Uint8Array }[];
  /** The maker's own margins on rows of the request, one array per output: what the estimator has to give again. */
  check: EstimatorCheck | null;
}

export interface EstimatorCheck {
  rows: "training" | "validation";
  /** The first this many of them. */
  rowCount: number;
  margins: readonly Float64Array[];
  /** Largest accepted difference, relative to max(1, |margin|). */
  tolerance: number;
}
