import type { Context, MiddlewareHandler } from "hono";

const HEADER = "x-request-id";

/** A caller's own id is kept when it is short and plain: it ends up in answers and log lines. */
const isPlain = (text: string): boolean => /^[A-Za-z0-9._-]{1,64}$/.test(text);

/** Names each request, by the caller's own `x-request-id` or a new one, and sends the name back. */
export function requestIds(options: { next: () => string }): MiddlewareHandler {
  return async (context, next) => {
    const given = context.req.header(HEADER);
    const id = given !== undefined && isPlain(given) ? given : options.next();
    context.set("requestId", id);
    await next();
    context.res.headers.set(HEADER, id);
  };
}

/** The name of a request; undefined when it never came through requestIds. */
export function requestIdOf(context: Context): string | undefined {
  const id: unknown = context.get("requestId");
  return typeof id === "string" ? id : undefined;
}
