import { FailureError, failure } from "#core/contract/failure.ts";
import { Sha256 } from "#core/contract/ids.ts";

/** Refuses what is no digest before it becomes part of a path. Throws a FailureError `invalid-input`. */
export function checkAddress(sha256: string): Sha256 {
  const parsed = Sha256.safeParse(sha256);
  if (parsed.success) return parsed.data;
  throw new FailureError(
    failure("invalid-input", `${JSON.stringify(sha256)} is no SHA-256 in lowercase hex`),
  );
}

/** The answer to a digest that nothing has. */
export function noArtifact(sha256: Sha256): FailureError {
  return new FailureError(
    failure("not-found", `no artifact ${sha256} in this store: it was never kept here, or was removed.`, {
      details: { sha256 },
    }),
  );
}
