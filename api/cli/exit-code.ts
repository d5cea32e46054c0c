import type { FailureCode } from "#core/contract/failure.ts";

/** What a shell sees; the table is part of the command line's contract. */
export const exitCode = {
  done: 0,
  /** Two things that were compared are not the same. */
  different: 1,
  badInput: 2,
  waiting: 3,
  failed: 4,
  cancelled: 5,
  refused: 6,
  missingPart: 7,
} as const;

const byFailure: Record<FailureCode, number> = {
  "invalid-input": exitCode.badInput,
  "not-found": exitCode.badInput,
  conflict: exitCode.badInput,
  "stale-precondition": exitCode.badInput,
  unauthenticated: exitCode.refused,
  forbidden: exitCode.refused,
  "refused-by-policy": exitCode.refused,
  "refused-by-guardrail": exitCode.refused,
  "refused-by-hook": exitCode.refused,
  "gate-rejected": exitCode.refused,
  "gate-expired": exitCode.refused,
  "gate-input-changed": exitCode.refused,
  "limit-exceeded": exitCode.failed,
  cancelled: exitCode.cancelled,
  "timed-out": exitCode.failed,
  "tool-unknown": exitCode.badInput,
  "tool-failed": exitCode.failed,
  "tool-output-invalid": exitCode.failed,
  "tool-abandoned": exitCode.failed,
  "agent-failed": exitCode.failed,
  "stage-incomplete": exitCode.failed,
  "provider-unreachable": exitCode.failed,
  "provider-rate-limited": exitCode.failed,
  "provider-overloaded": exitCode.failed,
  "provider-rejected-key": exitCode.missingPart,
  "provider-rejected-request": exitCode.failed,
  "provider-bad-response": exitCode.failed,
  "context-too-long": exitCode.failed,
  "storage-failed": exitCode.failed,
  "lease-lost": exitCode.failed,
  "log-corrupt": exitCode.failed,
  "payload-erased": exitCode.failed,
  "missing-part": exitCode.missingPart,
  blocked: exitCode.refused,
  internal: exitCode.failed,
};

export const exitCodeOf = (code: FailureCode): number => byFailure[code];
