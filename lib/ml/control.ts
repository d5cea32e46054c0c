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
  /** Bytes that the work may take beside its input; without it there is no limit but the machine's. */
  readonly memoryLimitBytes?: number;
}

/**
 * Asks before a large block of memory is taken, so that a limit is a clear answer and not a dead process.
 * @throws MlError out-of-memory saying what needs how much.
 */
export function requireMemory(control: Control, bytes: number, purpose: string): void {
  const { memoryLimitBytes: limit } = control;
  if (limit === undefined || bytes <= limit) return;
  throw new MlError(
    "out-of-memory",
    `${purpose} needs ${megabytes(bytes)} MB, more than the limit of ${megabytes(limit)} MB. Use fewer rows or columns, or raise the limit.`,
    { details: { bytes, limit } },
  );
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
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
