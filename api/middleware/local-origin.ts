import type { MiddlewareHandler } from "hono";
import { failure } from "#core/contract/failure.ts";
import { problemResponse } from "./respond.ts";

/**
 * Keeps other web pages out of a server that trusts its machine: requests must name the server by a host it was
 * bound to (so that no foreign name can be pointed at it), and a browser's must come from the server's own pages.
 */
export function localOrigin(options: { hosts: readonly string[] }): MiddlewareHandler {
  const allowed = new Set(options.hosts.map((host) => host.toLowerCase()));
  const hostOf = (authority: string): string => authority.toLowerCase().replace(/:\d+$/, "");
  return async (context, next) => {
    const host = context.req.header("host");
    if (host === undefined || !allowed.has(hostOf(host))) {
      return problemResponse(
        context,
        failure(
          "forbidden",
          `this server answers as ${[...allowed].join(", ")}; it was asked as ${host ?? "nobody"}. Ask it by one of these names`,
        ),
      );
    }
    const origin = context.req.header("origin");
    if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
      return problemResponse(context, failure("forbidden", `pages of ${origin} may not use this server`));
    }
    await next();
    return undefined;
  };
}
