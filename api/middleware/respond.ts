import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type Failure, FailureError, failure, failureFrom } from "#core/contract/failure.ts";
import { problemOf } from "./failure-status.ts";

/** Answers with the problem document of a failure. */
export function problemResponse(context: Context, reason: Failure): Response {
  const problem = problemOf(reason);
  return context.body(JSON.stringify(problem), problem.status as ContentfulStatusCode, {
    // every status in the table may carry a body
    "content-type": "application/problem+json",
    ...(reason.retryAfterMs === undefined
      ? {}
      : { "retry-after": String(Math.ceil(reason.retryAfterMs / 1000)) }),
  });
}

/** What was thrown through a route: a FailureError is its failure, anything else a defect for the log. */
export function onError(report: (error: unknown) => void): (error: Error, context: Context) => Response {
  return (error, context) => {
    if (!(error instanceof FailureError)) report(error);
    return problemResponse(context, failureFrom(error));
  };
}

export const notFound = (context: Context): Response =>
  problemResponse(
    context,
    failure(
      "not-found",
      `there is nothing at ${context.req.method} ${context.req.path}; the routes are listed at /api/v1/openapi.json`,
    ),
  );

/** A body or parameter that its schema refuses. */
export function invalidRequest(
  result:
    | { success: true }
    | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } },
  context: Context,
): Response | undefined {
  if (result.success) return undefined;
  const issues = result.error.issues
    .slice(0, 8)
    .map(
      (issue) => `${issue.path.length === 0 ? "body" : issue.path.map(String).join(".")}: ${issue.message}`,
    );
  return problemResponse(context, failure("invalid-input", `the request is not valid: ${issues.join("; ")}`));
}
