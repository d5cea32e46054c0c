import type { MiddlewareHandler } from "hono";

/** Nothing is loaded from elsewhere, nothing frames us; artifacts are shown as what they are, never as a page of ours. */
export function securityHeaders(): MiddlewareHandler {
  return async (context, next) => {
    await next();
    const { headers } = context.res;
    headers.set("x-content-type-options", "nosniff");
    headers.set("referrer-policy", "no-referrer");
    headers.set("x-frame-options", "SAMEORIGIN");
    // No page of another origin can embed an answer or hold a handle on a window of ours.
    headers.set("cross-origin-resource-policy", "same-origin");
    headers.set("cross-origin-opener-policy", "same-origin");
    if (!headers.has("content-security-policy")) {
      headers.set(
        "content-security-policy",
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
      );
    }
  };
}
