import { MlError } from "./score/ml-error.ts";

/** How far a piece of long work has come. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** Rows worked through since the start, for a rate. */
  readonly rows?: number;
  readonly metric?: { readonly name: string; readonly value: number };
}

/**
 * What long work talks to: it reports progress and asks, every few milliseconds, whether to go on.
 * The work runs in one synchronous stretch, so `throwIfCancelled` reads shared memory or a signal.
 */
export interface Control {
  /** @throws MlError cancelled */
  throwIfCancelled(): void;
  report(progress: Progress): void;
}

/** A control for work that nobody watches or stops. */
export const UNWATCHED: Control = { throwIfCancelled: () => {}, report: () => {} };

interface ControlOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** A control over an AbortSignal; for work on the calling thread. */
export function createControl({ signal, onProgress }: ControlOptions): Control {
  return {
    throwIfCancelled: () => {
      if (signal?.aborted) throw cancelledError();
    },
    report: (progress) => onProgress?.(progress),
  };
}

/** The one wording of a stop that the caller asked for. */
export function cancelledError(): MlError {
  return new MlError(
    "cancelled",
    "The work was cancelled before it ended. Nothing was changed; start it again.",
  );
}
