import type { MiddlewareHandler } from "hono";
import { protocolProblem } from "./respond.ts";

/** Refuses callers that say they cannot read JSON, rather than send them what they did not ask for. */
export function acceptsJson(): MiddlewareHandler {
  return async (context, next) => {
    if (!allowsJson(context.req.header("accept"))) {
      return protocolProblem(context, "not-acceptable", {
        message:
          "answers here are application/json; ask with `Accept: application/json` or without the header",
      });
    }
    await next();
    return undefined;
  };
}

/** Whether an Accept header (RFC 9110, 12.5.1) lets JSON through; the most specific range that names it decides. */
export function allowsJson(header: string | undefined): boolean {
  if (header === undefined || header.trim() === "") return true;
  const specificity = ["*/*", "application/*", "application/json"];
  let best = -1;
  let isAllowed = false;
  for (const range of header.split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const place = specificity.indexOf(type);
    if (place <= best) continue;
    best = place;
    const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    isAllowed = quality === undefined || Number(quality) > 0;
  }
  return isAllowed;
}
