import { FailureError, failure } from "#core/contract/failure.ts";

/** What an assembler throws for a stream that makes no sense. Retryable: most often it is a fault on the way. */
export function malformedAnswer(what: string): FailureError {
  return new FailureError(failure("provider-bad-response", `the answer holds ${what}`, { retryable: true }));
}

/** The failure of a stream that ended before its answer was complete. */
export function earlyEnd(provider: string) {
  return failure("provider-bad-response", `the stream of ${provider} ended before the answer was complete`, {
    retryable: true,
  });
}
