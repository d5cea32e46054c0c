import type { MiddlewareHandler } from "hono";
import { protocolProblem } from "./respond.ts";

/** Refuses forms without files where one with a file is meant: to the library every form is like every other. */
export function wholeForms(): MiddlewareHandler {
  return async (context, next) => {
    if ((context.req.header("content-type") ?? "").startsWith("application/x-www-form-urlencoded")) {
      return protocolProblem(context, "unsupported-media-type", {
        message: "send application/json, or multipart/form-data with the file as `data`",
      });
    }
    await next();
    return undefined;
  };
}
