import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type Failure, FailureError, failure, failureFrom } from "#core/contract/failure.ts";
import type { Problem, ProtocolCode } from "../contract/problem.ts";
import { problemOf } from "./failure-status.ts";
import { protocolCodeOf, protocolStatus } from "./protocol-status.ts";
import { requestIdOf } from "./request-id.ts";

/** Answers with the problem document of a failure. */
export function problemResponse(context: Context, reason: Failure): Response {
  return answer(
    context,
    problemOf(reason),
    reason.retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(reason.retryAfterMs / 1000)) },
  );
}

/** Answers that the request as such is at fault; `message` says what to send instead. */
export function protocolProblem(
  context: Context,
  code: ProtocolCode,
  { message, headers = {} }: { message: string; headers?: Record<string, string> },
): Response {
  return answer(
    context,
    {
      type: `urn:swarm:problem:${code}`,
      title: code.replaceAll("-", " "),
      status: protocolStatus(code),
      detail: message,
      ok: false,
      error: { code, message },
    },
    headers,
  );
}

function answer(context: Context, problem: Problem, headers: Record<string, string>): Response {
  const id = requestIdOf(context);
  const named: Problem = id === undefined ? problem : { ...problem, instance: `urn:swarm:request:${id}` };
  // Every status in the two tables may carry a body.
  return context.body(JSON.stringify(named), problem.status as ContentfulStatusCode, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    ...headers,
  });
}

/**
 * What was thrown through a route: a FailureError is its failure, a library's refusal of the request is the caller's
 * fault, a request that its caller gave up needs no answer; anything else is a defect for the log.
 */
export function onError(
  report: (error: unknown, requestId: string | undefined) => void,
): (error: Error, context: Context) => Response {
  return (error, context) => {
    const code = error instanceof HTTPException ? protocolCodeOf(error.status) : undefined;
    if (code !== undefined) return protocolProblem(context, code, { message: adviceOn(code, context) });
    if (context.req.raw.signal.aborted) {
      return problemResponse(context, failure("cancelled", "the caller went away before the answer"));
    }
    if (!(error instanceof FailureError)) report(error, requestIdOf(context));
    return problemResponse(context, failureFrom(error));
  };
}

function adviceOn(code: ProtocolCode, context: Context): string {
  switch (code) {
    case "unsupported-media-type":
      return `a body of the type ${context.req.header("content-type") ?? "(none)"} is not understood here; the types that are stand at this route in /api/v1/openapi.json`;
    case "body-too-large":
      return "the body is larger than this route takes; upload data with POST /api/v1/datasets";
    default:
      return "the body cannot be read as the type that its content-type names; send well-formed JSON or form data";
  }
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
  return problemResponse(
    context,
    failure(
      "invalid-input",
      `the request is not valid: ${issues.join("; ")}. What is allowed stands in /api/v1/openapi.json`,
    ),
  );
}
