/** Why a request did not give what was asked for; `code` is the server's, or one of two that only a client knows. */
export interface ApiFailure {
  /** A code of the server's closed list, `unreachable`, or `unreadable` for an answer of an unknown shape. */
  code: string;
  message: string;
  /** 0 when no answer came. */
  status: number;
}

export type ApiResult<Value> = { ok: true; value: Value } | { ok: false; failure: ApiFailure };

/** Carries an ApiFailure through the query library, which knows failures only as thrown errors. */
export class ApiError extends Error {
  readonly failure: ApiFailure;
  constructor(failure: ApiFailure) {
    super(failure.message);
    this.name = "ApiError";
    this.failure = failure;
  }
}

/** The value, or the failure thrown. */
export function unwrap<Value>(result: ApiResult<Value>): Value {
  if (result.ok) return result.value;
  throw new ApiError(result.failure);
}

/** Reads whatever a query threw as a failure for people. */
export function failureOf(thrown: unknown): ApiFailure {
  if (thrown instanceof ApiError) return thrown.failure;
  return { code: "internal", message: thrown instanceof Error ? thrown.message : String(thrown), status: 0 };
}
