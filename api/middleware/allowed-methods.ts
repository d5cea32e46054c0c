import type { Context } from "hono";
import { notFound, protocolProblem } from "./respond.ts";

export interface KnownRoute {
  method: string;
  /** With `{name}` for a part that varies. */
  path: string;
}

/** Answers for what no route took: 405 with the methods that the path knows, or 404. */
export function unrouted(routes: readonly KnownRoute[]): (context: Context) => Response {
  const known = routes.map(({ method, path }) => ({
    method: method.toUpperCase(),
    pattern: patternOf(path),
  }));
  return (context) => {
    const methods = known.filter(({ pattern }) => pattern.test(context.req.path)).map(({ method }) => method);
    if (methods.length === 0) return notFound(context);
    const allowed = [...new Set(methods.includes("GET") ? [...methods, "HEAD"] : methods)].toSorted();
    return protocolProblem(context, "method-not-allowed", {
      message: `${context.req.method} is not possible at ${context.req.path}; use ${allowed.join(" or ")}`,
      headers: { allow: allowed.join(", ") },
    });
  };
}

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&").replaceAll(/\{[^}]+\}/g, "[^/]+")}$`);
