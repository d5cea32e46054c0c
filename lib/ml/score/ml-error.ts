/** The closed list of reasons for which the engine refuses or stops. */
export type MlErrorCode = "bad-data" | "bad-argument" | "cancelled" | "out-of-memory" | "bad-model";

export interface MlErrorOptions {
  /** Machine-readable facts about the failure: row numbers, counts, column names. Never cell contents of people. */
  readonly details?: Readonly<Record<string, string | number>>;
  readonly cause?: unknown;
}

/**
 * The only error the engine throws on purpose. The message says what is wrong, where, and what to do next.
 * `bad-data`: the data cannot be used as it is; `bad-argument`: the call is wrong; `cancelled`: the caller's
 * signal fired; `out-of-memory`: a stated limit was reached; `bad-model`: a model file fails validation.
 */
export class MlError extends Error {
  override readonly name = "MlError";
  readonly code: MlErrorCode;
  readonly details: Readonly<Record<string, string | number>>;

  constructor(code: MlErrorCode, message: string, options: MlErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}
