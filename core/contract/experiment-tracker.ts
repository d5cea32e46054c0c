import type { Result } from "./failure.ts";

/**
 * Keeps a record of experiments outside Swarm. Every method is one exchange with another machine; a failure is a value
 * and never fails the work that it reports about.
 */
export interface ExperimentTracker {
  readonly name: string;
  /** Records one finished experiment; `invalid-input` when it cannot be told, `tool-failed` when the other side fails. */
  log(experiment: TrackedExperiment, options: { signal: AbortSignal }): Promise<Result<TrackedRun>>;
}

export interface TrackedExperiment {
  /** The group of runs it belongs to, made when it does not exist; the tracker's own when null. */
  experiment: string | null;
  runName: string;
  /** The same for every attempt of one call: a repeated call finds the run it began and makes no second one. */
  idempotencyKey: string;
  parameters: Readonly<Record<string, string>>;
  metrics: readonly TrackedMetric[];
  tags: Readonly<Record<string, string>>;
  files: readonly TrackedFile[];
  model: TrackedModel | null;
}

export interface TrackedMetric {
  key: string;
  value: number;
  /** Round, for a curve. */
  step: number;
}

export interface TrackedFile {
  /** Path inside the run's artifacts. */
  path: string;
  mediaType: string;
  content: Uint8Array;
}

/** A model with what goes in and what comes out, in plain words that the adapter translates. */
export interface TrackedModel {
  inputs: readonly TrackedColumn[];
  outputs: readonly TrackedColumn[];
  file: Uint8Array;
}

export interface TrackedColumn {
  name: string;
  type: "number" | "boolean" | "text" | "date";
  isRequired: boolean;
}

export interface TrackedRun {
  runId: string;
  experimentId: string;
  /** Where a person can look at it. */
  url: string;
}
