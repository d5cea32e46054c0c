import type { Failure, FailureCode } from "#core/contract/failure.ts";
import type { Problem } from "../contract/problem.ts";

/** The one table from failures to HTTP. */
const statusByCode: Record<FailureCode, number> = {
  "invalid-input": 422,
  "not-found": 404,
  conflict: 409,
  "stale-precondition": 412,
  unauthenticated: 401,
  forbidden: 403,
  "refused-by-policy": 403,
  "refused-by-guardrail": 403,
  "refused-by-hook": 403,
  "gate-rejected": 409,
  "gate-expired": 410,
  "gate-input-changed": 409,
  "limit-exceeded": 429,
  cancelled: 409,
  "timed-out": 504,
  "tool-unknown": 404,
  "tool-failed": 502,
  "tool-output-invalid": 502,
  "tool-abandoned": 502,
  "agent-failed": 502,
  "stage-incomplete": 502,
  "provider-unreachable": 502,
  "provider-rate-limited": 503,
  "provider-overloaded": 503,
  "provider-rejected-key": 502,
  "provider-rejected-request": 502,
  "provider-bad-response": 502,
  "context-too-long": 502,
  "storage-failed": 503,
  "lease-lost": 409,
  "log-corrupt": 500,
  "payload-erased": 410,
  "missing-part": 501,
  blocked: 412,
  internal: 500,
};

export const statusOf = (code: FailureCode): number => statusByCode[code];

/** The problem document of a failure. A defect's own words stay in the server's log. */
export function problemOf(failure: Failure): Problem {
  const message =
    failure.code === "internal"
      ? "a defect in the server stopped this request; its log says more"
      : failure.message;
  return {
    type: `urn:swarm:problem:${failure.code}`,
    title: failure.code.replaceAll("-", " "),
    status: statusOf(failure.code),
    detail: message,
    ok: false,
    error: {
      code: failure.code,
      message,
      ...(failure.details === undefined || failure.code === "internal" ? {} : { details: failure.details }),
    },
  };
}
