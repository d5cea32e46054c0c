import type { MiddlewareHandler } from "hono";
import { bodyLimit as limitBody } from "hono/body-limit";
import { protocolProblem } from "./respond.ts";

/** Refuses bodies over a size before they are read whole, by their announced length or while they come in. */
export function bodyLimit(options: { maxBytes: number; advice: string }): MiddlewareHandler {
  return limitBody({
    maxSize: options.maxBytes,
    onError: (context) =>
      protocolProblem(context, "body-too-large", {
        message: `this route takes bodies of up to ${inUnits(options.maxBytes)}; ${options.advice}`,
      }),
  });
}

const inUnits = (bytes: number): string =>
  bytes >= 1024 * 1024 ? `${Math.floor(bytes / 1024 / 1024)} MB` : `${Math.floor(bytes / 1024)} kB`;
